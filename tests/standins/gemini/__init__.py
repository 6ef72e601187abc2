"""A stand-in for the Gemini API: `create_app()`."""

from tests.standins.gemini.app import KEY, Gemini, create_app

__all__ = ["KEY", "Gemini", "create_app"]
