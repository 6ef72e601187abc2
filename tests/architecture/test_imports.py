"""Imports run one way: studio ← assets ← billing ← pipeline, and inside the packages too."""

from __future__ import annotations

import ast
from pathlib import Path

from django.conf import settings
from importlinter.cli import lint_imports

ROOT = Path(settings.BASE_DIR)
PACKAGES = ("studio", "assets", "billing", "pipeline")


def test_the_contracts_hold() -> None:
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0


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
    assert set(stars) <= {f"{package}/models.py" for package in PACKAGES}
    assert files >= 60
