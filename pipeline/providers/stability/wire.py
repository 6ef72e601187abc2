"""How a request of ours becomes a form of Stability's, and what its refusals mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.providers.answers import Answer
from pipeline.providers.base import ErrorClass, ProviderError, RunRequest
from pipeline.providers.facts import aspect_for
from pipeline.providers.pictures import Picture, inputs_of, prepare_mask, prepare_picture
from pipeline.providers.stability.endpoints import Endpoint

#: Largest random seed; 0 would mean "draw one".
MOST_SEED = 4_294_967_294

#: A part of a form: file name (None: a plain field), content, media type.
Part = tuple[str | None, bytes] | tuple[str | None, bytes, str]
Form = list[tuple[str, Part]]


class Filtered(ProviderError):
    """The verdict CONTENT_FILTERED: a blurred picture came, which is not kept."""

    def __init__(self, detail: str) -> None:
        super().__init__(
            "Stability AI's moderation blurred the picture; it was not kept. Change the prompt or"
            " the picture.",
            detail=detail,
            error_class=ErrorClass.POLICY,
        )


@dataclass(frozen=True)
class Prepared:
    """All of a request but its seed, and the size that the answer is brought to.

    `wanted` None keeps the size that comes.
    """

    endpoint: Endpoint
    fields: Mapping[str, str]
    files: Mapping[str, Picture]
    wanted: tuple[int, int] | None

    def form(self, random_seed: int) -> Form:
        """The parts to send for an output, in order."""
        fields = dict(self.fields)
        if self.endpoint.seeded:
            fields["seed"] = str(provider_seed(random_seed))
        parts: Form = [
            (name, (picture.file_name, picture.content, picture.media_type))
            for name, picture in self.files.items()
        ]
        parts += [(name, (None, text.encode())) for name, text in fields.items()]
        if not self.files:  # as the official samples do, to make it a multipart form
            parts.append(("none", ("none", b"", "application/octet-stream")))
        return parts


def provider_seed(random_seed: int) -> int:
    """A seed of ours in the provider's range, 1 … 4294967294; never 0, which draws one."""
    return 1 + random_seed % MOST_SEED


def prepare(request: RunRequest, endpoint: Endpoint, model: str) -> Prepared:
    """Check a request against the endpoint's rules and write it out.

    Raises:
        ProviderError: a picture or a number is outside the provider's limits.
    """
    files = _files(request, endpoint)
    parameters = dict(request.parameters)
    parameters["prompt"] = _prompt(request)
    fields = {
        field.wire: text
        for field in endpoint.fields
        if (text := field.text(parameters)) is not None
    }
    if endpoint.png:
        fields["output_format"] = "png"
    wanted = _wanted(request, endpoint, files)
    if endpoint.sizes and wanted is not None:
        fields["aspect_ratio"] = aspect_for(endpoint.sizes, *wanted)[0]
    elif request.parameters.get("aspect"):
        fields["aspect_ratio"] = str(request.parameters["aspect"])
    if endpoint.path.endswith("/sd3"):
        fields |= _diffusion_fields(parameters, model, "image" in files)
        if "image" in files:
            fields.pop("aspect_ratio", None)
    if "image" not in files:
        fields.pop("strength", None)
    if "target_count" in fields:
        fields["target_type"] = "vertex"
    if "light_source_direction" not in fields and "light_reference" not in files:
        fields.pop("light_source_strength", None)  # it would be refused on its own
    _check_together(request, fields, files)
    return Prepared(endpoint, fields, files, wanted)


