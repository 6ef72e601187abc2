"""Thumbnails on ingest against a loop over the same pictures with pyvips, in one run.

    python -m tests.benchmarks.thumbnails [--pictures 12]

Both start from files and end with three WebP files for each picture, written and synced. Ours
makes the ThumbHash, keeps the files by their SHA-256 and writes the rows, in an embedded database
that is synced to disk as in production. Pictures are taken in turn, by whom first alternates.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from studio.ops import database

SIZES = (1280, 640, 320)


def picture(number: int) -> bytes:
    """A JPEG of 12 megapixels with something to see in it, each another one."""
    import pyvips

    noise = pyvips.Image.perlin(4000, 3000, cell_size=200 + 10 * number, uchar=True)
    grain = pyvips.Image.gaussnoise(4000, 3000, mean=0, sigma=6, seed=number)
    bands = [(noise * factor + grain).cast("uchar") for factor in (1.0, 0.8, 0.6)]
    image = bands[0].bandjoin(bands[1:]).copy(interpretation="srgb")
    content: bytes = image.jpegsave_buffer(Q=90)
    return content


def loop(source: Path, folder: Path) -> None:
    """What one would write by hand."""
    import pyvips

    for size in SIZES:
        small: Any = pyvips.Image.thumbnail(str(source), size, height=size, size="down")
        target = folder / f"{source.name}-{size}.webp"
        small.webpsave(str(target), Q=80, keep="none")
        with target.open("rb") as file:
            os.fsync(file.fileno())


def measure(pictures: int, folder: Path) -> tuple[list[float], list[float]]:
    """Seconds for each picture: ours, and the loop's."""
    from assets.renditions.tasks import run_renditions
    from assets.storage.store import ingest_bytes, local_copy

    ours: list[float] = []
    theirs: list[float] = []
    for number in range(pictures + 1):
        blob = ingest_bytes(picture(number), "image/jpeg")
        path = local_copy(blob)
        steps = [
            (ours, lambda b=blob: run_renditions(b.pk)),
            (theirs, lambda p=path: loop(p, folder)),
        ]
        for found, step in steps if number % 2 else reversed(steps):
            start = time.perf_counter()
            step()
            if number:  # the first one imports and connects
                found.append(time.perf_counter() - start)
    return ours, theirs


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=12)
    pictures = parser.parse_args().pictures
    with tempfile.TemporaryDirectory(prefix="sf-bench-", dir="/tmp") as name:
        folder = Path(name).resolve()
        folder.chmod(0o711)
        server = database.EmbeddedDatabase(folder, tied=True)
        server.start()
        os.environ |= {
            "SEEDFRAME_DATA": name,
            "DATABASE_URL": database.url(folder),
            "DJANGO_SETTINGS_MODULE": "studio.conf.settings",
        }
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        try:
            ours, theirs = measure(pictures, folder)
        finally:
            server.stop()
    for label, values in (("ours", ours), ("loop", theirs)):
        print(f"{label:5} p50 {statistics.median(values) * 1000:6.0f} ms   12 MP JPEG → 3 WebP")
    print(f"ratio p50 {statistics.median(ours) / statistics.median(theirs):.2f}×   (ours / loop)")


if __name__ == "__main__":
    main()
