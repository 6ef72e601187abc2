"""Which packages' static files are served: those that a page asks for."""

from __future__ import annotations

from django.contrib.staticfiles.apps import StaticFilesConfig


class StudioStaticFilesConfig(StaticFilesConfig):
    """Leaves out what no page uses; hashing and compressing it would take seconds of a start."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "*.js.map",
        "django_htmx/*",  # htmx itself is vendored, in the version that we tested
        "drf_spectacular_sidecar/redoc/*",  # the docs page is Swagger UI
        "rest_framework/*",  # the API answers JSON, without the browsable pages
    ]
