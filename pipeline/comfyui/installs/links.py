"""The way from the feed to installations."""

from studio.live.links import register

register("install.", "pipeline:install", icon="download")
