"""The registry file: what it may and must not say, and that no word of it becomes an option."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.comfyui.installs.git import Git
from pipeline.comfyui.installs.programs import ProgramFailed, Programs, Stopped, plain
from pipeline.comfyui.installs.registry import (
    check_package,
    check_repository,
    check_requirement,
    check_revision,
    parse_requirements,
    read_registry,
    resolve,
)
from studio.core.errors import Unavailable
from tests.pipeline.comfyui.installs.conftest import Register

GOOD: dict[str, Any] = {
    "package": "comfyui-ink", "repository": "https://github.com/someone/comfyui-ink",
    "revision": "a" * 40, "nodes": ["InkWash"],
}  # fmt: skip


def test_resolving(registry: Register) -> None:
    registry(GOOD, GOOD | {"package": "other", "nodes": ["Other", "Third"]})
    found = resolve(["Other", "InkWash", "Nobody's"])
    assert {p.package: n for p, n in found.packages.items()} == {
        "comfyui-ink": ["InkWash"],
        "other": ["Other"],
    }
    assert found.unknown == ["Nobody's"]


def test_without_a_file_nothing_is_known(settings: Any) -> None:
    settings.NODE_REGISTRY = ""
    assert resolve(["A"]).unknown == ["A"]
    settings.NODE_REGISTRY = "/nowhere/registry.json"
    with pytest.raises(Unavailable, match="can't be read"):
        read_registry()


@pytest.mark.parametrize(
    "change",
    [
        {"package": "--upload-pack=sh"}, {"package": "../x"}, {"package": "a/b"}, {"package": ""},
        {"package": "x.disabled"}, {"package": ".git"}, {"package": "a..b"}, {"package": "a\n"},
        {"revision": "main"}, {"revision": "a" * 39}, {"revision": "--" + "a" * 38},
        {"revision": "A" * 40}, {"revision": "a" * 40 + "\n"},
        {"repository": "http://example.org/x"}, {"repository": "ext::sh -c id"},
        {"repository": "git@example.org:x/y"}, {"repository": "https://user:pw@example.org/x"},
        {"repository": "--upload-pack=/bin/sh"}, {"repository": "/srv/../etc"},
        {"repository": "https://example.org/x?y=--z"}, {"repository": "ssh://example.org/x"},
        {"repository": "https://-oProxyCommand/x"}, {"repository": "relative/path"},
        {"requirements": ["--index-url=https://x"]}, {"requirements": ["-e ."]},
        {"requirements": ["x @ https://example.org/x.whl"]}, {"requirements": ["git+https://x/y"]},
        {"requirements": ["/etc/passwd"]}, {"requirements": ["a\n--pre"]},
        {"nodes": []}, {"nodes": [""]}, {"surplus": 1},
    ],
)  # fmt: skip
def test_what_is_refused(registry: Register, change: dict[str, Any]) -> None:
    registry(GOOD | change)
    with pytest.raises(Unavailable, match=r"packages\.0"):
        read_registry()


@pytest.mark.parametrize(
    ("other", "words"),
    [({"package": "ComfyUI-Ink", "nodes": ["B"]}, "twice"), ({"package": "b"}, "InkWash")],
)
def test_owners_are_unambiguous(registry: Register, other: dict[str, Any], words: str) -> None:
    registry(GOOD, GOOD | other)
    with pytest.raises(Unavailable, match=words):
        read_registry()


def test_what_is_accepted() -> None:
    assert check_package("ComfyUI_IPAdapter_plus")
    assert check_repository("https://codeberg.org:8443/a/b.git") and check_repository(
        "/srv/a b.git"
    )
    assert check_revision("0" * 64)
    assert check_requirement('Pillow >= 10 ; python_version < "3.13"').startswith("Pillow>=10")


def test_requirements_files() -> None:
    text = "# comment\nnumpy>=1.26 # why\n\nopencv-python-headless\\\n>=4.8\n"
    assert parse_requirements(text) == ["numpy>=1.26", "opencv-python-headless>=4.8"]
    for line in ("-r other.txt", "--find-links /x", "git+https://x/y.git", "./x", "x @ file:///x"):
        with pytest.raises(ValueError):
            parse_requirements(f"numpy\n{line}\n")


# --- programs -------------------------------------------------------------------------------


def programs(lines: list[str], *, seconds: float = 5, stop: Any = lambda: None) -> Programs:
    return Programs(log=lines.append, stop=stop, began=lambda child: None, seconds=seconds)


def test_no_option_reaches_git(tmp_path: Path) -> None:
    lines: list[str] = []
    git = Git(programs(lines), tmp_path / "x")
    for repository, revision in (
        (f"--upload-pack=touch {tmp_path}/ran", "a" * 40),
        (f"ext::touch {tmp_path}/ran", "a" * 40),
        ("/srv/x.git", f"--exec=touch {tmp_path}/ran"),
    ):
        with pytest.raises(ValueError):
            git.fetch(repository, revision, whole=False)
    with pytest.raises(ValueError):
        git.check_out("-f")
    assert not lines and not (tmp_path / "ran").exists()


def test_programs_have_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.comfyui.installs.programs.MOST_BYTES", 10_000)
    monkeypatch.setattr("pipeline.comfyui.installs.programs.GRACE_SECONDS", 0.3)
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    lines: list[str] = []
    here = programs(lines, seconds=1)
    with pytest.raises(ProgramFailed, match="printed more"):
        here.run(["/bin/sh", "-c", "yes"], cwd=tmp_path)
    with pytest.raises(ProgramFailed, match="did not end within 1 s"):
        # a child that does not listen to TERM, in the same group
        here.run(
            ["/bin/sh", "-c", f"(trap '' TERM; sleep 4; touch {tmp_path}/late) & wait"],
            cwd=tmp_path,
        )
    with pytest.raises(ProgramFailed, match="exit code 3"):
        here.run(["/bin/sh", "-c", "exit 3"], cwd=tmp_path)
    with pytest.raises(ProgramFailed, match="can't be started"):
        here.run(["/nowhere/x"], cwd=tmp_path)
    lines.clear()
    here.run(["/usr/bin/env"], cwd=tmp_path)
    assert "PATH=" in "\n".join(lines) and "secret" not in "\n".join(lines)
    assert "x" in here.run(["/bin/echo", "x"], cwd=tmp_path, quiet=True)

    def stop() -> None:
        if len(lines) > 2:
            raise Stopped("now")

    lines.clear()
    with pytest.raises(Stopped):
        programs(lines, stop=stop).run(["/bin/sh", "-c", "echo a; echo b; sleep 9"], cwd=tmp_path)
    assert not (tmp_path / "late").exists()


def test_what_programs_print_is_plain() -> None:
    assert plain("\x1b[31mred\x1b[0m\x00\u202e!\x07  ") == "red!" and len(plain("x" * 9999)) == 500
