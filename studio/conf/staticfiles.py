"""Static files named by their content, including relative imports between ES modules."""

import re
from collections.abc import Callable
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

OWN_FOLDERS = ("studio/", "assets/", "billing/", "pipeline/")


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):
    """Manifest storage that also rewrites `import "./x.js"` to the hashed name of `x.js`.

    Only in the studio's own modules: packages name files in comments (`import("../htmx")` as a
    type) that they do not ship.
    """

    support_js_module_import_aggregation = True

    def url_converter(
        self, name: str, hashed_files: Any, template: str | None = None
    ) -> Callable[[re.Match[str]], str]:
        """What replaces a reference found in the file `name`."""
        if name.endswith(".js") and not name.startswith(OWN_FOLDERS):
            return lambda match: match[0]
        convert: Callable[[re.Match[str]], str] = super().url_converter(
            name, hashed_files, template
        )
        return convert
