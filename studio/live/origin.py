"""Only pages of this studio may open its sockets."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import split_domain_port, validate_host


class OwnOriginOnly:
    """Denies sockets opened from another site's page, which would carry our cookies too.

    The origin must be the host that the socket is opened to (which is checked against
    `ALLOWED_HOSTS` as for pages) or one of `CSRF_TRUSTED_ORIGINS`. Unlike a list of allowed hosts,
    this holds where the studio answers to any host name.
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        """Pass the socket on, or deny it with 403."""
        headers = {name: value.decode("latin-1") for name, value in scope.get("headers", [])}
        target = self.application
        if not is_own(headers.get(b"origin", ""), headers.get(b"host", "")):
            target = WebsocketDenier()
        return await target(scope, receive, send)


def is_own(origin: str, host: str) -> bool:
    """Whether a page of `origin` belongs to the studio at `host`."""
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.netloc != host:
        return False
    return validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS)
