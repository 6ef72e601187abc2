"""From a picture to proposals for the traits that a project keeps. Reads the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assets.models import Version
from pipeline.characters.models import MetadataField, MetadataType
from pipeline.characters.pixels import load_rgb
from studio.core.errors import Invalid

if TYPE_CHECKING:
    from pipeline.imaging.appearance import Suggestion

METHOD = "appearance-1: colours and light around the face"

#: What `describe` finds, by the keys under which projects keep it.
KEYS: Mapping[str, tuple[str, ...]] = {
    "hair": ("hair", "hair_colour", "hair_color"),
    "clothing": ("clothing", "clothing_colour", "clothing_color", "wardrobe", "outfit", "costume"),
    "background": ("background", "background_colour", "background_color", "backdrop", "setting"),
    "brightness": ("brightness", "exposure", "light_level"),
    "contrast": ("contrast",),
    "warmth": ("warmth", "light", "white_balance", "colour_temperature"),
    "framing": ("framing", "shot", "shot_size"),
}
_SIDE_PX = 640


@dataclass(frozen=True)
class Proposal:
    """A value for a field, and how sure the picture makes it, in thousandths."""

    field: MetadataField
    value: str
    confidence_permille: int


def readable_keys() -> list[str]:
    """The keys that can be read from a picture."""
    return [keys[0] for keys in KEYS.values()]


def suggestions(fields: Sequence[MetadataField], picture: Version) -> list[Proposal]:
    """What a picture suggests for these fields (options prefetched). Reads the file.

    Raises:
        Invalid: none of the fields can be read from a picture, or the file can't be decoded.
    """
    from pipeline.imaging.appearance import describe  # brings the face detector along

    wanted = {key: trait for trait, keys in KEYS.items() for key in keys}
    known = [field for field in fields if field.key in wanted]
    if not known:
        raise Invalid(
            "The project keeps no trait that can be read from a picture.",
            remedy=f"Define one of: {', '.join(readable_keys())}.",
        )
    found = describe(load_rgb(picture.blob, side_px=_SIDE_PX))
    proposals = []
    for field in known:
        item = found.get(wanted[field.key])
        value = _fitting(field, item) if item else ""
        if item and value:
            proposals.append(Proposal(field, value, round(1000 * item.confidence)))
    return proposals


def _fitting(field: MetadataField, item: Suggestion) -> str:
    """The value as the field takes it: as it is, or the option that says the same."""
    kind = MetadataType.Code(field.value_type_id)
    if kind == MetadataType.Code.TEXT:
        return item.value
    if kind != MetadataType.Code.CHOICE:
        return ""
    options = {option.value.lower(): option.value for option in field.options.all()}
    base = item.value.split()[-1]  # “dark brown” is a brown
    return options.get(item.value) or options.get(base) or ""
