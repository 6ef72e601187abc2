"""A stand-in for Bria: `create_app()`."""

from tests.standins.bria.app import KEY, Bria, create_app

__all__ = ["KEY", "Bria", "create_app"]
