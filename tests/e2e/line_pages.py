"""The pages from a portrait to a delivery, and the work that they are looked at with."""

from __future__ import annotations

import json

from tests.e2e.page import Page
from tests.support.studio import RunningStudio

#: Parts of these pages and addresses that only act.
LINE_NO_PAGES = {
    "character-archive", "character-notes", "character-proposal", "character-propose",
    "character-rights-revoke", "character-seeds", "character-scenes", "metadata-retire",
    "characters-import-run",
    "seed-add", "seed-estimate", "variation-again", "variation-hero", "variation-waive",
    "variation-discard", "variation-check", "variation-retouched",
    "scene-type-slots", "scene-type-upgrade", "scene-redo-price", "scene-start", "scene-pause",
    "scene-resume", "scene-cancel", "scene-cut", "scene-select", "scene-trim", "scene-move",
    "scene-remove", "scene-undo", "scene-redo", "scene-jump", "segment-lock", "segment-unlock",
    "segment-break", "scene-redo-takes",
    "take-verdict", "boundary-heal", "boundary-bridge", "cut-verdict", "cut-approve", "cut-poster",
    "delivery-repeat",
}  # fmt: skip

LINE_PAGES = (
    Page("characters", "/characters/"),
    Page("characters-nothing", "/characters/", person="outsider"),
    Page("characters-import", "/characters/import/"),
    Page("character", "/characters/{character}/"),
    Page("character-edit", "/characters/{character}/edit/"),
    Page("character-history", "/characters/{character}/history/"),
    Page("character-traits", "/characters/{character}/traits/"),
    Page("character-rights", "/characters/{character}/rights/"),
    Page("metadata", "/projects/{line}/metadata/"),
    Page("quality", "/projects/{line}/quality/"),
    Page("seed-image", "/seed-images/{seed_image}/"),
    Page("seed-generate", "/seed-images/{seed_image}/generate/"),
    Page("seed-choose", "/seed-images/{seed_image}/choose/"),
    Page("seed-compare", "/seed-images/{seed_image}/compare/?v={variation}&v={variation_2}"),
    Page("seed-merge", "/seed-images/{seed_image}/merge/?v={variation}&v={variation_2}"),
    Page("variation", "/variations/{variation}/"),
    Page("variation-crop", "/variations/{portrait}/crop/"),
    Page("variation-refine", "/variations/{portrait}/refine/"),
    Page("scene-types", "/scene-types/"),
    Page("scene-type", "/scene-types/{scene_type}/"),
    Page("scene-type-new", "/scene-types/new/?project={line}"),
    Page("scene-type-derived", "/scene-types/new/?project={line}&parent={scene_type}"),
    Page("scene-type-edit", "/scene-types/{scene_type}/next/"),
    Page("scenes", "/scenes/"),
    Page("scenes-nothing", "/scenes/", person="outsider"),
    Page("scene-new", "/scenes/new/?project={line}"),
    Page("scene-matrix", "/scenes/matrix/?project={line}"),
    Page("scene", "/scenes/{scene}/"),
    Page("segment", "/scenes/{scene}/segments/{segment}/"),
    Page("take", "/takes/{take}/"),
    Page("take-beside", "/takes/{take}/?with={take_1}"),
    Page("boundary", "/boundaries/{boundary}/"),
    Page("cut", "/cuts/{cut}/"),
    Page("deliveries", "/deliveries/"),
    Page("delivery-new", "/projects/{line}/deliveries/new/"),
    Page("delivery", "/deliveries/{delivery}/"),
)


def fill_line(studio: RunningStudio) -> dict[str, str]:
    """Make a small “First light”; the places of what is in it."""
    done = studio.manage("shell", "-v0", "-c", "import tests.support.first_light")
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    found: dict[str, str] = json.loads(done.stdout.strip().splitlines()[-1])
    return found
