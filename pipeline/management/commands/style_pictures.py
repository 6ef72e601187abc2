"""`manage.py style_pictures`: draws the small pictures of the style gallery, once, for the tree."""

from __future__ import annotations

import io
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from PIL import Image

from pipeline.imaging.sketch import SketchSpec, compose
from pipeline.presets.data_styles import STYLES

PROMPT = "a castle on a hill, colourful balloons, sunny sky"
RANDOM_SEED = 3
DRAWN_PX = 512
SIDE_PX = 128
MOST_BYTES = 4096


class Command(BaseCommand):
    """Writes `static/pipeline/styles/<code>.webp`, each at most 4 kB."""

    help = "Draws the pictures of the style gallery with the local sketch."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("codes", nargs="*", help="styles to draw; all without")

    def handle(self, *args: Any, **options: Any) -> None:
        """Draw each style at the same subject, so that only the style differs."""
        folder = Path(settings.BASE_DIR) / "static" / "pipeline" / "styles"
        folder.mkdir(parents=True, exist_ok=True)
        wanted = set(options["codes"]) or {style.code for style in STYLES}
        for style in STYLES:
            if style.code in wanted:
                content = picture(style.fragment)
                (folder / f"{style.code}.webp").write_bytes(content)
                self.stdout.write(f"{style.code}: {len(content)} bytes")


def picture(words: str) -> bytes:
    """One small picture as WebP: the best quality that fits `MOST_BYTES`."""
    drawn = compose(
        SketchSpec(
            prompt=PROMPT,
            style_words=words,
            width_px=DRAWN_PX,
            height_px=DRAWN_PX,
            random_seed=RANDOM_SEED,
            quality="standard",
        )
    )
    small = Image.fromarray(drawn).resize((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS)
    for quality in range(88, 9, -3):
        buffer = io.BytesIO()
        small.save(buffer, "WEBP", quality=quality, method=6)
        if buffer.tell() <= MOST_BYTES:
            return buffer.getvalue()
    raise ValueError("the picture does not fit at any quality")
