"""Rules that the database keeps: permanence of sources and finals, immutable versions and blobs."""

from django.db import migrations

from studio.core import sql

# A project that is erased takes its assets along: deleted first in the same transaction, it no
# longer protects them. Nothing else gets past this.
PROTECT_ASSETS = migrations.RunSQL(
    sql=r"""
CREATE FUNCTION assets_refuse_delete_of_asset() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    class text;
BEGIN
    SELECT r.code INTO class FROM assets_retentionclass r
        WHERE r.id = OLD.retention_class_id AND NOT r.is_disposable;
    IF class IS NOT NULL AND EXISTS (SELECT 1 FROM studio_project WHERE id = OLD.project_id) THEN
        RAISE EXCEPTION 'asset % (%) is of class %: DELETE is refused', OLD.code, OLD.title, class
            USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN OLD;
END $$;

CREATE TRIGGER assets_asset_permanent BEFORE DELETE ON assets_asset
    FOR EACH ROW EXECUTE FUNCTION assets_refuse_delete_of_asset();

CREATE FUNCTION assets_refuse_delete_of_version() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    class text;
    title text;
BEGIN
    SELECT r.code, a.title INTO class, title
        FROM assets_asset a
        JOIN assets_retentionclass r ON r.id = a.retention_class_id
        JOIN studio_project p ON p.id = a.project_id
        WHERE a.id = OLD.asset_id AND NOT r.is_disposable;
    IF class IS NOT NULL THEN
        RAISE EXCEPTION 'version % of asset % is of class %: DELETE is refused',
            OLD.number, title, class
            USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN OLD;
END $$;

CREATE TRIGGER assets_version_permanent BEFORE DELETE ON assets_version
    FOR EACH ROW EXECUTE FUNCTION assets_refuse_delete_of_version();
""",
    reverse_sql="""
DROP TRIGGER assets_version_permanent ON assets_version;
DROP FUNCTION assets_refuse_delete_of_version();
DROP TRIGGER assets_asset_permanent ON assets_asset;
DROP FUNCTION assets_refuse_delete_of_asset();
""",
)

# The foreign keys would refuse it too, but only at the end of the transaction and without a reason
# that a person could act on.
PROTECT_BLOBS = migrations.RunSQL(
    sql=r"""
CREATE FUNCTION assets_refuse_delete_of_blob() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    holder record;
BEGIN
    SELECT v.number, a.title, r.code AS class INTO holder
        FROM assets_version v
        JOIN assets_asset a ON a.id = v.asset_id
        JOIN assets_retentionclass r ON r.id = a.retention_class_id
        WHERE v.blob_id = OLD.id
        ORDER BY r.ordinal LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'blob % holds version % of the % asset %: DELETE is refused',
            OLD.sha256, holder.number, holder.class, holder.title
            USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN OLD;
END $$;

CREATE TRIGGER assets_blob_permanent BEFORE DELETE ON assets_blob
    FOR EACH ROW EXECUTE FUNCTION assets_refuse_delete_of_blob();
""",
    reverse_sql="""
DROP TRIGGER assets_blob_permanent ON assets_blob;
DROP FUNCTION assets_refuse_delete_of_blob();
""",
)


class Migration(migrations.Migration):
    """Triggers, so that psql is refused as well."""

    dependencies = [("assets", "0001_initial"), ("studio", "0002_rules")]
    operations = [
        PROTECT_ASSETS,
        PROTECT_BLOBS,
        sql.append_only("assets_version", events="UPDATE"),
        sql.append_only("assets_lineage", events="UPDATE"),
        sql.append_only("assets_blob", events="UPDATE"),
        sql.enforce_transitions(
            "assets_asset", "assets_retentiontransition", column="retention_class_id"
        ),
        sql.enforce_transitions("assets_upload", "assets_uploadstatetransition"),
    ]
