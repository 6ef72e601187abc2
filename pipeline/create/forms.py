"""The form of the Create page: the operation's own form, and where and how to make it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from pipeline.imaging.sizes import plan_size
from pipeline.operations.create_image import ASPECTS, CREATE_IMAGE, DEFAULT_SIZE
from pipeline.operations.declaration import OfferSpec
from pipeline.operations.forms import operation_form
from pipeline.operations.offers import all_offers
from pipeline.operations.retirement import not_retired
from pipeline.presets.models import Style
from pipeline.presets.queries import (
    StyleFamily,
    TemplateGroup,
    all_templates,
    aspect_text,
    group_templates,
    style_families,
    template_name,
)
from studio.core.models import Project

FORM_ID = "create-form"
TEMPLATE, ASPECT, EXACT = "template", "aspect", "exact"
FORMATS = ((TEMPLATE, "Template"), (ASPECT, "Aspect"), (EXACT, "Exact size"))
DEFAULT_ASPECT = "1:1"

FEATURED_STYLES = (
    "photographic", "cinematic", "watercolour", "anime",
    "oil-painting", "comic-book", "neon-punk", "low-poly",
    "ukiyo-e", "art-deco", "paper-cut", "pixel-art",
)  # fmt: skip

_Base: Any = operation_form(CREATE_IMAGE)


class DataSelect(forms.Select):
    """A select whose options carry further data attributes, given by value."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.data: dict[str, dict[str, Any]] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the data of this value."""
        option = super().create_option(name, value, *args, **kwargs)
        for key, item in self.data.get(str(value), {}).items():
            option["attrs"][f"data-{key}"] = item
        return option


