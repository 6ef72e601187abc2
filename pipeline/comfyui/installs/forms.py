"""The form that plans an installation."""

from __future__ import annotations

from typing import Any

from django import forms

from pipeline.comfyui.installs.queries import managed_instances
from pipeline.comfyui.models import Instance


class PlanForm(forms.Form):
    """Which node classes, on which worker."""

    worker = forms.ChoiceField(help_text="Managed by the studio")
    nodes = forms.CharField(
        max_length=20_000,
        label="Missing node classes",
        help_text="One on each line, as the workflow names them",
        widget=forms.Textarea(attrs={"rows": 6, "class": "code", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.instances: dict[str, Instance] = {
            str(instance.worker.code): instance for instance in managed_instances()
        }
        field: Any = self.fields["worker"]
        field.choices = [(code, item.worker.name) for code, item in self.instances.items()]

    def instance(self) -> Instance:
        """The instance that was chosen."""
        return self.instances[self.cleaned_data["worker"]]

    def classes(self) -> list[str]:
        """The node classes that were named."""
        return [line for line in self.cleaned_data["nodes"].splitlines() if line.strip()]

    def refuse(self, detail: str) -> None:
        """Show why it can't be planned."""
        self.add_error(None, detail)
