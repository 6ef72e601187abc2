"""What can be done to assets, by whom, and what is told of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django_q.models import OrmQ

from assets.library import services
from assets.library.models import Asset, LineageRole, Origin, RetentionClass, Version
from assets.library.queries import made_from, used_in
from assets.storage.models import Blob
from assets.storage.store import ingest_bytes
from studio.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from studio.core.models import Project, User
from studio.live.models import Event
from tests.assets.pictures import png

Make = Callable[..., Version]
ROLE = LineageRole.Code
CLASS = RetentionClass.Code


def kinds() -> list[str]:
    return list(Event.objects.order_by("id").values_list("kind__code", flat=True))[-1:]


def test_added(make_version: Make, creator: User, project: Project) -> None:
    version = make_version(title="  Sun\n set ", caption="a red sun\x00", file_name="../x/sun.png")
    asset = version.asset
    assert (asset.title, asset.caption, version.file_name) == ("Sun set", "a red sun", "sun.png")
    assert (asset.kind.code, version.number, asset.current) == ("image", 1, version)
    event = Event.objects.latest("id")
    assert (event.kind.code, event.project, event.actor) == ("asset.added", project, creator)
    assert (event.subject_code, event.label, event.data) == (
        asset.code, "Sun set", {"origin": "upload"},
    )  # fmt: skip


def test_title_from_the_file_name(make_version: Make) -> None:
    assert make_version(title="", file_name="hero_shot.v2.png").asset.title == "hero shot.v2"
    assert make_version(title="", file_name="").asset.title == "Untitled"


@pytest.mark.parametrize(
    "changes", [{"title": "x" * 201}, {"caption": "x" * 20_001}, {"note": "x" * 501}]
)
def test_texts_have_limits(make_version: Make, changes: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        make_version(**changes)
    assert not Asset.objects.exists()


def test_the_task_comes_with_the_version(creator: User, project: Project) -> None:
    before = OrmQ.objects.filter(key="media").count()
    blob = ingest_bytes(png(), "image/png")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        services.add_asset(
            actor=creator, project=project, blob=blob, title="x",
            origin=Origin.Code.LOCAL, retention_class=CLASS.SUPPORTING,
        )  # fmt: skip
        assert OrmQ.objects.filter(key="media").count() == before + 1
        raise ZeroDivisionError
    assert OrmQ.objects.filter(key="media").count() == before
    assert not Version.objects.exists()


def test_who_may(
    make_version: Make, reviewer: User, outsider: User, admin: User, project: Project
) -> None:
    asset = make_version().asset
    blob = Blob.objects.get()
    calls: list[Callable[[User], Any]] = [
        lambda user: services.rename_asset(actor=user, asset=asset, title="New"),
        lambda user: services.change_retention(
            actor=user, asset=asset, retention_class=CLASS.FINAL
        ),
        lambda user: services.trash_asset(actor=user, asset=asset),
        lambda user: services.restore_asset(actor=user, asset=asset),
        lambda user: services.add_version(actor=user, asset=asset, blob=blob),
        lambda user: services.add_asset(
            actor=user, project=project, blob=blob, title="x",
            origin=Origin.Code.LOCAL, retention_class=CLASS.SUPPORTING,
        ),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(NotFound):
            call(outsider)
        with pytest.raises(Forbidden):
            call(reviewer)
        call(admin)
    services.set_favourite(actor=reviewer, asset=asset, favourite=True)
    with pytest.raises(NotFound):
        services.set_favourite(actor=outsider, asset=asset, favourite=True)


def test_versions_are_numbered(make_version: Make, creator: User) -> None:
    asset = make_version().asset
    blob = ingest_bytes(png(shade=900), "image/png")
    second = services.add_version(actor=creator, asset=asset, blob=blob, note=" brighter ")
    assert (second.number, second.note, asset.current) == (2, "brighter", second)
    assert kinds() == ["version.added"]
    with pytest.raises(Invalid, match="same kind: image"):
        services.add_version(actor=creator, asset=asset, blob=ingest_bytes(b"hello", "text/plain"))
    services.trash_asset(actor=creator, asset=asset)
    with pytest.raises(Conflict, match="trash"):
        services.add_version(actor=creator, asset=asset, blob=blob)


def test_renamed(make_version: Make, creator: User) -> None:
    asset = make_version(title="Before").asset
    services.rename_asset(actor=creator, asset=asset, title="After")
    event = Event.objects.latest("id")
    assert (event.kind.code, event.label, event.data["before"]) == (
        "asset.renamed", "After", "Before",
    )  # fmt: skip
    count = Event.objects.count()
    services.rename_asset(actor=creator, asset=asset, title="After")
    assert Event.objects.count() == count
    for wrong in ("", "  ", "x" * 201):
        with pytest.raises(Invalid):
            services.rename_asset(actor=creator, asset=asset, title=wrong)


def test_trash_and_back(make_version: Make, creator: User) -> None:
    asset = make_version(retention_class=CLASS.SOURCE).asset
    services.trash_asset(actor=creator, asset=asset)
    assert asset.is_trashed and not Asset.objects.present().exists()
    count = Event.objects.count()
    services.trash_asset(actor=creator, asset=asset)
    assert Event.objects.count() == count
    services.restore_asset(actor=creator, asset=asset)
    assert Asset.objects.present().get() == asset
    assert kinds() == ["asset.restored"]


@pytest.mark.parametrize(
    ("before", "after", "allowed"),
    [
        (CLASS.SUPPORTING, CLASS.FINAL, True),
        (CLASS.SUPPORTING, CLASS.SOURCE, True),
        (CLASS.FINAL, CLASS.SUPPORTING, True),
        (CLASS.FINAL, CLASS.SOURCE, True),
        (CLASS.SOURCE, CLASS.FINAL, False),
        (CLASS.SOURCE, CLASS.SUPPORTING, False),
        (CLASS.SOURCE, CLASS.SOURCE, True),
    ],
)
def test_retention(
    make_version: Make, creator: User, before: CLASS, after: CLASS, allowed: bool
) -> None:
    asset = make_version(retention_class=before).asset
    if allowed:
        services.change_retention(actor=creator, asset=asset, retention_class=after)
        assert Asset.objects.get().retention_class_id == after
    else:
        with pytest.raises(Conflict, match="permanent"):
            services.change_retention(actor=creator, asset=asset, retention_class=after)
    assert asset.is_protected is (Asset.objects.get().retention_class_id != CLASS.SUPPORTING)


def test_both_changes_or_neither(make_version: Make, creator: User) -> None:
    asset = make_version(retention_class=CLASS.SOURCE, title="Old").asset
    with pytest.raises(DomainError):
        services.change_asset(
            actor=creator, asset=asset, title="New", retention_class=CLASS.SUPPORTING
        )
    assert Asset.objects.get().title == "Old"


def test_lineage_shows_what_one_may_see(
    make_version: Make, creator: User, outsider: User, admin: User
) -> None:
    base, mask = make_version(title="Base"), make_version(title="Mask")
    made = make_version(title="Made", inputs=[(base, ROLE.BASE), (mask, ROLE.MASK)])
    rows = made_from(made, creator)
    assert [(row.input.asset.title, row.role.code) for row in rows] == [
        ("Base", "base"), ("Mask", "mask"),
    ]  # fmt: skip
    assert [row.output for row in used_in(base, creator)] == [made]
    # an Admin may use it elsewhere; who sees only one of the projects sees only that end
    elsewhere = Project.objects.get(owner=outsider)
    derived = make_version(actor=admin, project=elsewhere, inputs=[(base, ROLE.BASE)])
    assert made_from(derived, outsider) == []
    assert [row.output for row in used_in(base, admin)] == [made, derived]
    assert [row.output for row in used_in(base, creator)] == [made]


def test_inputs_must_be_visible(make_version: Make, outsider: User) -> None:
    base = make_version()
    with pytest.raises(NotFound, match="input"):
        make_version(
            actor=outsider,
            project=Project.objects.get(owner=outsider),
            inputs=[(base, ROLE.BASE)],
        )
