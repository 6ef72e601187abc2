"""The ways from the feed to takes, boundaries and cuts."""

from __future__ import annotations

from studio.live.links import register

register("take.", "pipeline:take", icon="film")
register("boundary.", "pipeline:boundary", icon="columns-2")
register("cut.", "pipeline:cut", icon="clapperboard")
