"""Forms of workflows: importing, mapping, trying out, binding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms

from assets.models import LineageRole
from pipeline.comfyui.models import Instance
from pipeline.operations.forms import field_for
from pipeline.workflows.mapping import Parameter, derived_from
from pipeline.workflows.models import ParameterKind
from studio.core.forms import StudioForm
from studio.core.models import Project, User

#: Name of a field of a typed form before the parameter's own.
VALUES = "values."
#: A text longer than this is typed into an area.
LONG_TEXT = 60


class ImportForm(StudioForm):
    """What is imported, as a file or pasted, under which name, and whose it is."""

    file = forms.FileField(
        required=False,
        label="File",
        help_text="JSON from ComfyUI (API or editor format), or a PNG that ComfyUI saved",
        widget=forms.FileInput(attrs={"accept": ".json,application/json,image/png"}),
    )
    text = forms.CharField(
        required=False,
        label="Or paste JSON",
        strip=False,
        widget=forms.Textarea(attrs={"class": "code", "rows": 8, "spellcheck": "false"}),
    )
    name = forms.CharField(max_length=120, help_text="What people call it; empty: as the file")
    project = forms.ChoiceField(
        required=False,
        label="For",
        help_text="Workflows of the studio can serve operations; those of a project are its own",
    )
    description = forms.CharField(
        required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, user: User, projects: Sequence[Project], **options: Any) -> None:
        super().__init__(*args, **options)
        self.projects = {str(project.code): project for project in projects}
        field: Any = self.fields["project"]
        studio = [("", "The whole studio")] if user.is_admin else []
        field.choices = [*studio, *((code, p.name) for code, p in self.projects.items())]

    def clean(self) -> dict[str, Any]:
        """One of file and text must be there."""
        found: dict[str, Any] = super().clean() or {}
        if not found.get("file") and not (found.get("text") or "").strip() and not self.errors:
            self.add_error("file", "Choose a file, or paste the workflow below.")
        return found

    def content(self) -> bytes:
        """The bytes that were given; call when the form is valid."""
        given = self.cleaned_data.get("file")
        if given:
            return bytes(given.read())
        return str(self.cleaned_data["text"]).encode("utf-8", "surrogatepass")

    def chosen_project(self) -> Project | None:
        """Whose it will be; None: the studio's."""
        return self.projects.get(self.cleaned_data.get("project") or "")


class ParameterForm(forms.Form):
    """One line of a mapping."""

    use = forms.BooleanField(required=False, label="Can be set")
    name = forms.SlugField(required=False, max_length=60, label="Name")
    label = forms.CharField(required=False, max_length=120, label="Label")
    kind = forms.ChoiceField(
        required=False, label="Kind", choices=[(k.code, k.label) for k in ParameterKind.Code]
    )
    role = forms.ChoiceField(
        required=False,
        label="Role of the file",
        choices=[("", "–"), *((role.code, role.label) for role in LineageRole.Code)],
    )
    needed = forms.BooleanField(required=False, label="Must be given")
    default = forms.CharField(required=False, strip=False, max_length=20_000, label="Default")
    minimum = forms.FloatField(required=False, label="Least")
    maximum = forms.FloatField(required=False, label="Most")
    scale_ratio = forms.FloatField(required=False, initial=1, label="Factor")
    targets = forms.CharField(
        required=False,
        max_length=4_000,
        label="Sets",
        widget=forms.TextInput(attrs={"class": "code", "list": "plain-fields"}),
    )
    help = forms.CharField(required=False, max_length=300, widget=forms.HiddenInput)
    choices = forms.JSONField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            if isinstance(field.widget, forms.NumberInput):
                field.widget.attrs["step"] = "any"

    def clean(self) -> dict[str, Any]:
        """What is used is named and sets something; its default is of its kind."""
        found: dict[str, Any] = super().clean() or {}
        if not found.get("use"):
            return found
        for name in ("name", "targets"):
            if not found.get(name) and name not in self.errors:
                self.add_error(name, "This is needed.")
        try:
            found["default"] = default_of(found)
        except ValueError:
            self.add_error("default", "This is not of the kind chosen.")
        return found

    def parameter(self) -> Parameter:
        """The parameter that a valid line stands for."""
        data = self.cleaned_data
        is_file = data["kind"] == "file"
        return Parameter(
            name=data["name"],
            label=data["label"],
            kind=data["kind"],
            targets=parse_targets(data["targets"]),
            role=data["role"] if is_file else "",
            default=data["default"],
            choices=tuple(data["choices"]) if isinstance(data["choices"], list) else None,
            minimum=data["minimum"],
            maximum=data["maximum"],
            scale_ratio=1.0 if data["scale_ratio"] is None else data["scale_ratio"],
            help=data["help"],
        )


MappingFormSet: Any = forms.formset_factory(ParameterForm, extra=3, max_num=120, absolute_max=200)


class VersionForm(StudioForm):
    """What a version needs besides its mapping."""

    needs = forms.CharField(
        required=False,
        max_length=900,
        label="Tags that an instance must have",
        help_text="Separated by spaces, such as: 24gb video",
    )
    least_vram_gb = forms.DecimalField(
        required=False, min_value=0, max_value=2_000, max_digits=7, decimal_places=2,
        label="Least video memory",
    )  # fmt: skip
    output_node = forms.CharField(
        required=False,
        max_length=80,
        label="Node of the result",
        help_text="Its number; empty: whatever the graph saves",
    )
    note = forms.CharField(required=False, max_length=300, label="What is new")

    def values(self) -> dict[str, Any]:
        """What the service takes; call when the form is valid."""
        data = self.cleaned_data
        return {
            "needs": data["needs"].replace(",", " ").split(),
            "least_vram_bytes": int((data["least_vram_gb"] or 0) * 10**9),
            "output_node": data["output_node"].strip(),
            "note": data["note"],
        }