class CreateForm(_Base):
    """Everything that the Create page asks for.

    `format` says which of template, aspect and exact size counts; the others are ignored, so that
    what is no longer shown never decides.
    """

    project = forms.ChoiceField(label="Project")
    format = forms.ChoiceField(
        label="Format", choices=FORMATS, initial=TEMPLATE, required=False, widget=forms.RadioSelect
    )
    model = forms.ChoiceField(label="Model", required=False)
    reuse = forms.BooleanField(
        label="Reuse an identical earlier result (free)",
        required=False,
        initial=True,
        widget=forms.CheckboxInput(attrs={"class": "toggle"}),
    )

    def __init__(
        self, *args: Any, projects: Sequence[Project], like: CreateForm | None = None, **kwargs: Any
    ) -> None:
        """Make a form for these projects; `like` another one it has the same choices, unread."""
        super().__init__(*args, **kwargs)
        for name in ("style_prompt", "style_preset"):  # they follow from the style at every turn
            del self.fields[name]
        self.projects = projects
        self.template_groups: list[TemplateGroup] = (
            like.template_groups if like else group_templates(all_templates())
        )
        self.style_families: list[StyleFamily] = like.style_families if like else style_families()
        self._choose(projects, like)
        self._dress()
        for item in self.fields.values():
            item.widget.attrs["form"] = FORM_ID

    def _choose(self, projects: Sequence[Project], like: CreateForm | None) -> None:
        self.fields["project"].choices = [(str(p.code), p.name) for p in projects]
        offers = not_retired(all_offers(CREATE_IMAGE)) if like is None else like.offers
        self.offers: list[OfferSpec] = offers
        self.fields["model"].choices = [
            (f"{offer.provider}/{offer.model}", offer.title) for offer in offers
        ]
        sizes = DataSelect(choices=self._template_choices())
        sizes.data = {
            t.code: {
                "width": t.width_px,
                "height": t.height_px,
                "quality": t.quality.code,
                "name": template_name(t),
            }
            for group in self.template_groups
            for t in group.templates
        }
        sizes.data[""] = dict(zip(("width", "height"), DEFAULT_SIZE, strict=True))
        self.fields["template"].widget = sizes
        looks = DataSelect(choices=self._style_choices())
        looks.data = {
            s.code: {"words": s.fragment} for family in self.style_families for s in family.styles
        }
        self.fields["style"].widget = looks

    def _template_choices(self) -> list[Any]:
        groups = [
            (
                group.label,
                [
                    (t.code, f"{template_name(t)} · {t.width_px} × {t.height_px}")
                    for t in group.templates
                ],
            )
            for group in self.template_groups
        ]
        width, height = DEFAULT_SIZE
        return [("", f"None: {width} × {height}"), *groups]

    def _style_choices(self) -> list[Any]:
        families = [(f.label, [(s.code, s.title) for s in f.styles]) for f in self.style_families]
        return [("", "No style"), *families]

    def _dress(self) -> None:
        self.fields["aspect"].widget = forms.RadioSelect(choices=[(a, a) for a in ASPECTS])
        self.fields["aspect"].initial = DEFAULT_ASPECT
        qualities = self.fields["quality"]
        qualities.widget = forms.RadioSelect(choices=qualities.choices)
        self.fields["prompt"].widget.attrs |= {
            "rows": 5,
            "autofocus": True,
            "placeholder": "A lighthouse on a cliff at dusk, warm light, calm sea",
            "aria-keyshortcuts": "Control+Enter",
        }
        self.fields["negative_prompt"].widget.attrs |= {
            "rows": 2,
            "placeholder": "People, text, fog",
        }
        self.fields["random_seed"].widget.attrs["placeholder"] = "Drawn for you"
        for name in ("width_px", "height_px"):
            self.fields[name].required = False
        for name in ("template", "aspect", "style", "quality"):
            self.fields[name].help_text = ""  # the page shows what they do

    def clean_project(self) -> str:
        """The project's code; that it may be worked in is the service's affair."""
        return str(self.cleaned_data["project"])

    def parameter_values(self) -> dict[str, Any]:
        """The operation's parameters, with only the chosen way of giving the size."""
        values: dict[str, Any] = super().parameter_values()
        chosen = self.cleaned_data.get("format") or (
            TEMPLATE if values.get("template") else EXACT if values.get("width_px") else ASPECT
        )
        if chosen != TEMPLATE:
            values["template"] = ""
        if chosen == ASPECT:
            values.setdefault("aspect", DEFAULT_ASPECT)
        else:
            values.pop("aspect", None)
        if chosen != EXACT:
            values.pop("width_px", None)
            values.pop("height_px", None)
        for name in ("style_prompt", "style_preset"):
            values.pop(name, None)
        return values

    def as_sent(self) -> CreateForm:
        """This form as if it were sent as it stands; no query until it is checked."""
        values = {name: self[name].value() for name in self.fields}
        sent = {name: "on" if value is True else value for name, value in values.items() if value}
        zeros = {name: "0" for name, value in values.items() if value == 0 and value is not False}
        return CreateForm({**sent, **zeros}, projects=self.projects, like=self)

    @property
    def offer(self) -> tuple[str, str]:
        """Provider and model that were chosen; empty for “the first that fits”."""
        provider, _, model = (self.cleaned_data.get("model") or "").partition("/")
        return provider, model

    @property
    def chosen_offer(self) -> OfferSpec:
        """The offer that counts as the form stands."""
        wanted = self["model"].value()
        named = (o for o in self.offers if f"{o.provider}/{o.model}" == wanted)
        return next(named, self.offers[0])

    @property
    def unused_titles(self) -> list[str]:
        """Labels of what was set although the chosen model makes no use of it."""
        ignores = self.chosen_offer.ignores
        found = [(item, self[n].value()) for n, item in self.fields.items() if n in ignores]
        return [
            str(item.label)
            for item, v in found
            if v is not None and str(v) not in ("", str(item.initial))
        ]

    @property
    def featured_styles(self) -> list[Style]:
        """A few looks that differ much, shown without opening the gallery."""
        found = {style.code: style for family in self.style_families for style in family.styles}
        return [found[code] for code in FEATURED_STYLES if code in found]

    @property
    def aspect_radios(self) -> list[tuple[Any, int, int]]:
        """The radio buttons of the aspects, each with its size."""
        return [(radio, *ASPECTS[radio.data["value"]]) for radio in self["aspect"]]


def size_note(parameters: Any, offer: OfferSpec) -> str:
    """How the wanted size is reached by an offer."""
    if offer.sizes is None:
        return ""
    plan = plan_size(offer.sizes, parameters.width_px, parameters.height_px)
    return f"{aspect_text(parameters.width_px, parameters.height_px)} · {plan.sentence}"
