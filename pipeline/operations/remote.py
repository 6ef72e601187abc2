"""What the offers of paid providers have in common: their limits for files, and their codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from assets.models import LineageRole
from pipeline.operations.declaration import OfferSpec
from pipeline.operations.limits import InputFacts, InputLimits

BASE = LineageRole.Code.BASE
MASK = LineageRole.Code.MASK
REFERENCE = LineageRole.Code.REFERENCE
STYLE = LineageRole.Code.STYLE
CONTROL = LineageRole.Code.CONTROL
AUDIO = LineageRole.Code.AUDIO

_PICTURES = ("image/jpeg", "image/png", "image/webp")
_MIB = 1024 * 1024

#: Stability's general rule; the whole request has 10 MiB, of which some is left for the rest.
STABILITY_FILES = InputLimits(
    min_side_px=64,
    min_pixels=4_096,
    max_pixels=9_437_184,
    max_bytes=10 * _MIB - 100_000,
    media_types=_PICTURES,
)
#: Likewise where the shape counts too.
STABILITY_ASPECT = InputLimits(
    min_side_px=64,
    min_pixels=4_096,
    max_pixels=9_437_184,
    max_aspect=2.5,
    max_bytes=10 * _MIB - 100_000,
    media_types=_PICTURES,
)
#: Bria takes 12 MB; the bytes are sent as text, which makes them a third longer.
BRIA_FILES = InputLimits(max_bytes=9_000_000, media_types=_PICTURES)
#: WaveSpeed documents 20 MB for a picture.
WAVESPEED_FILES = InputLimits(
    max_bytes=20_000_000,
    media_types=(*_PICTURES, "image/gif", "image/tiff"),
)
GEMINI_FILES = InputLimits(max_bytes=15_000_000, media_types=_PICTURES)
HUGGINGFACE_FILES = InputLimits(max_bytes=8_000_000, media_types=_PICTURES)
#: A role that a model takes no files for.
NONE_TAKEN = InputLimits(at_most=0)

Refuses = Callable[[Any, Sequence[InputFacts]], str]
Limits = Mapping[LineageRole.Code, InputLimits]


def stability(operation: str, title: str, *, limits: Limits, **more: Any) -> OfferSpec:
    """An offer of Stability AI; the operation decides the endpoint."""
    model = more.pop("model", "stable-image")
    return _offer("stability", operation, model, title, limits, more)


def wavespeed(operation: str, title: str, *, model: str, limits: Limits, **more: Any) -> OfferSpec:
    """An offer of WaveSpeed; `identifier` is the model's path."""
    return _offer("wavespeed", operation, model, title, limits, more)


def huggingface(
    operation: str, title: str, *, model: str, limits: Limits, **more: Any
) -> OfferSpec:
    """An offer of Hugging Face; `identifier` is the repository."""
    return _offer("huggingface", operation, model, title, limits, more)


def gemini(operation: str, title: str, *, model: str, limits: Limits, **more: Any) -> OfferSpec:
    """An offer of Google Gemini; `identifier` is the model's name."""
    return _offer("gemini", operation, model, title, limits, more)


def bria(operation: str, title: str, *, model: str, limits: Limits, **more: Any) -> OfferSpec:
    """An offer of Bria; the operation decides the endpoint."""
    return _offer("bria", operation, model, title, limits, more)


def _offer(
    provider: str, operation: str, model: str, title: str, limits: Limits, more: dict[str, Any]
) -> OfferSpec:
    return OfferSpec(
        provider=provider,
        model=model,
        title=title,
        version=more.pop("version", "1"),
        sku=f"{operation}/{provider}/{model}",
        input_limits=limits,
        **more,
    )
