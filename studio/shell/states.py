"""How states look: colour and icon by the state's code, the same on every page."""

from __future__ import annotations

from typing import NamedTuple


class Look(NamedTuple):
    """Classes of the chip and name of its icon."""

    classes: str
    icon: str


NEUTRAL = Look("", "circle")
_LOOKS: dict[str, Look] = {
    "new": Look("", "circle-dashed"),
    "draft": Look("", "circle-dashed"),
    "scheduled": Look("", "calendar"),
    "blocked": Look("warning", "lock"),
    "held": Look("warning", "lock"),
    "waiting": Look("warning", "hourglass"),
    "pending": Look("", "clock"),
    "queued": Look("", "clock"),
    "claimed": Look("info busy", "loader-circle"),
    "dispatched": Look("info busy", "loader-circle"),
    "starting": Look("info busy", "loader-circle"),
    "running": Look("info busy", "loader-circle"),
    "paused": Look("warning", "circle-pause"),
    "cancelling": Look("warning busy", "loader-circle"),
    "cancelled": Look("", "ban"),
    "succeeded": Look("success", "circle-check"),
    "finished": Look("success", "circle-check"),
    "done": Look("success", "circle-check"),
    "ready": Look("success", "circle-check"),
    "settled": Look("success", "circle-check"),
    "approved": Look("success", "badge-check"),
    "released": Look("", "undo-2"),
    "partial": Look("warning", "triangle-alert"),
    "failed": Look("danger", "circle-x"),
    "lost": Look("danger", "wifi-off"),
    "expired": Look("danger", "timer"),
    "rejected": Look("danger", "circle-x"),
    "cached": Look("accent", "zap"),
    "final": Look("accent", "badge-check"),
    "changes": Look("warning", "pencil"),
    "pass": Look("success", "circle-check"),
    "good": Look("success", "circle-check"),
    "healed": Look("success", "sparkles"),
    "warn": Look("warning", "triangle-alert"),
    "fair": Look("warning", "triangle-alert"),
    "flagged": Look("warning", "triangle-alert"),
    "stopped": Look("warning", "circle-stop"),
    "fail": Look("danger", "circle-x"),
    "poor": Look("danger", "circle-x"),
    "generating": Look("info busy", "loader-circle"),
    "measuring": Look("info busy", "loader-circle"),
    "healing": Look("info busy", "loader-circle"),
    "valid": Look("success", "circle-check"),
    "refused": Look("danger", "circle-x"),
    "unreachable": Look("warning", "cloud-off"),
    "unchecked": Look("", "circle-dashed"),
    "checking": Look("info busy", "loader-circle"),
    "unknown": Look("", "circle-dashed"),
    "online": Look("success", "circle-check"),
    "degraded": Look("warning", "triangle-alert"),
    "draining": Look("warning", "circle-pause"),
    "offline": Look("danger", "wifi-off"),
    "unavailable": Look("danger", "cloud-off"),
}


def all_looks() -> list[Look]:
    """Every look there is."""
    return [NEUTRAL, *_LOOKS.values()]


def look(code: str) -> Look:
    """The look of a state; neutral for codes that have none of their own."""
    return _LOOKS.get(code.lower().replace("_", "-"), NEUTRAL)
