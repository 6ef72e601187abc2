"""Parameters that several operations have, and the checks that go with them."""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import Field

from pipeline.operations.declaration import Parameters

#: Longest structured prompt, in characters.
MAX_DOCUMENT = 20_000

#: Looks that Stability knows by name; empty: none.
StylePreset = Literal[
    "",
    "enhance",
    "anime",
    "photographic",
    "digital-art",
    "comic-book",
    "fantasy-art",
    "line-art",
    "analog-film",
    "neon-punk",
    "isometric",
    "low-poly",
    "origami",
    "modeling-compound",
    "cinematic",
    "3d-model",
    "pixel-art",
    "tile-texture",
]


class Variations(Parameters):
    """Base of operations that make one picture or several, each from its own seed."""

    variations: int = Field(
        1, ge=1, le=4, title="Variations", description="Pictures to make, each from its own seed."
    )

    def outputs_expected(self) -> int:
        """One file for each variation."""
        return self.variations


def words(title: str, description: str, *, required: bool = False, most: int = 4000) -> Any:
    """A parameter of free text."""
    extra: Any = {"widget": "textarea"}
    if required:
        return Field(
            min_length=1,
            max_length=most,
            title=title,
            description=description,
            json_schema_extra=extra,
        )
    return Field("", max_length=most, title=title, description=description, json_schema_extra=extra)


def negative() -> Any:
    """The parameter `negative_prompt`."""
    return Field(
        "",
        max_length=2000,
        title="Negative prompt",
        description="What the result must not show.",
        json_schema_extra={"widget": "textarea", "advanced": True},
    )


def preset() -> Any:
    """The parameter `style_preset`."""
    return Field(
        "",
        title="Style preset",
        description="A look by its name.",
        json_schema_extra={"advanced": True, "enum_titles": {"": "None"}},
    )


def share(
    default: float,
    title: str,
    description: str,
    *,
    least: float = 0,
    most: float = 1,
    advanced: bool = False,
) -> Any:
    """A parameter between two numbers, 0 to 1 unless told; each end is a value."""
    return Field(
        default,
        ge=least,
        le=most,
        title=title,
        description=description,
        json_schema_extra={"advanced": True} if advanced else None,
    )


def pixels(default: int, most: int, title: str, description: str) -> Any:
    """A parameter of whole pixels from 0."""
    return Field(
        default,
        ge=0,
        le=most,
        title=title,
        description=description,
        json_schema_extra={"unit": "px"},
    )


def check_document(text: str) -> str:
    """A structured prompt as it was given.

    Raises:
        ValueError: it is not empty, and no JSON object.
    """
    if text:
        try:
            document = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValueError("This is not JSON.") from error
        if not isinstance(document, dict):
            raise ValueError("This should be a JSON object: { … }.")
    return text
