"""What instances have, kept in memory: a catalogue is large and seldom changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from pipeline.comfyui.models import Instance, InstanceCatalogue

MOST_KEPT = 32
_kept: OrderedDict[tuple[int, str], Catalogue] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True)
class Catalogue:
    """Nodes and model files of an instance, as it told them."""

    object_info: Mapping[str, Mapping[str, Any]]
    model_files: Mapping[str, list[str]]


def catalogues_of(instances: Sequence[Instance]) -> dict[int, Catalogue]:
    """Catalogues by id of the instance; those without one are missing.

    One query for their hashes, and one for those that this process has not seen.
    """
    rows = InstanceCatalogue.objects.filter(instance__in=instances)
    keys: set[tuple[int, str]] = set(rows.values_list("instance_id", "sha256"))
    with _lock:
        found = {key: _kept[key] for key in keys if key in _kept}
    if unknown := {pk for pk, _sha256 in keys.difference(found)}:
        for row in InstanceCatalogue.objects.filter(instance_id__in=unknown):
            found[row.instance_id, row.sha256] = Catalogue(row.object_info, row.model_files)
    with _lock:
        for key, catalogue in found.items():
            _kept[key] = catalogue
            _kept.move_to_end(key)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return {pk: catalogue for (pk, _sha256), catalogue in found.items()}


def catalogue_of(instance: Instance) -> Catalogue | None:
    """The catalogue of one instance, or None where it has told none yet."""
    return catalogues_of([instance]).get(instance.pk)
