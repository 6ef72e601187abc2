"""Who may use the page that runs any operation."""

from __future__ import annotations

from typing import Any

from tests.assets.cast import version
from tests.support.access import Cast, Rule, declare


def operation(cast: Cast) -> dict[str, Any]:
    return {"code": "seed.crop"}


def role(cast: Cast) -> dict[str, Any]:
    return {"code": "seed.crop", "role": "base"}


def picture(cast: Cast) -> dict[str, Any]:
    return {"version": cast.make(version).code}


def form(cast: Cast) -> dict[str, Any]:
    """What the page sends."""
    return {
        "project": str(cast.project.code),
        "input.base": str(cast.make(version).code),
        "offer": "local/crop",
        "left_px": 0,
        "top_px": 0,
        "width_px": 8,
        "height_px": 8,
    }


#: The project is a choice in the form, among those the person may create in; see test_run.
declare("pipeline:run", operation, GET=Rule.SIGNED_IN, POST=Rule.SIGNED_IN, bodies={"POST": form})
declare("pipeline:run-estimate", operation, POST=Rule.SIGNED_IN, bodies={"POST": form})
declare("pipeline:run-slot", role, GET=Rule.SIGNED_IN)
declare(
    "pipeline:run-choose",
    role,
    query=lambda cast: f"?project={cast.project.code}",
    GET=Rule.VIEW,
)
declare("pipeline:send-to", picture, GET=Rule.VIEW)
