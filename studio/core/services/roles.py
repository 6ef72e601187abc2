"""The rows that say which role includes which capability."""

from __future__ import annotations

from typing import Any

from studio.core.access import ROLE_CAPABILITIES
from studio.core.models import RoleCapability


def sync_role_capabilities(using: str = "default", **_: Any) -> None:
    """Write the rows that say which role includes which capability (after `migrate`)."""
    wanted = {(int(r), int(c)) for r, found in ROLE_CAPABILITIES.items() for c in found}
    rows = RoleCapability.objects.using(using)
    present = {(r, c): pk for pk, r, c in rows.values_list("pk", "role_id", "capability_id")}
    rows.filter(pk__in=[pk for pair, pk in present.items() if pair not in wanted]).delete()
    rows.bulk_create(
        RoleCapability(role_id=r, capability_id=c) for r, c in sorted(wanted - set(present))
    )
