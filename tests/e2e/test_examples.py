"""The scripts of the documentation, run as people run them: against a studio, with a key."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import skimage.data

from tests.support.studio import ROOT, RunningStudio

pytestmark = pytest.mark.slow

PORTRAIT_TO_CUT = ROOT / "docs/examples/portrait_to_cut.py"


def run(studio: RunningStudio, script: Path, *arguments: object) -> Any:
    """Run a script with the creator's key, seeing nothing of the code around it."""
    environment = {
        "PATH": os.environ["PATH"],
        "SEEDFRAME_URL": studio.url,
        "SEEDFRAME_KEY": studio.cast["people"]["creator"]["key"],
    }
    return subprocess.run(
        [sys.executable, str(script), *map(str, arguments)],
        cwd="/",
        env=environment,
        capture_output=True,
        text=True,
        timeout=540,
    )


def test_from_a_portrait_to_a_delivered_cut(studio: RunningStudio, tmp_path: Path) -> None:
    """In under 60 lines; what is downloaded is the package, whole."""
    assert len(PORTRAIT_TO_CUT.read_text().splitlines()) < 60
    portrait = tmp_path / "astronaut.png"
    portrait.write_bytes((Path(skimage.data.__file__).parent / "astronaut.png").read_bytes())
    target = tmp_path / "delivery.zip"
    done = run(studio, PORTRAIT_TO_CUT, portrait, target)
    assert done.returncode == 0, done.stdout + done.stderr
    with zipfile.ZipFile(target) as package:
        assert package.testzip() is None
        listed = dict(
            reversed(line.split("  ", 1))
            for line in package.read("SHA256SUMS").decode().splitlines()
        )
        assert set(listed) == set(package.namelist()) - {"SHA256SUMS"}
        for name, digest in listed.items():
            assert hashlib.sha256(package.read(name)).hexdigest() == digest
        assert [name for name in listed if name.startswith("media/")]


def test_it_says_what_is_wrong(studio: RunningStudio, tmp_path: Path) -> None:
    """A picture in which nobody is to be found ends it with the reason, not a traceback."""
    from PIL import Image

    portrait = tmp_path / "nobody.png"
    Image.linear_gradient("L").resize((600, 600)).convert("RGB").save(portrait)
    done = run(studio, PORTRAIT_TO_CUT, portrait, tmp_path / "never.zip")
    assert done.returncode == 1
    assert "can't be the hero" in done.stderr
    assert "Traceback" not in done.stderr
