"""ComfyUI installations that this machine manages: SEEDFRAME_MANAGED_COMFYUI names a JSON file.

    {"render-1": {"folder": "/srv/comfyui", "python": "/srv/comfyui/venv/bin/python",
                  "restart": ["systemctl", "restart", "comfyui"]}}

Commands come from that file alone, never from a page or the API.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from studio.core.errors import Unavailable

RESTART_SECONDS = 60
_MOST_BYTES = 1024**2


class Managed(BaseModel):
    """An installation: its folder, its interpreter, the command that starts it anew."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    folder: Path
    python: Path
    restart: tuple[str, ...] = Field(default=(), max_length=50)


_FILE: TypeAdapter[dict[str, Managed]] = TypeAdapter(dict[str, Managed])


def managed_installations() -> dict[str, Managed]:
    """The installations by name; empty where no file is configured.

    Raises:
        Unavailable: the file can't be read, or is not as it should be.
    """
    path = settings.MANAGED_COMFYUI
    if not path:
        return {}
    try:
        with Path(path).open("rb") as file:
            return _FILE.validate_json(file.read(_MOST_BYTES))
    except OSError as error:
        raise Unavailable(
            f"The file of managed installations can't be read: {error.strerror}.",
            remedy="Look at SEEDFRAME_MANAGED_COMFYUI.",
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Unavailable(
            f"The file of managed installations is not right at {place}: {first['msg']}",
            remedy="docs/operations.md shows what it must look like.",
        ) from error


def restart_command(install_name: str) -> tuple[str, ...]:
    """The command that starts an installation anew; empty: there is none, or none can be read."""
    try:
        found = managed_installations().get(install_name) if install_name else None
    except Unavailable:
        return ()
    return found.restart if found else ()


def run_restart(install_name: str) -> None:
    """Run the restart command of an installation, in its folder, without the studio's secrets.

    Raises:
        Unavailable: there is no command, or it failed or took longer than `RESTART_SECONDS`.
    """
    installation = managed_installations().get(install_name)
    if installation is None or not installation.restart:
        raise Unavailable("No restart command is configured for this worker.")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    try:
        done = subprocess.run(
            list(installation.restart),
            cwd=installation.folder,
            env=kept,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=RESTART_SECONDS,
            start_new_session=True,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unavailable(
            f"The restart command did not end within {RESTART_SECONDS} s.",
            remedy="It must start ComfyUI in the background and return.",
        ) from error
    except OSError as error:
        raise Unavailable(f"The restart command can't be run: {error.strerror}.") from error
    if done.returncode:
        raise Unavailable(f"The restart command failed with exit code {done.returncode}.")
