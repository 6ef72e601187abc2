"""What can be done to seed images."""

from pipeline.seeds.services.heroes import check_again, choose_hero, hero_blockers, waive_warning
from pipeline.seeds.services.requests import (
    estimate_request,
    make_again,
    request_crop,
    request_forward,
    request_merge,
    request_refine,
    request_reverse,
)
from pipeline.seeds.services.variations import (
    add_retouched,
    collect_outputs,
    discard_variation,
    restore_variation,
    upload_variation,
)

__all__ = [
    "add_retouched",
    "check_again",
    "choose_hero",
    "collect_outputs",
    "discard_variation",
    "estimate_request",
    "hero_blockers",
    "make_again",
    "request_crop",
    "request_forward",
    "request_merge",
    "request_refine",
    "request_reverse",
    "restore_variation",
    "upload_variation",
    "waive_warning",
]
