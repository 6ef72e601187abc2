"""Colour words."""

from __future__ import annotations

from pipeline.imaging.sketch.colour import Colour, from_hex

_TABLE: dict[str, str] = {
    "red": "#d0312d", "crimson": "#b0122f", "scarlet": "#e0301e", "ruby": "#a3123a",
    "burgundy": "#6d1a36", "maroon": "#6b1e2a", "rust": "#a8471f", "rusty": "#a8471f",
    "terracotta": "#c7694a", "brick": "#a14a38", "vermilion": "#e34a27", "cherry": "#b81d3a",
    "orange": "#f07f24", "amber": "#f5a623", "tangerine": "#f28c28", "apricot": "#f6b27a",
    "peach": "#f8c3a0", "peachy": "#f8c3a0", "coral": "#f4776a", "salmon": "#f29a86",
    "copper": "#b8703f", "bronze": "#a07844", "caramel": "#b9783f",
    "yellow": "#f4cf3a", "lemon": "#f7e35a", "mustard": "#d1a12b", "ochre": "#c58b2d",
    "gold": "#e0ae3f", "golden": "#e8b54a", "honey": "#e0a03a", "saffron": "#eda126",
    "green": "#3f9147", "emerald": "#1f9a6a", "jade": "#3fa07a", "lime": "#9ccb3b",
    "olive": "#7d8440", "sage": "#9caf88", "mint": "#a8dcc0", "moss": "#6c7d3c",
    "mossy": "#6c7d3c", "forest-green": "#2c5e3b", "viridian": "#3a7d6b",
    "teal": "#1f8487", "turquoise": "#3cc0b8", "cyan": "#29c6dc", "aqua": "#5fd0d6",
    "aquamarine": "#6fd6b8", "blue": "#2f62c4", "navy": "#1d2d5c", "azure": "#3f95e0",
    "cobalt": "#2348ac", "indigo": "#3b3490", "ultramarine": "#2b3cae", "sapphire": "#1d4fa8",
    "cerulean": "#3a87bd", "periwinkle": "#8d97e0", "denim": "#4a6796", "steel": "#71879c",
    "purple": "#7b3fa5", "violet": "#7a4fc9", "lavender": "#b3a0dc", "lilac": "#c5a5da",
    "mauve": "#b58fae", "plum": "#6f3760", "magenta": "#d62a92", "fuchsia": "#de3c9c",
    "pink": "#f08cb4", "rose": "#e5738f", "rosy": "#e88fa4", "blush": "#f0b6b4",
    "brown": "#7a4e31", "chocolate": "#553322", "tan": "#cba67c",
    "beige": "#dfcbaa", "cream": "#f3e6cc", "ivory": "#f4eddd", "sand": "#dabf8f",
    "sandy": "#dabf8f", "sepia": "#8a6642", "umber": "#6d4c36", "sienna": "#a35a33",
    "white": "#f4f3ef", "snowy-white": "#f6f7f8", "pearl": "#e8e4da",
    "grey": "#8d9196", "gray": "#8d9196", "silver": "#b9c0c6", "slate": "#5b6873",
    "charcoal": "#3a3d42", "black": "#1b1c20", "ebony": "#221e1e", "onyx": "#1e1f24",
    "roja": "#d0312d", "rojo": "#d0312d", "rouge": "#d0312d",
    "azul": "#2f62c4", "bleu": "#2f62c4", "blau": "#2f62c4", "verde": "#3f9147",
    "grün": "#3f9147", "amarillo": "#f4cf3a", "jaune": "#f4cf3a",
    "gelb": "#f4cf3a", "rosa": "#f08cb4",
}  # fmt: skip

COLOUR_WORDS: dict[str, Colour] = {word: from_hex(code) for word, code in _TABLE.items()}

# Words that carry colour only as a whole-picture palette: word → two or three colours,
# from shadows to lights.
PALETTE_WORDS: dict[str, tuple[Colour, ...]] = {
    word: tuple(from_hex(code) for code in codes)
    for word, codes in {
        "neon": ("#2a0a5e", "#d6249f", "#19e3ff"),
        "cyberpunk": ("#12093a", "#c7238f", "#1fd6e8"),
        "synthwave": ("#1d0b4b", "#e0318c", "#ffb45c"),
        "vaporwave": ("#2a1a6b", "#e66fc0", "#7be0ea"),
        "tropical": ("#0b6c74", "#22b6a4", "#ffd08a"),
        "earthy": ("#4a3426", "#a06a3e", "#e2c79a"),
        "autumnal": ("#5c2e1d", "#c8611f", "#f2c063"),
        "rainbow": ("#5a4fcf", "#e0567a", "#f6c84c"),
        "iridescent": ("#3a3f9a", "#c77fd6", "#a9f0e4"),
        "holographic": ("#4a4fb0", "#d58be0", "#aef3ea"),
        "candy": ("#8b6fd0", "#f58fc0", "#ffe0b0"),
        "icy": ("#1d4a70", "#7fb6d6", "#eaf6fb"),
        "fiery": ("#3d0d10", "#d23a12", "#ffc24a"),
        "infernal": ("#240608", "#b3200e", "#ffa032"),
    }.items()
}