class DryRunForm(StudioForm):
    """An instance and values for all that can be set, to see what would be sent."""

    instance = forms.ChoiceField(label="Instance")
    random_seed = forms.IntegerField(
        required=False, min_value=0, max_value=2**63 - 1, label="Random seed", initial=1
    )

    def __init__(
        self,
        *args: Any,
        instances: Sequence[Instance],
        parameters: Sequence[Parameter],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.instances = {str(item.worker.code): item for item in instances}
        field: Any = self.fields["instance"]
        field.choices = [(code, item.worker.name) for code, item in self.instances.items()]
        for name, made in value_fields(parameters, optional=True).items():
            self.fields[name] = made

    def values(self) -> dict[str, Any]:
        """What was given, by name of the parameter."""
        return given_values(self.cleaned_data)


class WorkflowForm(StudioForm):
    """What a workflow is called."""

    name = forms.CharField(max_length=120)
    description = forms.CharField(
        required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 3})
    )


def value_fields(
    parameters: Iterable[Parameter], *, optional: bool = False
) -> dict[str, forms.Field]:
    """A typed field for each parameter but files and seeds, by `values.<name>`.

    What follows from another parameter is left to follow.

    Args:
        optional: nothing has to be given, as where it is only tried out.
    """
    wanted = [item for item in parameters if not item.is_file and item.kind != "random-seed"]
    names = {item.name for item in wanted}
    found = {}
    for item in wanted:
        rounding = derived_from(item.name)
        if rounding is not None and rounding.base in names:
            continue
        found[f"{VALUES}{item.name}"] = field_for(
            schema_of(item), required=item.must_be_given and not optional
        )
    return found


def given_values(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a typed form by name of the parameter; what was left empty is left out.

    An empty text is a value where the parameter has a default, for then it was emptied.
    """
    return {
        name.removeprefix(VALUES): value
        for name, value in cleaned.items()
        if name.startswith(VALUES) and value is not None
    }


def schema_of(item: Parameter) -> dict[str, Any]:
    """A parameter as a property of a JSON schema, of which a field is made."""
    found: dict[str, Any] = {"title": item.label, "description": item.help}
    if item.default is not None:
        found["default"] = item.default
    match item.kind:
        case "switch":
            found["type"] = "boolean"
        case "choice" if item.choices:
            kinds = {type(choice) for choice in item.choices}
            kind = {int: "integer", float: "number"}.get(next(iter(kinds)), "string")
            titles = {str(choice): str(choice) for choice in item.choices}
            found |= {"type": kind, "enum": list(item.choices), "enum_titles": titles}
        case "integer" | "number":
            found["type"] = (
                "integer" if item.kind == "integer" and item.scale_ratio == 1 else "number"
            )
            limits = {"minimum": item.minimum, "maximum": item.maximum}
            found |= {name: plain(value) for name, value in limits.items() if value is not None}
        case _:
            found["type"] = "string"
            is_long = "prompt" in item.name or len(str(item.default or "")) > LONG_TEXT
            found |= {"widget": "textarea"} if is_long else {}
    return found


def initial_lines(parameters: Iterable[Parameter], *, use: bool = True) -> list[dict[str, Any]]:
    """Parameters as initial values of the lines of a mapping."""
    return [
        {
            "use": use,
            "name": item.name,
            "label": item.label,
            "kind": item.kind,
            "role": item.role,
            "needed": item.default is None and item.kind != "random-seed",
            "default": "" if item.default is None else _shown(item),
            "minimum": plain(item.minimum),
            "maximum": plain(item.maximum),
            "scale_ratio": plain(item.scale_ratio),
            "targets": ", ".join(f"{node_id}.{field}" for node_id, field in item.targets),
            "help": item.help,
            "choices": list(item.choices) if item.choices is not None else None,
        }
        for item in parameters
    ]


def plain(value: float | None) -> int | float | None:
    """A number without a fraction that is none."""
    return int(value) if value is not None and value == int(value) else value


def default_of(line: Mapping[str, Any]) -> Any:
    """The default that a line of a mapping means, of its kind.

    Raises:
        ValueError: what was typed is not of that kind.
    """
    if line.get("needed") or line["kind"] == "random-seed":
        return None
    text = line.get("default") or ""
    match line["kind"]:
        case "file":
            return ""
        case "switch":
            if text.strip().lower() not in ("", "no", "false", "0", "yes", "true", "1"):
                raise ValueError(text)
            return text.strip().lower() in ("yes", "true", "1")
        case "integer" | "number":
            return plain(float(text)) if text.strip() else None
        case "choice":
            known = line.get("choices") or []
            return next((item for item in known if str(item) == text), text or None)
    return text


def parse_targets(text: str) -> tuple[tuple[str, str], ...]:
    """Node and field of each “node.field”, separated by commas."""
    parts = [part.strip().partition(".") for part in text.split(",") if part.strip()]
    return tuple((node_id.strip(), field.strip()) for node_id, _dot, field in parts)


def _shown(item: Parameter) -> str:
    return ("yes" if item.default else "no") if item.kind == "switch" else str(item.default)
