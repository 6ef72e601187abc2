"""The OpenAPI document and the page to browse it."""

from __future__ import annotations

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from studio.core.web import login_exempt

#: Answers scripts too (key or token), hence no redirect to the login page but a 401.
schema = login_exempt(SpectacularAPIView.as_view())

#: The viewer comes from this server and works under the same policy as every page.
docs = SpectacularSwaggerSplitView.as_view(
    url_name="api-schema", template_name="studio/core/api_docs.html", title="Seedframe API"
)
