"""Phrases that must not be taken word by word."""

from __future__ import annotations

# Phrases whose words mean something else together; they name nothing to draw.
SET_PHRASES = frozenset(
    {"van gogh", "negative space", "copy space", "golden ratio", "rule of thirds", "sheet music",
     "street photography", "street style", "free space", "white space", "color palette",
     "colour palette", "body paint", "oil paint", "oil painting", "water colour", "gold leaf",
     "field of view", "point of view", "low poly", "stained glass", "paper cut", "film still",
     "movie still", "book cover", "album cover", "magazine cover", "trading card", "concept car",
     "matte painting", "ink wash", "light leak", "sun flare", "lens flare", "bird's-eye"}
)  # fmt: skip
