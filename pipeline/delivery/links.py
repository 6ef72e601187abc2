"""The way from the feed to deliveries."""

from __future__ import annotations

from studio.live.links import register

register("delivery.", "pipeline:delivery", icon="archive")
