"""What the browser gets: vendored files unchanged, all references resolvable, little JavaScript."""

from __future__ import annotations

import gzip
import hashlib
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command

from studio.shell import icons, states

STATIC = Path(settings.BASE_DIR) / "static"
VENDOR = STATIC / "vendor"
SHELL = STATIC / "studio" / "shell"
MODULES = sorted(SHELL.glob("*.js"))
BUDGET_BYTES = 60_000


@pytest.mark.parametrize(
    "folder",
    [*sorted(p for p in VENDOR.iterdir() if p.is_dir()), icons.DRAWINGS],
    ids=lambda path: path.name,
)
def test_vendored_files_are_those_of_the_package(folder: Path) -> None:
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    sums = {name: digest for digest, name in (line.split(maxsplit=1) for line in lines)}
    files = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    del files["SHA256SUMS"]
    assert "LICENSE" in files
    assert {n: hashlib.sha256(p.read_bytes()).hexdigest() for n, p in files.items()} == sums


def test_each_vendored_folder_is_listed_with_its_licence() -> None:
    readme = (VENDOR / "README.md").read_text(encoding="utf-8")
    for folder in (p for p in VENDOR.iterdir() if p.is_dir()):
        assert f"`{folder.name}/`" in readme


def test_all_files_can_be_hashed(settings: object, tmp_path: Path) -> None:
    """Every url(), import and source map of our own files leads somewhere."""
    settings.STATIC_ROOT = tmp_path  # type: ignore[attr-defined]
    settings.STATICFILES_DIRS = [STATIC]  # type: ignore[attr-defined]
    settings.STATICFILES_FINDERS = [  # type: ignore[attr-defined]
        "django.contrib.staticfiles.finders.FileSystemFinder"
    ]
    call_command("collectstatic", interactive=False, verbosity=0)
    app = (tmp_path / staticfiles_storage.stored_name("studio/shell/app.js")).read_text("utf-8")
    imports = re.findall(r'import "\./([\w-]+\.\w{12}\.js)"', app)
    assert len(imports) == app.count("import ")
    assert all((tmp_path / "studio/shell" / name).exists() for name in imports)


def test_javascript_of_every_page_stays_small() -> None:
    files = [VENDOR / "htmx-4.0.1" / "htmx.min.js", *MODULES]
    assert sum(len(gzip.compress(p.read_bytes())) for p in files) < BUDGET_BYTES


def test_modules_neither_evaluate_text_nor_leave_the_origin() -> None:
    for path in MODULES:
        code = path.read_text(encoding="utf-8")
        assert not re.search(
            r"\beval\(|new Function|innerHTML|insertAdjacentHTML|document\.write", code
        )
        assert not re.search(r"https?://(?!www\.w3\.org)", code), path.name


def test_style_sheets_load_nothing_from_elsewhere() -> None:
    for path in SHELL.glob("*.css"):
        assert "//" not in re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.S), path.name


def test_sprite_is_in_step_with_its_drawings() -> None:
    assert icons.sprite().read_text(encoding="utf-8") == icons.compile_sprite()


def test_every_icon_in_use_is_drawn() -> None:
    drawn = set(icons.names())
    used = {look.icon for look in states.all_looks()}
    templates = Path(settings.BASE_DIR) / "templates"
    for path in templates.rglob("*.html"):
        used |= set(re.findall(r'{%\s*icon\s+"([\w-]+)"', path.read_text(encoding="utf-8")))
    assert len(used) > 30
    assert used <= drawn
