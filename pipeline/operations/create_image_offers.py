"""Which paid models make pictures from words, and what of the request each makes use of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from pipeline.imaging.sizes import SizeSupport
from pipeline.operations.declaration import OfferSpec
from pipeline.operations.limits import InputFacts
from pipeline.providers import facts

#: What no paid model but Bria's takes, and what only diffusion models do.
_DOCUMENT = "structured_prompt"
_PASSES = frozenset({"quality", "guidance", "steps", _DOCUMENT})
_FLUX = frozenset({"negative_prompt", "quality", _DOCUMENT})
_WORDS_ONLY = _PASSES | {"negative_prompt"}


def _guided(least: float, most: float) -> Any:
    """A check that the guidance lies in what a model takes."""

    def refuses(parameters: Any, inputs: Sequence[InputFacts]) -> str:
        if least <= parameters.guidance <= most:
            return ""
        return f"Guidance must lie between {least:g} and {most:g} for this model."

    return refuses


def _offer(
    provider: str,
    model: str,
    title: str,
    sizes: SizeSupport,
    rank: int,
    ignores: frozenset[str] = _PASSES,
    **more: Any,
) -> OfferSpec:
    return OfferSpec(
        provider=provider,
        model=model,
        title=title,
        version=more.pop("version", "1"),
        sku=f"create.image/{provider}/{model}",
        sizes=sizes,
        quality_rank=rank,
        ignores=ignores,
        **more,
    )


_SD = tuple(facts.STABILITY_ASPECTS.values())
_CORE = tuple(facts.STABILITY_CORE_ASPECTS.values())
_IDEOGRAM = tuple(facts.IDEOGRAM_ASPECTS.values())
_GEMINI = tuple(facts.GEMINI_ASPECTS.values())
_IMAGEN = tuple(facts.IMAGEN_ASPECTS.values())
_FIBO = tuple(facts.FIBO_ASPECTS.values())
_GUIDED = frozenset({"quality", "steps", _DOCUMENT})

STABILITY = (
    _offer("stability", "core", "Stable Image Core", _CORE, 60),
    _offer("stability", "ultra", "Stable Image Ultra", _SD, 85),
    _offer(
        "stability",
        "sd3.5-large",
        "Stable Diffusion 3.5 Large",
        _SD,
        75,
        ignores=_GUIDED,
        refuses=_guided(1, 10),
    ),
    _offer("stability", "sd3.5-large-turbo", "SD 3.5 Large Turbo", _SD, 65),
    _offer(
        "stability",
        "sd3.5-medium",
        "Stable Diffusion 3.5 Medium",
        _SD,
        60,
        ignores=_GUIDED,
        refuses=_guided(1, 10),
    ),
    _offer("stability", "sd3.5-flash", "Stable Diffusion 3.5 Flash", _SD, 50),
)

WAVESPEED = (
    _offer(
        "wavespeed",
        "qwen-image",
        "Qwen Image",
        facts.QWEN_SIZES,
        70,
        ignores=_WORDS_ONLY,
        identifier="wavespeed-ai/qwen-image/text-to-image",
    ),
    _offer(
        "wavespeed",
        "ideogram-v3-turbo",
        "Ideogram V3 Turbo",
        _IDEOGRAM,
        75,
        ignores=_WORDS_ONLY | {"random_seed"},
        identifier="ideogram-ai/ideogram-v3-turbo",
        note="Good at lettering. It takes no random seed: the same request makes other pictures.",
    ),
)

HUGGINGFACE = (
    _offer(
        "huggingface",
        "flux.1-schnell",
        "FLUX.1 schnell",
        facts.FLUX_SIZES,
        55,
        ignores=_FLUX | {"guidance", "steps"},
        identifier="black-forest-labs/FLUX.1-schnell",
    ),
    _offer(
        "huggingface",
        "flux.1-dev",
        "FLUX.1 dev",
        facts.FLUX_SIZES,
        72,
        ignores=_FLUX,
        refuses=_guided(1, 20),
        identifier="black-forest-labs/FLUX.1-dev",
    ),
    _offer(
        "huggingface",
        "flux.1-krea-dev",
        "FLUX.1 Krea dev",
        facts.FLUX_SIZES,
        76,
        ignores=_FLUX,
        refuses=_guided(1, 20),
        identifier="black-forest-labs/FLUX.1-Krea-dev",
    ),
)


def _imagen(model: str, title: str, identifier: str, rank: int) -> OfferSpec:
    return _offer(
        "gemini",
        model,
        title,
        _IMAGEN,
        rank,
        ignores=_WORDS_ONLY | {"random_seed"},
        identifier=identifier,
        retires_on=date(2026, 8, 17),
        successor="nano-banana-2.1",
    )


GEMINI = (
    _offer(
        "gemini",
        "nano-banana-2.1",
        "Gemini Nano Banana 2.1",
        _GEMINI,
        90,
        ignores=_WORDS_ONLY,
        identifier="gemini-nano-banana-2.1",
    ),
    _offer(
        "gemini",
        "gemini-2.5-flash-image",
        "Gemini 2.5 Flash Image",
        _GEMINI[:10],
        80,
        ignores=_WORDS_ONLY,
        retires_on=date(2026, 10, 2),
        successor="nano-banana-2.1",
    ),
    _imagen("imagen-4.0-fast", "Imagen 4 Fast", "imagen-4.0-fast-generate-001", 60),
    _imagen("imagen-4.0", "Imagen 4", "imagen-4.0-generate-001", 75),
    _imagen("imagen-4.0-ultra", "Imagen 4 Ultra", "imagen-4.0-ultra-generate-001", 82),
)

BRIA = (
    _offer(
        "bria",
        "fibo",
        "Bria FIBO",
        _FIBO,
        82,
        ignores=frozenset({"guidance", "steps"}),
        identifier="FIBO",
        note="Trained on licensed pictures. Quality chooses 35, 42 or 50 passes. With a structured"
        " prompt it follows that document instead of the prompt.",
    ),
)

REMOTE_OFFERS = (*STABILITY, *WAVESPEED, *HUGGINGFACE, *GEMINI, *BRIA)
