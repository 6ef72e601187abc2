"""A stand-in for WaveSpeed: `create_app()`."""

from tests.standins.wavespeed.app import KEY, WaveSpeed, create_app

__all__ = ["KEY", "WaveSpeed", "create_app"]
