"""Imports run one way: studio ← assets ← billing ← pipeline, and inside the packages too."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PACKAGES = ("studio", "assets", "billing", "pipeline")


def test_the_contracts_hold() -> None:
    # In a process of its own, which imports nothing that other tests have changed.
    program = "import importlinter.cli as c; raise SystemExit(c.lint_imports(no_cache=True))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_stars_only_where_models_are_gathered() -> None:
    stars, files = [], 0
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            files += 1
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
                    stars.append(path.relative_to(ROOT).as_posix())
                if isinstance(node, ast.ImportFrom):
                    assert node.level == 0, f"{path}: relative import"
    gathering = {f"{package}/models.py" for package in PACKAGES}
    gathering.add("pipeline/scenes/models/__init__.py")  # the one slice whose models fill a package
    assert set(stars) <= gathering
    assert files >= 60
