"""What happens to assets."""

from studio.core.lookups import Codes
from studio.live.kinds import register


@register
class AssetEvents(Codes):
    """Kinds of event that the library records."""

    ASSET_ADDED = 200, "asset.added", "Asset added"
    VERSION_ADDED = 201, "version.added", "Version added"
    ASSET_RENAMED = 202, "asset.renamed", "Asset renamed"
    ASSET_TRASHED = 203, "asset.trashed", "Asset put in the trash"
    ASSET_RESTORED = 204, "asset.restored", "Asset taken out of the trash"
    RETENTION_CHANGED = 205, "asset.retention-changed", "Retention class changed"
    ASSET_DELETED = 206, "asset.deleted", "Asset deleted"
