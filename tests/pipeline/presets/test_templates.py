"""Templates against the table of sizes, looks and qualities that the studio promises."""

from __future__ import annotations

import pytest

from pipeline.presets.data_templates import TEMPLATES
from pipeline.presets.models import Look, Platform, Quality, Template
from pipeline.presets.queries import (
    all_templates,
    aspect_text,
    find_templates,
    group_templates,
    recommended_templates,
    template_name,
)
from pipeline.presets.services import sync_presets

#: platform · name W×H look quality: the reference table, as it is written there.
TABLE = {
    "Instagram": "feed square 1080×1080 P p · feed portrait 1080×1350 P p · story 1080×1920 D s"
    " · reel cover 1080×1920 C p",
    "Facebook": "feed 1200×630 P s · feed square 1080×1080 P s · story 1080×1920 D s"
    " · cover 820×312 P s",
    "X": "post 1200×675 P s · large post 1920×1080 P s · card 1200×600 D s · header 1500×500 P p",
    "LinkedIn": "post 1200×628 P p · post square 1080×1080 P p · article cover 1200×627 P p"
    " · company cover 1128×191 P s",
    "YouTube": "thumbnail 1280×720 C p · channel art 2560×1440 P p",
    "Pinterest": "pin 1000×1500 P p · story pin 1080×1920 D s",
    "TikTok": "video cover 1080×1920 C p",
    "Blog": "header 1200×628 P p · header wide 1920×1080 P p · header ultra-wide 2560×1080 P p",
    "E-mail": "banner 600×200 P s · product 600×600 P p",
    "Web": "hero 1920×1080 P p · wide hero 2560×1080 P p · banner 1200×400 P p",
    "Print and product": "product square 2048×2048 P p · poster 2:3 2000×3000 D p"
    " · A4 portrait 2480×3508 P p",
}
LOOKS = {
    "P": Look.Code.PHOTOGRAPHIC,
    "D": Look.Code.DIGITAL_ART,
    "C": Look.Code.CINEMATIC,
}
QUALITIES = {"s": Quality.Code.STANDARD, "p": Quality.Code.PREMIUM}


def rows() -> list[tuple[str, str, int, int, int, int]]:
    """The table as (platform, title, width, height, look, quality)."""
    found = []
    for platform, cell in TABLE.items():
        for item in cell.split(" · "):
            *title, size, look, quality = item.split()
            width, height = (int(side) for side in size.split("×"))
            name = " ".join(title).lower()
            found.append((platform, name, width, height, LOOKS[look], QUALITIES[quality]))
    return found


def test_data_is_the_table() -> None:
    data = [
        (t.platform.label, t.title.lower(), t.width_px, t.height_px, t.look, t.quality)
        for t in TEMPLATES
    ]
    assert sorted(data) == sorted(rows())
    assert len(data) >= 30


def test_codes_are_unique_and_say_the_platform() -> None:
    assert len({t.code for t in TEMPLATES}) == len(TEMPLATES)
    for template in TEMPLATES:
        assert template.code.startswith(f"{template.platform.code}-"), template.code


@pytest.mark.django_db
def test_rows_are_there_after_migrate_and_sync_changes_nothing() -> None:
    before = list(Template.objects.order_by("id").values())
    assert len(before) == len(TEMPLATES)
    sync_presets()
    assert list(Template.objects.order_by("id").values()) == before


@pytest.mark.django_db
def test_sync_repairs_and_never_removes() -> None:
    Template.objects.filter(code="instagram-story").update(width_px=100)
    own = Template.objects.create(
        code="own",
        title="Own",
        platform_id=Platform.Code.WEB,
        width_px=100,
        height_px=100,
        look_id=Look.Code.CINEMATIC,
        quality_id=Quality.Code.DRAFT,
    )
    sync_presets()
    assert Template.objects.get(code="instagram-story").width_px == 1080
    assert Template.objects.filter(pk=own.pk).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("insta stor", "instagram-story"),
        ("1080x1920 tiktok", "tiktok-video-cover"),
        ("thumbnail", "youtube-thumbnail"),
        ("recipe tall", "pinterest-pin"),
        ("e-mail banner", "email-banner"),
        ("tweet card", "x-card"),
        ("brochure", "print-a4-portrait"),
    ],
)
def test_search(text: str, first: str) -> None:
    found = [t.code for t in find_templates(text)]
    assert found, text
    assert found[0] == first


@pytest.mark.django_db
def test_search_that_finds_nothing_and_search_for_nothing() -> None:
    assert find_templates("zeppelin hangar") == []
    assert len(find_templates("  ")) == len(TEMPLATES)


@pytest.mark.django_db
def test_groups_follow_the_platforms(django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        groups = group_templates(all_templates())
        names = [template_name(t) for g in groups for t in g.templates]
    assert [g.label for g in groups] == list(TABLE)
    assert "Instagram story" in names
    assert "Poster 2:3" in names


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wish", "first", "reason"),
    [
        ({"prompt": "an Instagram story about our new coffee"}, "instagram-story", "Instagram"),
        ({"platform": "youtube", "prompt": "my face, shocked"}, "youtube-thumbnail", "YouTube"),
        ({"platform": "X", "goal": "launch"}, "x-post", "X"),
        ({"goal": "newsletter sale banner"}, "email-banner", "E-mail"),
        ({"prompt": "film poster of a knight in the rain"}, "print-poster", "poster"),
        ({"prompt": "a recipe for lemon cake to pin"}, "pinterest-pin", "recipe"),
    ],
)
def test_recommendation(wish: dict[str, str], first: str, reason: str) -> None:
    found = recommended_templates(**wish)
    assert found[0].template.code == first
    assert reason in found[0].reason


@pytest.mark.django_db
def test_recommendation_goes_by_shape_when_no_platform_is_named() -> None:
    tall = recommended_templates(prompt="a lighthouse at dusk")
    assert all(r.template.height_px > r.template.width_px for r in tall[:3])
    assert "Tall suits “lighthouse”" in tall[0].reason
    wide = recommended_templates(prompt="panorama of snowy mountains")
    assert all(r.template.width_px > r.template.height_px for r in wide[:3])
    assert len({r.template.platform_id for r in wide}) > 1


@pytest.mark.django_db
def test_recommendation_without_a_clue_is_what_is_often_used() -> None:
    found = recommended_templates(prompt="")
    assert found[0].reason == "Often used"
    assert len(found) == 6


@pytest.mark.parametrize(
    ("size", "text"),
    [
        ((1080, 1920), "9:16"),
        ((1080, 1350), "4:5"),
        ((1200, 628), "1.91:1"),
        ((2048, 2048), "1:1"),
        ((836, 1256), "2:3"),
        ((1366, 768), "16:9"),
        ((2480, 3508), "1:1.41"),
    ],
)
def test_aspect_text(size: tuple[int, int], text: str) -> None:
    assert aspect_text(*size) == text
