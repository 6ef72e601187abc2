"""Who may use the addresses of seed images and variations."""

from __future__ import annotations

from typing import Any

from assets.library.models import Origin, RetentionClass, Version
from assets.library.services import add_asset, add_version
from assets.storage.store import ingest_bytes
from pipeline.seeds.models import (
    CheckResult,
    CheckVerdict,
    SeedCheck,
    SeedImage,
    SeedSlot,
    Variation,
)
from pipeline.seeds.services import upload_variation
from tests.assets.pictures import png
from tests.pipeline.characters.cast import character, project
from tests.support.access import Cast, Rule, declare, provide

SIGNED_IN, VIEW, CREATE, MANAGE = Rule.SIGNED_IN, Rule.VIEW, Rule.CREATE, Rule.MANAGE


@provide
def seed_image(cast: Cast) -> SeedImage:
    """Seed A of the character."""
    rows = SeedImage.objects.select_related("character__project")
    return rows.get(character=cast.make(character), slot=SeedSlot.Code.A)


def _picture(cast: Cast, shade: int) -> Version:
    return add_asset(
        actor=cast.creator,
        project=cast.project,
        blob=ingest_bytes(png(64, 80, shade=shade), "image/png"),
        title=cast.text,
        origin=Origin.Code.UPLOAD,
        retention_class=RetentionClass.Code.SOURCE,
    )


@provide
def spare(cast: Cast) -> Version:
    """A picture of the project that is no variation."""
    return _picture(cast, 90_001)


@provide
def variation(cast: Cast) -> Variation:
    """A variation with a warning."""
    made = upload_variation(
        actor=cast.creator, seed_image=cast.make(seed_image), version=_picture(cast, 90_002)
    )
    CheckResult.objects.create(
        variation=made,
        check_kind_id=int(SeedCheck.Code.ASPECT),
        measured_score=2.5,
        warn_score=2.0,
        fail_score=3.0,
        verdict_id=int(CheckVerdict.Code.WARN),
        message=cast.text[:300],
    )
    return made


@provide
def second(cast: Cast) -> Variation:
    """Another variation."""
    return upload_variation(
        actor=cast.creator, seed_image=cast.make(seed_image), version=_picture(cast, 90_003)
    )


@provide
def later(cast: Cast) -> Version:
    """A later version of the variation's asset."""
    return add_version(
        actor=cast.creator,
        asset=cast.make(variation).version.asset,
        blob=ingest_bytes(png(64, 80, shade=90_004), "image/png"),
    )


def of_character(cast: Cast) -> dict[str, Any]:
    return {"code": cast.make(character).code}


def seed(cast: Cast) -> dict[str, Any]:
    return {"code": cast.make(seed_image).code}


def one(cast: Cast) -> dict[str, Any]:
    return {"code": cast.make(variation).code}


def both(cast: Cast) -> str:
    return f"?v={cast.make(variation).code}&v={cast.make(second).code}"


def picture(cast: Cast) -> dict[str, Any]:
    return {"version": str(cast.make(spare).code)}


def retouched(cast: Cast) -> dict[str, Any]:
    return {"version": str(cast.make(later).code)}


def crop_form(cast: Cast) -> dict[str, Any]:
    return {"left_px": 0, "top_px": 0, "width_px": 32, "height_px": 40}


def folder(cast: Cast) -> dict[str, Any]:
    return {"project": str(cast.project.code), "manifest": '[["Joan/a.png", 10]]'}


# --- pages --------------------------------------------------------------------------------------
declare("pipeline:character-seeds", of_character, GET=VIEW)
declare("pipeline:characters-import", GET=SIGNED_IN, POST=CREATE, bodies={"POST": folder})
declare("pipeline:characters-import-run", POST=CREATE, bodies={"POST": folder})
declare("pipeline:quality", project, GET=VIEW, POST=MANAGE, bodies={"POST": lambda cast: {}})
declare("pipeline:seed-image", seed, GET=VIEW)
declare("pipeline:seed-add", seed, POST=CREATE, bodies={"POST": picture})
declare("pipeline:seed-generate", seed, GET=CREATE, POST=CREATE)
declare("pipeline:seed-estimate", seed, POST=CREATE)
declare("pipeline:seed-choose", seed, GET=CREATE)
declare("pipeline:seed-compare", seed, query=both, GET=VIEW)
declare("pipeline:seed-merge", seed, query=both, GET=CREATE, POST=CREATE)
declare("pipeline:variation", one, GET=VIEW)
declare("pipeline:variation-hero", one, POST=CREATE)
declare(
    "pipeline:variation-waive",
    one,
    POST=CREATE,
    bodies={"POST": lambda cast: {"check": "aspect", "reason": "It is meant so"}},
)
declare("pipeline:variation-discard", one, POST=CREATE)
declare("pipeline:variation-check", one, POST=CREATE)
declare("pipeline:variation-again", one, POST=CREATE)
declare("pipeline:variation-retouched", one, POST=CREATE, bodies={"POST": retouched})
declare("pipeline:variation-crop", one, GET=CREATE, POST=CREATE, bodies={"POST": crop_form})
declare("pipeline:variation-refine", one, GET=CREATE, POST=CREATE)

# --- API ----------------------------------------------------------------------------------------
#: Takes multipart bodies only; see test_onboarding for who may.
declare("api-characters-import", POST=SIGNED_IN)
declare("api-seed-images", GET=SIGNED_IN)
declare("api-seed-image", seed, GET=VIEW)
declare("api-seed-variations", seed, GET=VIEW, POST=CREATE, bodies={"POST": picture})
declare("api-seed-generate", seed, POST=CREATE)
declare(
    "api-seed-merge",
    seed,
    POST=CREATE,
    bodies={
        "POST": lambda cast: {
            "first": str(cast.make(variation).code),
            "second": str(cast.make(second).code),
            "mask": str(cast.make(spare).code),
        }
    },
)
declare("api-variation", one, GET=VIEW)
declare("api-variation-hero", one, POST=CREATE)
declare(
    "api-variation-waive",
    one,
    POST=CREATE,
    bodies={"POST": lambda cast: {"check_code": "aspect", "reason": "It is meant so"}},
)
declare("api-variation-discard", one, POST=CREATE, DELETE=CREATE)
declare("api-variation-check", one, POST=CREATE)
declare("api-variation-retouched", one, POST=CREATE, bodies={"POST": retouched})
declare("api-variation-refine", one, POST=CREATE)
declare(
    "api-variation-crop",
    one,
    GET=VIEW,
    POST=CREATE,
    bodies={"POST": lambda cast: {"parameters": crop_form(cast)}},
)
declare("api-variation-again", one, POST=CREATE)

# --- the operations as jobs of their own ---------------------------------------------------------
for _operation in ("forward", "reverse", "refine", "crop", "merge"):
    for _verb in ("submit", "estimate"):
        declare(
            f"api-{_verb}-seed-{_operation}",
            POST=CREATE,
            bodies={"POST": lambda cast: {"project": str(cast.project.code)}},
        )
