"""A stand-in for Stability AI: `create_app()`."""

from tests.standins.stability.app import KEY, Stability, create_app

__all__ = ["KEY", "Stability", "create_app"]
