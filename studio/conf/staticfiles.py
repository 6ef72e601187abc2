"""Static files named by their content, including relative imports between ES modules."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):
    """Manifest storage that also rewrites `import "./x.js"` to the hashed name of `x.js`."""

    support_js_module_import_aggregation = True
