"""Pip over an environment of its own, from a folder of wheels: it only adds, or nothing stays."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pip
import pytest

from pipeline.comfyui.models import InstallState, Instance
from studio.core.models import User
from tests.pipeline.comfyui.installs.conftest import Comfy, Register, Repository, entry, install

pytestmark = pytest.mark.django_db
S = InstallState.Code


def wheel(folder: Path, name: str, version: str, *needs: str) -> None:
    """Write a wheel with one module."""
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    metadata += "".join(f"Requires-Dist: {need}\n" for need in needs)
    files = {
        f"{name}.py": f"version = '{version}'\n",
        f"{info}/METADATA": metadata,
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as file:
        for path, content in (files | {f"{info}/RECORD": record}).items():
            file.writestr(path, content)


@pytest.fixture
def packages(tmp_path: Path, comfy: Comfy, settings: Any) -> Path:
    """The installation's environment, whose pip takes wheels from a folder; torch 1.0 is there."""
    venv, wheels = tmp_path / "venv", tmp_path / "wheels"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    (found,) = venv.glob("lib/python*/site-packages")
    (tmp_path / "pip").mkdir()
    (tmp_path / "pip" / "pip").symlink_to(Path(pip.__file__).parent)
    (found / "pip.pth").write_text(str(tmp_path / "pip"))
    (venv / "pip.conf").write_text(f"[global]\nno-index = true\nfind-links = {wheels}\n")
    for version in ("1.0", "2.0"):
        wheel(wheels, "torch", version)
    with zipfile.ZipFile(wheels / "torch-1.0-py3-none-any.whl") as file:
        file.extractall(found)
    managed = json.loads(Path(settings.MANAGED_COMFYUI).read_text())
    managed["render-1"]["python"] = str(venv / "bin" / "python")
    Path(settings.MANAGED_COMFYUI).write_text(json.dumps(managed))
    return found


def names(packages: Path) -> list[str]:
    return sorted(path.name for path in packages.glob("*.dist-info"))


def test_packages_are_added(
    admin: User, managed: Instance, ink: Repository, registry: Register, packages: Path,
    tmp_path: Path,
) -> None:  # fmt: skip
    wheel(tmp_path / "wheels", "inklib", "0.3", "torch")
    wheel(tmp_path / "wheels", "dots", "1.1")
    ink.commit(requirements__txt="inklib>=0.2\n")
    registry(entry(ink, "InkWash", requirements=["dots"], requirements_file=True))
    plan = install(admin, managed, "InkWash")
    assert plan.state_id == S.SUCCEEDED, plan.log
    assert names(packages) == ["dots-1.1.dist-info", "inklib-0.3.dist-info", "torch-1.0.dist-info"]
    assert "pip would add: dots 1.1, inklib 0.3" in plan.log


def test_nothing_is_upgraded(
    admin: User, managed: Instance, comfy: Comfy, ink: Repository, registry: Register,
    packages: Path, tmp_path: Path,
) -> None:  # fmt: skip
    wheel(tmp_path / "wheels", "inklib", "0.3", "torch>=2")
    registry(entry(ink, "InkWash", requirements=["inklib"]))
    plan = install(admin, managed, "InkWash")
    assert plan.state_id == S.ROLLED_BACK and "exit code" in plan.message, plan.log
    assert "torch" in plan.log and names(packages) == ["torch-1.0.dist-info"]
    assert comfy.restarts == 0 and not list(comfy.nodes.iterdir())


def test_packages_go_when_the_nodes_do_not_come(
    admin: User, managed: Instance, comfy: Comfy, ink: Repository, registry: Register,
    packages: Path, tmp_path: Path,
) -> None:  # fmt: skip
    wheel(tmp_path / "wheels", "inklib", "0.3")
    registry(entry(ink, "Missing", requirements=["inklib"]))
    plan = install(admin, managed, "Missing")
    assert plan.state_id == S.ROLLED_BACK, plan.log
    assert "Successfully installed inklib-0.3" in plan.log
    assert names(packages) == ["torch-1.0.dist-info"] and comfy.restarts == 2


def test_requirements_that_are_options_are_refused(
    admin: User, managed: Instance, comfy: Comfy, ink: Repository, registry: Register
) -> None:
    ink.commit(requirements__txt="--index-url https://example.org\ninklib\n")
    registry(entry(ink, "InkWash", requirements_file=True))
    plan = install(admin, managed, "InkWash")
    assert plan.state_id == S.ROLLED_BACK and "requirements.txt is not taken" in plan.message
    assert comfy.restarts == 0
