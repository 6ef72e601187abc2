"""What can be done to many assets at once: one transaction, the rule asked once a project."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from assets.library.events import AssetEvents
from assets.library.models import Asset, Favourite
from studio.core.access import CapabilityCode, require
from studio.core.errors import Invalid, NotFound
from studio.core.lookups import Codes
from studio.core.models import User
from studio.live.services import record_event

MAX_ASSETS = 500


def set_favourites(*, actor: User, codes: Collection[UUID], favourite: bool) -> list[Asset]:
    """Like assets, or no longer.

    Raises:
        NotFound: one of them is not there for `actor`.
        Invalid: none, or too many.
    """
    assets = _visible(actor, codes)
    if favourite:
        rows = [Favourite(user=actor, asset=asset) for asset in assets]
        Favourite.objects.bulk_create(rows, ignore_conflicts=True)
    else:
        Favourite.objects.filter(user=actor, asset__in=assets).delete()
    return assets


def trash_assets(*, actor: User, codes: Collection[UUID]) -> list[Asset]:
    """Take assets out of view; their files stay.

    Returns:
        Those that were not in the trash before.

    Raises:
        NotFound, Forbidden: by the access rule (create), for any of them; then none is changed.
        Invalid: none, or too many.
    """
    return _move(actor, codes, trashed=True, kind=AssetEvents.ASSET_TRASHED)


def restore_assets(*, actor: User, codes: Collection[UUID]) -> list[Asset]:
    """Take assets out of the trash.

    Returns:
        Those that were in the trash before.

    Raises:
        NotFound, Forbidden: by the access rule (create), for any of them; then none is changed.
        Invalid: none, or too many.
    """
    return _move(actor, codes, trashed=False, kind=AssetEvents.ASSET_RESTORED)


def _move(actor: User, codes: Collection[UUID], *, trashed: bool, kind: Codes) -> list[Asset]:
    assets = _visible(actor, codes)
    for project in {asset.project_id: asset.project for asset in assets}.values():
        require(actor, CapabilityCode.CREATE, project)
    with transaction.atomic():
        # Locked in one order, so that two people who move the same assets do not block each other.
        locked = Asset.objects.select_for_update().filter(pk__in=[a.pk for a in assets])
        there = locked.filter(deleted_at__isnull=trashed).order_by("pk")
        changed = set(there.values_list("pk", flat=True))
        Asset.objects.filter(pk__in=changed).update(deleted_at=Now() if trashed else None)
        moved = [asset for asset in assets if asset.pk in changed]
        for asset in moved:
            record_event(
                kind,
                project=asset.project,
                actor=actor,
                subject_code=asset.code,
                label=asset.title,
            )
    return moved


def _visible(actor: User, codes: Collection[UUID]) -> list[Asset]:
    wanted = set(codes)
    if not wanted:
        raise Invalid("Nothing is selected.", remedy="Select some assets first.")
    if len(wanted) > MAX_ASSETS:
        raise Invalid(f"At most {MAX_ASSETS} assets can be changed at once.")
    visible = Asset.objects.visible_to(actor).filter(code__in=wanted)
    found = list(visible.select_related("project").defer("search").order_by("-pk"))
    if len(found) != len(wanted):
        raise NotFound("One of these assets is not there, or it is not shared with you.")
    return found
