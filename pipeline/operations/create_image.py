"""`create.image`: pictures from words."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator

from pipeline.imaging.sizes import plan_size
from pipeline.imaging.structured import Unreadable, read_text
from pipeline.imaging.structured_words import expand
from pipeline.operations.create_image_offers import REMOTE_OFFERS
from pipeline.operations.declaration import OfferSpec, OperationSpec, Parameters
from pipeline.operations.models import OperationGroup
from pipeline.operations.values import MAX_DOCUMENT, check_document
from pipeline.presets.models import Style, Template
from pipeline.providers.local.sketch import SKETCH_SIZES
from studio.core.errors import Invalid

#: Aspect ratios offered by name, with a size of about one megapixel for each.
ASPECTS: dict[str, tuple[int, int]] = {
    "1:1": (1024, 1024),
    "5:4": (1144, 912),
    "4:5": (912, 1144),
    "3:2": (1256, 836),
    "2:3": (836, 1256),
    "16:9": (1366, 768),
    "9:16": (768, 1366),
    "21:9": (1564, 670),
    "9:21": (670, 1564),
}
DEFAULT_SIZE = (1024, 1024)

#: The most CPU time one drawn megapixel takes, in thousandths of a second, with a wide margin.
_MOST_MILLI_PER_MP = {"draft": 1_500, "standard": 2_500, "premium": 8_000}


class CreateImage(Parameters):
    """What a picture is made from."""

    prompt: str = Field(
        min_length=1,
        max_length=4000,
        title="Prompt",
        description="What the picture shows: subject, place, light, mood.",
        json_schema_extra={"widget": "textarea"},
    )
    negative_prompt: str = Field(
        "",
        max_length=2000,
        title="Negative prompt",
        description="What it must not show.",
        json_schema_extra={"widget": "textarea", "advanced": True},
    )
    template: str = Field(
        "",
        max_length=60,
        title="Template",
        description="A format by its code; it sets width and height.",
        json_schema_extra={"widget": "template"},
    )
    style: str = Field(
        "",
        max_length=60,
        title="Style",
        description="A look by its code; its words are added to the prompt.",
        json_schema_extra={"widget": "style"},
    )
    style_prompt: str = Field(
        "",
        max_length=300,
        title="Style words",
        description="The words of the style as they were when it was chosen.",
        json_schema_extra={"widget": "hidden"},
    )
    style_preset: str = Field(
        "",
        max_length=40,
        title="Style preset",
        description="Stability's own name of the style, where there is one.",
        json_schema_extra={"widget": "hidden"},
    )
    structured_prompt: str = Field(
        "",
        max_length=MAX_DOCUMENT,
        title="Structured prompt",
        description="A JSON document that describes the picture, as “Structure prompt” makes it; it"
        " takes the place of the prompt. Models that read no documents get it in plain sentences,"
        " where there is no prompt.",
        json_schema_extra={"widget": "textarea", "advanced": True},
    )
    width_px: int = Field(
        ge=64, le=4096, title="Width", description="Exact width.", json_schema_extra={"unit": "px"}
    )
    height_px: int = Field(
        ge=64,
        le=4096,
        title="Height",
        description="Exact height.",
        json_schema_extra={"unit": "px"},
    )
    quality: Literal["draft", "standard", "premium"] = Field(
        "standard", title="Quality", description="More effort takes longer and may cost more."
    )
    variations: int = Field(
        4, ge=1, le=10, title="Variations", description="Pictures to make, each from its own seed."
    )
    guidance: float = Field(
        7.0,
        ge=0,
        le=20,
        title="Guidance",
        description="How literally the prompt is taken; 0 leaves the most freedom.",
        json_schema_extra={"advanced": True},
    )
    steps: int = Field(
        30,
        ge=1,
        le=50,
        title="Steps",
        description="Passes of detail.",
        json_schema_extra={"advanced": True},
    )

    @field_validator("structured_prompt")
    @classmethod
    def _check_document(cls, text: str) -> str:
        return check_document(text)

    def outputs_expected(self) -> int:
        """One file for each variation."""
        return self.variations


def resolve(values: dict[str, Any]) -> dict[str, Any]:
    """Turn template, aspect and style into plain parameters, a document alone into a prompt.

    An exact size wins over a template, a template over an aspect. `aspect` is accepted besides the
    parameters and not kept.

    Raises:
        Invalid: one of the three is no text, or names nothing.
    """
    for name in ("aspect", "template", "style"):
        if not isinstance(values.get(name, ""), str):
            message = "This should be text."
            raise Invalid(f"{name}: {message}", fields={name: [message]})
    _describe(values)
    aspect = values.pop("aspect", "")
    size = None
    if aspect:
        if aspect not in ASPECTS:
            raise Invalid(
                f"There is no aspect “{aspect}”.",
                fields={"aspect": [f"Choose one of {', '.join(ASPECTS)}."]},
            )
        size = ASPECTS[aspect]
    if code := values.get("template"):
        template = Template.objects.select_related("quality").filter(code=code).first()
        if template is None:
            raise Invalid(
                f"There is no template “{code}”.", fields={"template": ["Choose another template."]}
            )
        size = (template.width_px, template.height_px)
        values.setdefault("quality", template.quality.code)
    width, height = size or DEFAULT_SIZE
    if values.get("width_px") is None:
        values["width_px"] = width
    if values.get("height_px") is None:
        values["height_px"] = height
    if (code := values.get("style")) and not values.get("style_prompt"):
        style = Style.objects.filter(code=code).first()
        if style is None:
            raise Invalid(f"There is no style “{code}”.", fields={"style": ["Choose another."]})
        values["style_prompt"] = style.fragment
        values["style_preset"] = style.stability_preset
    if not values.get("style"):
        values["style_prompt"] = values["style_preset"] = ""
    return values


def _describe(values: dict[str, Any]) -> None:
    """Fill the prompt in from a structured prompt that comes without one."""
    document = values.get("structured_prompt")
    if not values.get("prompt") and isinstance(document, str) and document:
        try:
            words = expand(read_text(document))
        except Unreadable:
            return  # its own check says so
        if words:
            values["prompt"] = words


def most_cpu_milli(parameters: CreateImage) -> int:
    """The most CPU time that one sketch takes, in thousandths of a second."""
    plan = plan_size(SKETCH_SIZES, parameters.width_px, parameters.height_px)
    drawn = plan.request_width_px * plan.request_height_px
    fitted = parameters.width_px * parameters.height_px
    per_megapixel = _MOST_MILLI_PER_MP[parameters.quality]
    return 1000 + round((drawn * per_megapixel + fitted * 1000) / 1_000_000)


CREATE_IMAGE = OperationSpec(
    code="create.image",
    title="Create image",
    group=OperationGroup.Code.CREATE,
    summary="Makes one or more pictures from a prompt, in exactly the wanted size.",
    parameters=CreateImage,
    output_kind="image",
    offers=(
        OfferSpec(
            provider="local",
            model="sketch",
            title="Local sketch",
            version="1",
            sku="create.image/local/sketch",
            sizes=SKETCH_SIZES,
            most_milli=most_cpu_milli,
            note="A sketch composed on this machine from the words of the prompt; not a model.",
            ignores=frozenset({"structured_prompt"}),
        ),
        *REMOTE_OFFERS,
    ),
    resolve=resolve,
    filled_in=frozenset({"width_px", "height_px"}),
    extra_parameters={
        "aspect": {
            "type": "string",
            "enum": list(ASPECTS),
            "title": "Aspect",
            "description": "A size of about one megapixel by its ratio, where no size is given.",
        }
    },
    title_of=lambda parameters: parameters.prompt,
)
