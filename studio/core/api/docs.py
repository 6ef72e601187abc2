"""The OpenAPI document and the page to browse it."""

from __future__ import annotations

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from studio.core.web import login_exempt

#: Answers scripts too (key or token), hence no redirect to the login page but a 401.
schema = login_exempt(SpectacularAPIView.as_view())

#: The viewer comes from this server; it writes inline styles, so on this page they are allowed.
docs = csp_update({"style-src": [SELF, UNSAFE_INLINE]})(
    SpectacularSwaggerSplitView.as_view(
        url_name="api-schema", template_name="studio/core/api_docs.html", title="Seedframe API"
    )
)
