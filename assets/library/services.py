"""What can be done to assets. No file is touched here: bytes are in the store beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from assets.library.events import AssetEvents
from assets.library.models import (
    Asset,
    Favourite,
    Lineage,
    LineageRole,
    Origin,
    RetentionClass,
    RetentionTransition,
    Usage,
    UsageKind,
    Version,
)
from assets.storage.models import AssetKind, Blob, MediaType
from assets.storage.naming import display_name, title_from
from studio.core.access import CapabilityCode, require
from studio.core.errors import Conflict, Invalid, NotFound
from studio.core.lookups import Codes
from studio.core.models import Project, User
from studio.core.tasks import enqueue
from studio.live.services import record_event

RENDITIONS_TASK = "assets.renditions.tasks.run_renditions"
MAX_CAPTION = 20_000
MAX_NOTE = 500


def add_asset(
    *,
    actor: User,
    project: Project,
    blob: Blob,
    title: str,
    caption: str = "",
    origin: Origin.Code,
    retention_class: RetentionClass.Code,
    file_name: str = "",
    note: str = "",
    inputs: Sequence[tuple[Version, LineageRole.Code]] = (),
    is_step: bool = False,
) -> Version:
    """Put a stored file into a project's library, as the first version of a new asset.

    Args:
        title: its name, up to 200 characters; empty: made from the file name.
        caption: what it shows; for generated files the prompt.
        file_name: as the person called the file; for display only.
        inputs: the versions it was made from, each with the part it played.
        is_step: made between two steps of the studio: neither lists nor the feed speak of it.

    Raises:
        NotFound, Forbidden: by the access rule (create); an input is not visible to `actor`.
        Invalid: a text is too long, or there is no title.
    """
    require(actor, CapabilityCode.CREATE, project)
    file_name = display_name(file_name)
    title = _title(title or title_from(file_name))
    if len(caption) > MAX_CAPTION:
        raise Invalid(
            f"A caption has at most {MAX_CAPTION:,} characters.",
            fields={"caption": ["Make it shorter."]},
        )
    _check_inputs(actor, inputs)
    with transaction.atomic():
        asset = Asset.objects.create(
            project=project,
            kind_id=kind_of(blob),
            retention_class_id=retention_class,
            origin_id=origin,
            title=title,
            caption=_clean(caption),
            is_step=is_step,
            created_by=actor,
        )
        version = _create_version(actor, asset, 1, blob, file_name, note, inputs)
        if not is_step:
            record_event(
                AssetEvents.ASSET_ADDED,
                project=project,
                actor=actor,
                subject_code=asset.code,
                label=title,
                data={"origin": origin.code},
            )
    return version


def add_version(
    *,
    actor: User,
    asset: Asset,
    blob: Blob,
    note: str = "",
    file_name: str = "",
    inputs: Sequence[tuple[Version, LineageRole.Code]] = (),
) -> Version:
    """Add the next version of an asset.

    Raises:
        NotFound, Forbidden: by the access rule (create); an input is not visible to `actor`.
        Conflict: the asset is in the trash.
        Invalid: the file is of another kind than the asset, or the note is too long.
    """
    require(actor, CapabilityCode.CREATE, asset.project)
    _check_inputs(actor, inputs)
    with transaction.atomic():
        locked = _lock(asset)
        if locked.is_trashed:
            raise Conflict("This asset is in the trash.", remedy="Restore it first.")
        if kind_of(blob) != locked.kind_id:
            wanted = AssetKind.Code(locked.kind_id).label.lower()
            raise Invalid(f"A version of this asset must be of the same kind: {wanted}.")
        newest = locked.versions.aggregate(newest=Max("number"))["newest"] or 0
        version = _create_version(
            actor, locked, newest + 1, blob, display_name(file_name), note, inputs
        )
        record_event(
            AssetEvents.VERSION_ADDED,
            project=asset.project,
            actor=actor,
            subject_code=asset.code,
            label=locked.title,
            data={"number": version.number},
        )
    return version


def rename_asset(*, actor: User, asset: Asset, title: str) -> None:
    """Call an asset something else.

    Raises:
        NotFound, Forbidden: by the access rule (create).
        Invalid: the title is empty or too long.
    """
    require(actor, CapabilityCode.CREATE, asset.project)
    title = _title(title)
    with transaction.atomic():
        before = _lock(asset).title
        if before != title:
            Asset.objects.filter(pk=asset.pk).update(title=title)
            _record(AssetEvents.ASSET_RENAMED, actor, asset, title, before=before)
    asset.title = title


def change_asset(
    *,
    actor: User,
    asset: Asset,
    title: str | None = None,
    retention_class: RetentionClass.Code | None = None,
) -> None:
    """Rename an asset and change its retention class, both or neither; None: leave as it is.

    Raises:
        As `rename_asset` and `change_retention`.
    """
    require(actor, CapabilityCode.CREATE, asset.project)
    with transaction.atomic():
        if title is not None:
            rename_asset(actor=actor, asset=asset, title=title)
        if retention_class is not None:
            change_retention(actor=actor, asset=asset, retention_class=retention_class)


def change_retention(*, actor: User, asset: Asset, retention_class: RetentionClass.Code) -> None:
    """Keep an asset more or less dearly; nothing ever leaves the source class.

    Raises:
        NotFound, Forbidden: by the access rule (create; approve to touch a final).
        Conflict: the change is not allowed.
    """
    present = RetentionClass.Code(asset.retention_class_id)
    final = RetentionClass.Code.FINAL in (present, retention_class)
    require(actor, CapabilityCode.APPROVE if final else CapabilityCode.CREATE, asset.project)
    with transaction.atomic():
        before = RetentionClass.Code(_lock(asset).retention_class_id)
        if before == retention_class:
            return
        if (before, retention_class) not in RetentionTransition.allowed:
            raise Conflict("A source is permanent: it keeps its class.")
        Asset.objects.filter(pk=asset.pk).update(retention_class_id=retention_class)
        _record(
            AssetEvents.RETENTION_CHANGED,
            actor,
            asset,
            asset.title,
            before=before.code,
            after=retention_class.code,
        )
    asset.retention_class_id = retention_class


def trash_asset(*, actor: User, asset: Asset) -> None:
    """Take an asset out of view; its files stay.

    Raises:
        NotFound, Forbidden: by the access rule (create).
    """
    require(actor, CapabilityCode.CREATE, asset.project)
    with transaction.atomic():
        now = timezone.now()
        if Asset.objects.filter(pk=asset.pk, deleted_at=None).update(deleted_at=now):
            _record(AssetEvents.ASSET_TRASHED, actor, asset, asset.title)
    asset.refresh_from_db(fields=["deleted_at"])


def restore_asset(*, actor: User, asset: Asset) -> None:
    """Take an asset out of the trash.

    Raises:
        NotFound, Forbidden: by the access rule (create).
    """
    require(actor, CapabilityCode.CREATE, asset.project)
    with transaction.atomic():
        if Asset.objects.filter(pk=asset.pk, deleted_at__isnull=False).update(deleted_at=None):
            _record(AssetEvents.ASSET_RESTORED, actor, asset, asset.title)
    asset.deleted_at = None


def set_favourite(*, actor: User, asset: Asset, favourite: bool) -> None:
    """Like an asset, or no longer.

    Raises:
        NotFound: by the access rule (seeing it is enough).
    """
    require(actor, CapabilityCode.VIEW, asset.project)
    if favourite:
        Favourite.objects.bulk_create([Favourite(user=actor, asset=asset)], ignore_conflicts=True)
    else:
        Favourite.objects.filter(user=actor, asset=asset).delete()


def record_usage(*, user: User | None, version: Version, kind: UsageKind.Code) -> None:
    """Note that a version was used; the caller has checked that it may be."""
    Usage.objects.create(version=version, user=user, kind_id=kind)


def kind_of(blob: Blob) -> AssetKind.Code:
    """What kind of asset these bytes make. No query."""
    extras = MediaType.extras[MediaType.Code(blob.media_type_id)]
    return AssetKind.Code(extras["kind_id"])


def _create_version(
    actor: User,
    asset: Asset,
    number: int,
    blob: Blob,
    file_name: str,
    note: str,
    inputs: Sequence[tuple[Version, LineageRole.Code]],
) -> Version:
    note = _clean(note).strip()
    if len(note) > MAX_NOTE:
        raise Invalid(
            f"A note has at most {MAX_NOTE} characters.", fields={"note": ["Make it shorter."]}
        )
    version = Version.objects.create(
        asset=asset, number=number, blob=blob, file_name=file_name, note=note, created_by=actor
    )
    Lineage.objects.bulk_create(
        Lineage(output=version, input=source, role_id=role) for source, role in inputs
    )
    # In the same transaction, so that there is no version without renditions on their way.
    enqueue(RENDITIONS_TASK, blob.pk, cluster="media")
    return version


def _check_inputs(actor: User, inputs: Iterable[tuple[Version, LineageRole.Code]]) -> None:
    wanted = {version.pk for version, _ in inputs}
    if not wanted:
        return
    seen = Version.objects.visible_to(actor).filter(pk__in=wanted).count()
    if seen != len(wanted):
        raise NotFound("There is no such input, or it is not shared with you.")


def _lock(asset: Asset) -> Asset:
    """The asset's row as it is now, held until the transaction ends."""
    return Asset.objects.select_for_update().get(pk=asset.pk)


def _record(kind: Codes, actor: User, asset: Asset, label: str, **data: object) -> None:
    record_event(
        kind, project=asset.project, actor=actor, subject_code=asset.code, label=label, data=data
    )


def _clean(text: str) -> str:
    """Without NUL, which the database can't hold."""
    return text.replace("\x00", "")


def _title(title: str) -> str:
    title = " ".join(_clean(title).split())
    if not title or len(title) > 200:
        raise Invalid(
            "An asset needs a title of 1 to 200 characters.",
            fields={"title": ["Give a title of 1 to 200 characters."]},
        )
    return title
