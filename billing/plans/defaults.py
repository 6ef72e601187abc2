"""The plans that a new studio starts with. Pure data; Admins edit the rows."""

from __future__ import annotations

from dataclasses import dataclass

ANYTHING = ("", "")
#: Groups that the free plan offers from every provider; moving pictures only on own machines.
_IMAGE_GROUPS = ("create", "edit", "upscale", "control", "social", "process", "evaluate")


@dataclass(frozen=True)
class PlanLine:
    """A plan, and its grants as (operation group, provider); empty means any."""

    code: str
    title: str
    credits: int
    concurrent_jobs: int
    grants: tuple[tuple[str, str], ...] = (ANYTHING,)
    is_unlimited: bool = False


PLANS = (
    PlanLine(
        "free",
        "Free",
        200,
        2,
        grants=(("", "local"), ("", "comfyui"), *((group, "") for group in _IMAGE_GROUPS)),
    ),
    PlanLine("basic", "Basic", 2_500, 4),
    PlanLine("pro", "Pro", 10_000, 8),
    PlanLine("studio", "Studio", 10_000, 16, is_unlimited=True),
)
