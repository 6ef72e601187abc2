r"""Try the studio's bridge on a ComfyUI server, with core nodes only: no weights, no graphics card.

    python docs/examples/try_real_comfyui.py http://127.0.0.1:8188
    python docs/examples/try_real_comfyui.py http://127.0.0.1:8731 --folder ~/ComfyUI --command \
        "python main.py --cpu --listen 127.0.0.1 --port 8731 --disable-all-custom-nodes"

Run it from the studio's folder with the studio's own Python. With `--command` it starts the
server by itself, and kills and restarts it in the middle of a run, too. It prints what was seen,
with times, and ends with 1 if anything was not as it should be. ComfyUI saves a few small files
below `input/` and `output/jobs/`; nothing else is written.
"""

from __future__ import annotations

import argparse
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE)]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.conf.settings")

import django  # noqa: E402
from django.apps import apps  # noqa: E402

if not apps.ready:
    django.setup()

from comfyui_scenarios import Load, Trial, Unexpected  # noqa: E402

from pipeline.providers.comfyui.http import CallFailed, ComfyHttp  # noqa: E402

START_SECONDS = 180.0


def try_all(trial: Trial) -> bool:
    """Run the scenarios and print a table of what was seen; whether all was as it should be."""
    all_well = True
    for name, scenario in trial.scenarios():
        began = time.monotonic()
        try:
            mark, said = "ok", scenario()
        except Unexpected as error:
            mark, said, all_well = "NO", str(error), False
        except CallFailed as error:  # the bridge would wait for it, each time anew
            print(f"NO  {name:<21} {error}")
            return False
        print(f"{mark}  {name:<21} {time.monotonic() - began:6.2f} s  {said}", flush=True)
    return all_well


class OwnServer:
    """A server that this script starts and ends; its words go into a file.

    Args:
        command: as for a shell; cwd: its folder.
        url: where it answers once it is up.
    """

    def __init__(self, command: str, cwd: Path, url: str, log: Path) -> None:
        self.command, self.cwd, self.url, self.log = shlex.split(command), cwd, url, log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and come back when it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=self.cwd, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with ComfyHttp(self.url) as http:
                    http.stats()
                return
            except CallFailed:
                time.sleep(0.2)
        self.kill()
        sys.exit(f"The server did not start:\n{self.log.read_text(errors='replace')[-2000:]}")

    def kill(self) -> None:
        """End it and whatever it started, at once."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@contextmanager
def serving(command: str, cwd: Path, url: str, folder: Path) -> Iterator[OwnServer | None]:
    """The server that a command starts, if there is one."""
    server = OwnServer(command, cwd, url, folder / "server.log") if command else None
    try:
        if server is not None:
            server.start()
        yield server
    finally:
        if server is not None:
            server.kill()


def main(arguments: Sequence[str]) -> int:
    """Try the server at an address; 0 if all was as it should be."""
    parser = argparse.ArgumentParser(description="Try the studio's bridge on a ComfyUI server.")
    parser.add_argument("url")
    parser.add_argument("--command", default="", help="starts the server; it is killed mid-run")
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help="where the command runs")
    parser.add_argument("--nodes", type=int, default=Load.nodes, help="of a slow graph")
    parser.add_argument("--edge-px", type=int, default=Load.edge_px, help="of its pictures")
    given = parser.parse_args(arguments)
    url = given.url.rstrip("/")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        with serving(given.command, given.folder, url, folder) as server:
            trial = Trial(url, folder, Load(given.nodes, given.edge_px), server)
            return 0 if try_all(trial) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
