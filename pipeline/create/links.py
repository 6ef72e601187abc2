"""The way from a file in the library to the operations that take it."""

from __future__ import annotations

from assets.library import actions
from assets.models import AssetKind

actions.register(
    "Run an operation",
    "pipeline:send-to",
    kinds=(AssetKind.Code.IMAGE, AssetKind.Code.VIDEO, AssetKind.Code.AUDIO),
    icon="sparkles",
    order=10,
)
