"""A managed ComfyUI in a folder: its server has the nodes of the folders it was started with."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pipeline.comfyui.heartbeat import refresh
from pipeline.comfyui.installs.runner import run_plan
from pipeline.comfyui.installs.services import approve_plan, plan_nodes
from pipeline.comfyui.models import InstallPlan, Instance
from pipeline.comfyui.services import register_instance
from studio.core.models import User
from tests.pipeline.comfyui.fake import LOAD_IMAGE, Fake
from tests.standins.server import serve

GIT = {
    "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.org", "GIT_CONFIG_GLOBAL": os.devnull, "HOME": "/nowhere",
}  # fmt: skip


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", *words],
        cwd=folder,
        env=os.environ | GIT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@dataclass
class Repository:
    """A bare repository; `commit` adds files to it and gives the commit's id."""

    bare: Path
    tree: Path
    revisions: list[str] = field(default_factory=list)

    def commit(self, **files: str) -> str:
        for name, content in files.items():
            (self.tree / name.replace("__", ".")).write_text(content)
        git(self.tree, "add", "--all")
        git(self.tree, "commit", "--quiet", "-m", "change")
        git(self.tree, "push", "--quiet", str(self.bare), "HEAD:refs/heads/main")
        self.revisions.append(git(self.tree, "rev-parse", "HEAD"))
        return self.revisions[-1]


@pytest.fixture
def repository(tmp_path: Path) -> Callable[[str], Repository]:
    def make(name: str) -> Repository:
        made = Repository(tmp_path / "remote" / f"{name}.git", tmp_path / "author" / name)
        made.bare.mkdir(parents=True)
        made.tree.mkdir(parents=True)
        git(made.bare, "init", "--quiet", "--bare")
        git(made.tree, "init", "--quiet")
        return made

    return make


class Comfy(Fake):
    """Loads nodes when it is started: `nodes.json` of each folder of `custom_nodes`.

    Its restart command adds a line to `restarts`; `python` is never run unless pip is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.nodes = folder / "custom_nodes"
        self.nodes.mkdir(parents=True)
        self.loaded: dict[str, Any] = {}
        self.loaded_at = -1
        super().__init__()

    @property
    def restarts(self) -> int:
        path = self.folder / "restarts"
        return len(path.read_text().splitlines()) if path.exists() else 0

    @property
    def object_info(self) -> dict[str, Any]:
        if self.loaded_at != self.restarts:
            self.loaded_at = self.restarts
            self.loaded = {"LoadImage": LOAD_IMAGE}
            for path in sorted(self.nodes.glob("*/nodes.json")):
                if not path.parent.name.endswith(".disabled"):
                    names = json.loads(path.read_text())
                    self.loaded |= {name: LOAD_IMAGE | {"name": name} for name in names}
        return self.loaded

    @object_info.setter
    def object_info(self, value: Any) -> None:
        """What it has comes from its folders."""


@pytest.fixture
def comfy(tmp_path: Path, settings: Any) -> Comfy:
    made = Comfy(tmp_path / "comfyui")
    file = tmp_path / "managed.json"
    restart = ["/bin/sh", "-c", "echo started >> restarts; env > environment"]
    entry = {"folder": str(made.folder), "python": "/nowhere/python", "restart": restart}
    file.write_text(json.dumps({"render-1": entry}))
    settings.MANAGED_COMFYUI = str(file)
    settings.DATA_DIR = tmp_path / "data"
    settings.INSTALL_START_SECONDS = 5
    settings.INSTALL_SETTLE_SECONDS = 0.2
    settings.INSTALL_STEP_SECONDS = 30
    settings.INSTALL_DRAIN_SECONDS = 1
    return made


@pytest.fixture
def managed(admin: User, comfy: Comfy) -> Iterator[Instance]:
    """The instance, online, with what it has on record."""
    with serve(comfy.app) as server:
        made = register_instance(
            actor=admin, name="render-1", url=server.url, install_name="render-1"
        )
        assert not refresh(made)
        yield Instance.objects.select_related("worker").get(pk=made.pk)
    assert not server.errors


Register = Callable[..., None]


@pytest.fixture
def registry(tmp_path: Path, settings: Any) -> Register:
    """Writes the registry file."""

    def write(*packages: dict[str, Any]) -> None:
        file = tmp_path / "registry.json"
        file.write_text(json.dumps({"version": 1, "packages": packages}))
        settings.NODE_REGISTRY = str(file)

    return write


def entry(repository: Repository, *nodes: str, **more: Any) -> dict[str, Any]:
    return {
        "package": repository.tree.name,
        "repository": str(repository.bare),
        "revision": repository.revisions[-1],
        "nodes": list(nodes),
    } | more


@pytest.fixture
def ink(repository: Callable[[str], Repository], registry: Register) -> Repository:
    """A registered package with two nodes."""
    made = repository("comfyui-ink")
    made.commit(nodes__json='["InkWash", "InkLine"]', __init____py="")
    registry(entry(made, "InkWash", "InkLine", licence="MIT"))
    return made


def install(admin: User, instance: Instance, *nodes: str) -> InstallPlan:
    """Plan, approve and carry out."""
    plan = plan_nodes(actor=admin, instance=instance, node_classes=nodes)
    approve_plan(actor=admin, plan=plan)
    run_plan(plan.pk)
    plan.refresh_from_db()
    return plan


def contents(folder: Path) -> dict[str, bytes]:
    """Everything below a folder: paths and bytes, with folders, links and git's own files."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b""
        for path in sorted(folder.rglob("*"))
    }
