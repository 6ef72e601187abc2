"""The seed manager and its tools, as the browser meets them; and the same by API in one go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from assets.models import Version
from pipeline.characters.models import Character
from pipeline.characters.services import create_character
from pipeline.jobs.models import Job
from pipeline.seeds import services
from pipeline.seeds.checking import run_checks
from pipeline.seeds.models import SeedSlot, Variation
from studio.core.models import Project, User
from tests.assets.conftest import client_of
from tests.assets.pictures import png
from tests.pipeline.seeds.conftest import seed
from tests.pipeline.seeds.pictures import portrait
from tests.support.clients import signed_in
from tests.support.query_counts import assert_recorded_queries

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
Vary = Callable[..., Variation]


@pytest.fixture
def hero(jane: Character, varied: Vary, creator: User) -> Variation:
    """The hero of Seed A."""
    return services.choose_hero(actor=creator, variation=varied(seed(jane)))


def test_empty_pages_teach(creator: User, reviewer: User, jane: Character) -> None:
    client = signed_in(creator)
    assert "No portrait yet" in client.get(f"/seed-images/{seed(jane).code}/").content.decode()
    of_b = f"/seed-images/{seed(jane, SeedSlot.Code.B).code}/"
    assert "choose a hero of Seed A first" in client.get(of_b).content.decode()
    assert "asset-upload" not in signed_in(reviewer).get(of_b).content.decode()
    generate = client.get(f"{of_b}generate/").content.decode()
    assert "There is no hero of Seed A" in generate


def test_a_file_sent_without_scripts_becomes_a_variation(creator: User, jane: Character) -> None:
    client = signed_in(creator)
    url = f"/seed-images/{seed(jane).code}/add/"
    bad = SimpleUploadedFile("face.png", b"these are words", "image/png")
    refused = client.post(url, {"file": bad})
    assert refused.status_code in (415, 422)
    good = SimpleUploadedFile("face.png", portrait(), "image/png")
    assert client.post(url, {"file": good}).status_code == 303
    page = client.get(f"/seed-images/{seed(jane).code}/").content.decode()
    assert "Being checked" in page
    run_checks(Variation.objects.get().pk)
    page = client.get(f"/seed-images/{seed(jane).code}/?sort=quality").content.decode()
    assert "All 10 checks pass" in page
    assert "Choose as hero" in page


def test_hero_waiver_and_discard_by_their_buttons(
    creator: User, jane: Character, varied: Vary, hero: Variation
) -> None:
    client = signed_in(creator)
    small = varied(seed(jane), portrait(5))
    base = f"/variations/{small.code}/"
    assert client.post(f"{base}waive/", {"check": "faces", "reason": "why"}).status_code == 409
    assert client.post(f"{base}waive/", {"check": "nothing", "reason": "why"}).status_code == 404
    answer = client.post(f"{base}discard/", headers=HTMX)
    assert (answer.status_code, "seed-image-changed" in answer.headers["HX-Trigger"]) == (204, True)
    discarded = client.get(f"/seed-images/{seed(jane).code}/?discarded=1").content.decode()
    assert "Restore" in discarded
    client.post(f"{base}discard/", {"restore": "1"})
    assert client.post(f"{base}hero/", headers=HTMX).status_code == 204
    hero.refresh_from_db()
    assert not hero.is_hero
    assert "This is the hero" in client.get(base).content.decode()


def test_tools_show_price_and_make_jobs(
    creator: User, jane: Character, varied: Vary, hero: Variation
) -> None:
    client = signed_in(creator)
    base = f"/variations/{hero.code}/"
    crop = client.get(f"{base}crop/?aspect=1:1").content.decode()
    assert "credits" in crop
    assert 'name="left_px"' in crop
    outside = {"left_px": 0, "top_px": 0, "width_px": 9000, "height_px": 10}
    refused = client.post(f"{base}crop/", outside)
    assert refused.status_code == 422
    assert "the crop sticks out" in refused.content.decode()
    assert client.post(f"{base}crop/", outside | {"width_px": 100}).status_code == 303
    sent = {"level": "on", "skin": "0.5", "symmetry": "0"}
    answer = client.post(f"{base}refine/", sent)
    job = Job.objects.latest("pk")
    assert answer.headers["Location"] == f"{base}refine/?job={job.code}"
    assert "live-progress" in client.get(answer.headers["Location"]).content.decode()
    of_b = f"/seed-images/{seed(jane, SeedSlot.Code.B).code}/"
    form = {"prompt": "harbour", "variations": 2, "width_px": 96, "height_px": 120}
    assert "Make 2" in client.post(f"{of_b}estimate/", form).content.decode()
    assert client.post(f"{of_b}generate/", form | {"variations": 99}).status_code == 422
    assert client.post(f"{of_b}generate/", form).status_code == 303
    assert "live-progress" in client.get(of_b).content.decode()


def test_two_are_compared_and_merged_under_a_mask(
    creator: User,
    jane: Character,
    varied: Vary,
    hero: Variation,
    picture: Callable[..., Version],
) -> None:
    client = signed_in(creator)
    other = varied(seed(jane), portrait(7))
    base = f"/seed-images/{seed(jane).code}/"
    both = f"?v={hero.code}&v={other.code}"
    assert "compare-wipe" in client.get(f"{base}compare/{both}").content.decode()
    assert client.get(f"{base}compare/?v={hero.code}").status_code == 422
    assert "mask-painter" in client.get(f"{base}merge/{both}").content.decode()
    refused = client.post(f"{base}merge/{both}", {"mode": "alpha", "feather_px": 4})
    assert "Paint where" in refused.content.decode()
    sent = {"mode": "alpha", "feather_px": 4, "mask": str(picture(png(56, 60)).code)}
    assert client.post(f"{base}merge/{both}", sent).status_code == 303
    assert Job.objects.latest("pk").inputs.count() == 3


def test_the_whole_way_by_api(creator: User, project: Project) -> None:
    api = client_of(creator)

    def post(path: str, body: Any = None) -> Any:
        answer = api.post(f"/api/v1/{path}", body or {}, format="json")
        assert answer.status_code in (200, 201), answer.content
        return answer.json()

    jane = post("characters/", {"project": str(project.code), "name": "Jane"})
    listed = api.get(f"/api/v1/seed-images/?character={jane['code']}").json()["results"]
    slots = {row["slot"]: row["code"] for row in listed}
    content = portrait()
    sent = {"project": str(project.code), "file_name": "jane.png", "size_bytes": len(content)}
    upload = post("uploads/", sent)["upload"]["code"]
    api.put(
        f"/api/v1/uploads/{upload}/", content, content_type="application/octet-stream",
        headers={"Upload-Offset": "0"},
    )  # fmt: skip
    version = post(f"uploads/{upload}/finish/")["version"]
    made = post(f"seed-images/{slots['a']}/variations/", {"version": version})
    assert made["verdict"] is None
    assert made["blockers"] == ["Its checks are not finished."]
    run_checks(Variation.objects.get().pk)
    read = api.get(f"/api/v1/variations/{made['code']}/").json()
    assert (read["verdict"], len(read["checks"])) == ("pass", 10)
    assert post(f"variations/{made['code']}/hero/")["is_hero"]
    body = {"parameters": {"variations": 1, "width_px": 96, "height_px": 120}}
    assert post(f"seed-images/{slots['b']}/generate/", body)["operation"] == "seed.forward"
    assert not post(f"characters/{jane['code']}/rights/", {
        "basis": "licence", "holder": "NASA", "valid_from": "2030-01-01",
    })["is_valid"]  # fmt: skip
    assert post(f"characters/{jane['code']}/rights/", {"basis": "synthetic"})["is_valid"]
    field = {"key": "hair", "label": "Hair"}
    post(f"projects/{project.code}/metadata/", field)
    answer = api.patch(
        f"/api/v1/characters/{jane['code']}/traits/", {"traits": {"hair": "red"}}, format="json"
    )
    assert answer.json() == {"traits": {"hair": "red"}, "findings": []}
    badges = api.get(f"/api/v1/characters/{jane['code']}/").json()["readiness"]
    ready = {badge["code"]: badge for badge in badges}
    assert [ready[code]["is_ready"] for code in ("seed-a", "rights", "metadata")] == [True] * 3


LISTS = [
    ("pipeline/characters", "/characters/"),
    ("api/characters", "/api/v1/characters/"),
    ("api/seed-images", "/api/v1/seed-images/"),
    ("admin/characters", "/admin/pipeline/character/"),
]


@pytest.mark.parametrize(("name", "path"), LISTS, ids=[name for name, _ in LISTS])
def test_lists_of_characters_cost_the_same_whatever_their_length(
    name: str, path: str, creator: User, admin: User, project: Project
) -> None:
    def grow(rows: int) -> None:
        for number in range(Character.objects.count(), rows):
            create_character(actor=creator, project=project, name=f"Jane {number}")

    client = signed_in(admin if path.startswith("/admin/") else creator)
    assert_recorded_queries(name, lambda: client.get(path), grow)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("pipeline/seed-image", "/seed-images/{code}/"),
        ("api/variations", "/api/v1/seed-images/{code}/variations/"),
    ],
)
def test_grids_cost_the_same_whatever_their_length(
    name: str, path: str, creator: User, jane: Character, picture: Callable[..., Version]
) -> None:
    image = seed(jane)

    def grow(rows: int) -> None:
        for number in range(image.variations.count(), rows):
            version = picture(png(30, 40, shade=number + 1))
            services.upload_variation(actor=creator, seed_image=image, version=version)

    client = signed_in(creator)
    assert_recorded_queries(name, lambda: client.get(path.format(code=image.code)), grow)