def explain(answer: Answer) -> ProviderError | None:
    """What a refusal of Stability's means; None where its status says it all."""
    body = answer.document()
    name = body.get("name", "") if isinstance(body, dict) else ""
    words = answer.words().rstrip(".")
    if name == "content_moderation":
        return ProviderError(
            "Stability AI's moderation declined the request; it was not charged. Change the prompt"
            " or the picture.",
            detail=answer.told(),
            error_class=ErrorClass.POLICY,
        )
    if name == "public_figure":
        return ProviderError(
            "Stability AI declines pictures of public figures. Change the prompt.",
            detail=answer.told(),
            error_class=ErrorClass.POLICY,
        )
    if name == "invalid_language":
        return ProviderError(
            "Stability AI understands English prompts only. Translate the prompt.",
            detail=answer.told(),
            error_class=ErrorClass.INPUT,
        )
    if name == "payload_too_large" or answer.status == 413:
        return ProviderError(
            "The request is larger than the 10 MiB that Stability AI takes. Use smaller pictures.",
            detail=answer.told(),
            error_class=ErrorClass.INPUT,
        )
    if answer.status == 500:
        return ProviderError(
            f"Stability AI has failed{f': {words}' if words else ''}. It does not charge for that;"
            " try again.",
            detail=answer.told(),
        )
    return None


def _files(request: RunRequest, endpoint: Endpoint) -> dict[str, Picture]:
    """The pictures of the request by their part's name, within the limits."""
    found: dict[str, Picture] = {}
    used: set[int] = set()  # the same file may be given in two roles
    first: Picture | None = None
    for part in endpoint.files:
        given = [f for f in inputs_of(request.inputs, *part.roles) if id(f) not in used]
        given.sort(key=lambda file: part.roles.index(file.role))
        if not given:
            if part.required:
                raise ProviderError(
                    f"This needs a picture as {part.roles[0].replace('-', ' ')}.",
                    detail=f"part {part.part}",
                    error_class=ErrorClass.INPUT,
                )
            continue
        if part.is_mask:
            if first is not None:
                found[part.part] = prepare_mask(given[0], first.width_px, first.height_px)
            continue
        used.add(id(given[0]))
        found[part.part] = prepare_picture(given[0], part.rule)
        first = first or found[part.part]
    return found


def _prompt(request: RunRequest) -> str:
    """The prompt with the words of the style."""
    words = (request.parameters.get("prompt"), request.parameters.get("style_prompt"))
    return ", ".join(str(part) for part in words if part)


def _diffusion_fields(
    parameters: Mapping[str, Any], model: str, has_picture: bool
) -> dict[str, str]:
    """What only Stable Diffusion 3.5 takes; turbo and flash are made for a guidance of 1."""
    fields = {"model": model, "mode": "image-to-image" if has_picture else "text-to-image"}
    guidance = parameters.get("guidance")
    if guidance is not None and not model.endswith(("turbo", "flash")):
        fields["cfg_scale"] = f"{guidance:g}"
    return fields


def _wanted(
    request: RunRequest, endpoint: Endpoint, files: Mapping[str, Picture]
) -> tuple[int, int] | None:
    """The exact size of the output, pixels; None: as it comes."""
    parameters = request.parameters
    if parameters.get("width_px") and parameters.get("height_px"):
        return int(parameters["width_px"]), int(parameters["height_px"])
    base = next(iter(files.values()), None)
    if base is None:
        return None
    if request.operation == "edit.outpaint":
        left, top, right, bottom = (
            int(parameters.get(f"{side}_px") or 0) for side in ("left", "top", "right", "bottom")
        )
        return left + base.width_px + right, top + base.height_px + bottom
    return (base.width_px, base.height_px) if endpoint.keeps_size else None


def _check_together(
    request: RunRequest, fields: Mapping[str, str], files: Mapping[str, Picture]
) -> None:
    """Refuse what the provider would refuse, over several fields."""
    problem = ""
    if request.operation == "edit.outpaint" and not any(
        int(fields.get(side, "0")) for side in ("left", "right", "up", "down")
    ):
        problem = "Say on which side, and by how much, the picture is to grow."
    elif request.operation == "edit.replace_background" and not (
        "background_prompt" in fields or "background_reference" in files
    ):
        problem = "Describe the new background, or give a picture of it."
    elif "image" in files and request.operation == "create.image" and "strength" not in fields:
        problem = "Say how far the given picture may be changed (strength)."
    if problem:
        raise ProviderError(problem, error_class=ErrorClass.INPUT)
