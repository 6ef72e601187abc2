"""Entry point of the web process: pages over HTTP, live messages over websockets."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.conf.settings")

from django.core.asgi import get_asgi_application

http = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402  (apps must be loaded first)
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

from studio.live.origin import OwnOriginOnly  # noqa: E402
from studio.live.routing import websocket_urlpatterns  # noqa: E402
from studio.ops import bodies, flow  # noqa: E402

flow.install()
bodies.install()
application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": OwnOriginOnly(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
    }
)
