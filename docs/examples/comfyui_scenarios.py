"""What `try_real_comfyui.py` tries on a ComfyUI server, with core nodes only."""

from __future__ import annotations

import hashlib
import io
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from PIL import Image

from pipeline.providers.base import (
    Cancelled,
    ComfyTarget,
    Earlier,
    ErrorClass,
    InputFile,
    Produced,
    ProviderError,
    RunRequest,
)
from pipeline.providers.comfyui.adapter import ComfyAdapter
from pipeline.providers.comfyui.http import ComfyHttp
from pipeline.providers.comfyui.limits import Limits
from pipeline.workflows.installing import ready_workflows
from pipeline.workflows.validation import FindingKind, validate

Graph = dict[str, dict[str, Any]]


class Server(Protocol):
    """A server that may be killed and started again."""

    def kill(self) -> None:
        """End it at once, as `kill -9` does."""

    def start(self) -> object:
        """Start it, and come back when it answers."""


@dataclass(frozen=True)
class Load:
    """How much the slow graph does: so many blurs of a square picture of this edge, in pixels."""

    nodes: int = 8
    edge_px: int = 1024


@dataclass
class Context:
    """Listens to a run. `stop_when` is asked after each report."""

    stop_when: Callable[[str], bool] = lambda _stage: False
    ids: list[str] = field(default_factory=list)
    running: threading.Event = field(default_factory=threading.Event)
    stopped: threading.Event = field(default_factory=threading.Event)
    stopped_at: float = 0.0

    def progress(self, fraction: float, stage: str) -> None:
        """Remember that a node runs; stop when that was wished."""
        if "(node " in stage:
            self.running.set()
        if not self.stopped.is_set() and self.stop_when(stage):
            self.stopped_at = time.monotonic()
            self.stopped.set()

    def cancelled(self) -> bool:
        """Whether the run is to stop."""
        return self.stopped.is_set()

    def submitting(self, position: int, request_id: str = "") -> None:
        """Remember under which id an output is asked for."""
        self.ids.append(request_id)

    def submitted(self, position: int, request_id: str) -> None:
        """As `submitting`: a server that gave an id of its own."""
        self.ids.append(request_id)

    def not_submitted(self, position: int) -> None:
        """Nothing was taken; the ending says why."""

    def retried(self) -> None:
        """Repeats are not counted here."""

    def preview(self, content: bytes, media_type: str) -> None:
        """Core nodes without a sampler show none."""

    def wait(self, seconds: float) -> None:
        """Sleep; a stop ends it.

        Raises:
            Cancelled: the run is to stop.
        """
        if self.stopped.wait(seconds):
            raise Cancelled


@dataclass
class Ending:
    """How a run ended; `error` is None unless it failed."""

    outputs: list[Produced]
    context: Context
    error: ProviderError | None = None
    is_cancelled: bool = False

    @property
    def only(self) -> Produced:
        """Its one output; a run without it did not go as it should."""
        if len(self.outputs) != 1:
            raise Unexpected(f"{len(self.outputs)} outputs; {self.error}")
        return self.outputs[0]


class Unexpected(Exception):
    """Something was not as it should be."""


def expect(is_so: object, said: str) -> None:
    """Go on only if something is so."""
    if not is_so:
        raise Unexpected(said)


def node(class_type: str, **inputs: Any) -> dict[str, Any]:
    """A node of a graph."""
    return {"class_type": class_type, "inputs": inputs}


def frames(count: int = 8, colour: int = 0x336699) -> Graph:
    """A few frames in one colour."""
    return {"1": node("EmptyImage", width=64, height=48, batch_size=count, color=colour)}


def slow(colour: int, load: Load) -> Graph:
    """Many blurs one after another, and then a small picture in that very colour."""
    edge = load.edge_px
    graph = {"0": node("EmptyImage", width=edge, height=edge, batch_size=1, color=colour)}
    for number in range(1, load.nodes + 1):
        source = [str(number - 1), 0]
        graph[str(number)] = node("ImageBlur", image=source, blur_radius=15, sigma=5.0)
    last = [str(load.nodes), 0]
    graph["small"] = node(
        "ImageScale", image=last, upscale_method="area", width=32, height=32, crop="disabled"
    )
    graph["save"] = node("SaveImage", images=["small", 0], filename_prefix="slow")
    return graph


def is_of(output: Produced, colour: int) -> bool:
    """Whether a picture is all in this colour (0xRRGGBB); blurs may round it down by one."""
    with Image.open(io.BytesIO(output.content)) as image:
        mean = image.convert("RGB").resize((1, 1)).tobytes()
    return all(abs(got - wanted) <= 3 for got, wanted in zip(mean, colour.to_bytes(3), strict=True))


class Trial:
    """The scenarios, on one server.

    Args:
        url: of the server.
        folder: for the files that are uploaded.
        load: of the slow graphs; each should take some seconds.
        server: who can kill and restart it; None: that is left out.
    """

    def __init__(self, url: str, folder: Path, load: Load, server: Server | None = None) -> None:
        self.url, self.folder, self.load, self.server = url, folder, load, server
        self.salt = int(uuid.uuid4().hex[:4], 16)  # so that nothing was made before

    def scenarios(self) -> list[tuple[str, Callable[[], str]]]:
        """What is tried, by name, in order; each says what was seen."""
        found = [
            ("what it has", self.inventory),
            ("ready workflows", self.workflows),
            ("image chain", self.image_chain),
            ("cached re-run", self.cached),
            ("videos", self.videos),
            ("validation error", self.refused),
            ("run-time error", self.raised),
            ("interrupt", self.interrupted),
            ("two jobs at once", self.two_jobs),
            ("taken up again", self.adopted),
        ]
        return [*found, ("killed and restarted", self.killed)] if self.server else found

    def run(
        self,
        graphs: Mapping[int, Graph],
        *,
        context: Context | None = None,
        inputs: Sequence[InputFile] = (),
        earlier: Sequence[Earlier] = (),
    ) -> Ending:
        """Run a graph for each position, to whatever end it has."""
        context = context or Context()
        request = RunRequest(
            operation="comfyui.run",
            model="trial",
            parameters={},
            random_seed=7,
            positions=sorted(graphs),
            inputs=inputs,
            target=ComfyTarget(self.url, graphs),
            earlier=earlier,
        )
        outputs: list[Produced] = []
        try:
            outputs.extend(ComfyAdapter().run(request, context))
        except Cancelled:
            return Ending(outputs, context, is_cancelled=True)
        except ProviderError as error:
            return Ending(outputs, context, error)
        return Ending(outputs, context)

    def fresh(self, number: int) -> int:
        """A colour that no earlier trial used; a number from 0 to 31 gives each another blue."""
        return self.salt << 8 | number * 8

    def upload(self, name: str, content: bytes) -> InputFile:
        """A file that a graph takes as `input:base:0`."""
        path = self.folder / name
        path.write_bytes(content)
        return InputFile("base", path, "image/png", hashlib.sha256(content).hexdigest())

    # --- scenarios ----------------------------------------------------------------------------

    def inventory(self) -> str:
        """What the heartbeat asks."""
        with ComfyHttp(self.url) as http:
            stats = http.stats()
            began = time.monotonic()
            has = http.inventory()
            took = time.monotonic() - began
        files = sum(map(len, has.model_files.values()))
        expect("SaveImage" in has.object_info, "no SaveImage among its nodes")
        return (
            f"ComfyUI {stats.version}, answered in {stats.latency_ms} ms;"
            f" {len(has.object_info)} nodes, {files} files in {len(has.model_files)} folders"
            f" in {took:.2f} s"
        )

    def workflows(self) -> str:
        """Whether the workflows that come with the studio fit its nodes, models aside."""
        with ComfyHttp(self.url) as http:
            has = http.inventory()
        said: list[str] = []
        for slug, ready in ready_workflows().items():
            found = validate(ready.graph, has.object_info, has.model_files)
            kinds = {finding.kind for finding in found}
            wrong = kinds - {FindingKind.MODEL, FindingKind.NODE}
            expect(not wrong, f"{slug}: {[f.message for f in found if f.kind in wrong]}")
            lacks = sorted({f.value for f in found if f.kind is FindingKind.NODE})
            expect(not lacks or ready.packages, f"{slug}: ComfyUI lacks {lacks}")
            if lacks:
                said.append(f"{slug} lacks nodes of {', '.join(ready.packages)}")
        return "; ".join([f"{len(ready_workflows())} fit its nodes", *said])

    def chain(self) -> Graph:
        """An upload, made larger, blurred, saved."""
        return {
            "1": node("LoadImage", image="input:base:0"),
            "2": node(
                "ImageScale",
                image=["1", 0],
                upscale_method="lanczos",
                width=320,
                height=200,
                crop="center",
            ),
            "3": node("ImageBlur", image=["2", 0], blur_radius=3, sigma=1.0),
            "4": node("SaveImage", images=["3", 0], filename_prefix="chain"),
        }

    def image_chain(self) -> str:
        """A file goes up, four nodes run, a picture comes down."""
        output = self.run({0: self.chain()}, inputs=[self.base()]).only
        with Image.open(io.BytesIO(output.content)) as image:
            expect(image.size == (320, 200), f"a picture of {image.size}")
        expect(output.notes["nodes_cached"] == 0, "some of it was made before")
        return (
            f"{output.media_type} 320×200, {len(output.content)} bytes;"
            f" {output.notes['nodes_run']} nodes in {output.elapsed_ms} ms"
        )

    def base(self) -> InputFile:
        """A picture that no earlier trial used."""
        out = io.BytesIO()
        Image.new("RGB", (120, 90), self.fresh(1)).save(out, "PNG")
        return self.upload("base.png", out.getvalue())

    def cached(self) -> str:
        """The same again: only the saving node runs, and its file is our own."""
        output = self.run({0: self.chain()}, inputs=[self.base()]).only
        ran, kept = output.notes["nodes_run"], output.notes["nodes_cached"]
        expect((ran, kept) == (1, 3), f"{ran} ran and {kept} were kept")
        return f"{ran} node ran, {kept} were kept; {output.elapsed_ms} ms"

    def videos(self) -> str:
        """A moving picture and two kinds of film, known by their bytes."""
        webp = {"fps": 8.0, "lossless": False, "quality": 80, "method": "default"}
        savers: dict[str, Graph] = {
            "image/webp": {"2": node("SaveAnimatedWEBP", images=["1", 0], **webp)},
            "video/webm": {"2": node("SaveWEBM", images=["1", 0], codec="vp9", fps=8.0, crf=32.0)},
            "video/mp4": {
                "3": node("CreateVideo", images=["1", 0], fps=8.0),
                "2": node("SaveVideo", video=["3", 0], format="mp4", codec="h264"),
            },
        }
        said: list[str] = []
        for media_type, saver in savers.items():
            saver["2"]["inputs"]["filename_prefix"] = "film"
            output = self.run({0: {**frames(colour=self.fresh(2)), **saver}}).only
            expect(output.media_type == media_type, f"{output.media_type}, not {media_type}")
            said.append(f"{media_type} {len(output.content)} bytes in {output.elapsed_ms} ms")
        return "; ".join(said)

    def refused(self) -> str:
        """What the server does not take fails at once, at the node and field, and is not queued."""
        graph = {**frames(), "2": node("SaveImage", images=["1", 0], filename_prefix="no")}
        graph["1"]["inputs"]["width"] = 0
        ending = self.run({0: graph})
        error = self.failure(ending, ErrorClass.INPUT)
        expect("width" in error.message and "node 1" in error.message, error.message)
        return f"“{error.message}”"

    def raised(self) -> str:
        """A file that is no picture: taken, and then the node fails."""
        broken = self.upload("broken.png", b"\x89PNG\r\n\x1a\n" + uuid.uuid4().bytes)
        ending = self.run({0: self.chain()}, inputs=[broken])
        error = self.failure(ending, None)
        expect("node 1" in error.message, error.message)
        return f"“{error.message}”"

    def interrupted(self) -> str:
        """A run that is stopped leaves nothing on the server."""
        context = Context(stop_when=lambda stage: "ImageBlur" in stage)
        began = time.monotonic()
        graphs = {n: slow(self.fresh(3 + n), self.load) for n in range(3)}
        ending = self.run(graphs, context=context)
        expect(ending.is_cancelled, f"it was not cancelled: {ending.error}")
        self.expect_idle()
        return (
            f"cancelled {context.stopped_at - began:.1f} s into the first of 3; all were off the"
            f" server {time.monotonic() - context.stopped_at:.2f} s later"
        )

    def two_jobs(self) -> str:
        """Each of two jobs gets its own pictures."""
        light = Load(max(2, self.load.nodes // 4), self.load.edge_px)
        jobs = [{n: slow(self.fresh(6 + 3 * job + n), light) for n in range(3)} for job in (0, 1)]
        with ThreadPoolExecutor(2) as pool:
            endings = list(pool.map(self.run, jobs))
        for job, ending in enumerate(endings):
            expect(len(ending.outputs) == 3, f"{len(ending.outputs)} outputs; {ending.error}")
            for output in ending.outputs:
                is_own = is_of(output, self.fresh(6 + 3 * job + output.position))
                expect(is_own, f"picture {output.position} of job {job} is not its own")
        used = [sum(output.elapsed_ms for output in ending.outputs) for ending in endings]
        return f"3 pictures each, none mixed up; {used[0]} and {used[1]} ms of the server"

    def adopted(self) -> str:
        """What an attempt that died had sent is waited for, not sent again."""
        prompt_id, graph = str(uuid.uuid4()), slow(self.fresh(12), self.load)
        with ComfyHttp(self.url, Limits()) as http:
            http.submit(graph, prompt_id=prompt_id, client_id=str(uuid.uuid4()))
        ending = self.run({0: graph}, earlier=[Earlier(0, prompt_id)])
        expect(ending.only.notes["request_id"] == prompt_id, "it was sent again")
        expect(set(ending.context.ids) == {prompt_id}, "another one was asked for, too")
        return f"same prompt, {ending.only.elapsed_ms} ms of the server"

    def killed(self) -> str:
        """A server that dies mid-run: the attempt is lost, and the next one makes it anew."""
        assert self.server is not None
        graphs, context = {0: slow(self.fresh(13), self.load)}, Context()
        with ThreadPoolExecutor(1) as pool:
            future = pool.submit(self.run, graphs, context=context)
            expect(context.running.wait(60), "it did not begin")
            died_at = time.monotonic()
            self.server.kill()
            self.server.start()
            back_at = time.monotonic()
            lost = future.result(120)
        told_after = time.monotonic() - back_at
        error = self.failure(lost, ErrorClass.WORKER_LOST)
        again = self.run(graphs, earlier=[Earlier(0, context.ids[0])])
        expect(is_of(again.only, self.fresh(13)), "another picture")
        expect(again.only.notes["request_id"] != context.ids[0], "the same prompt")
        return (
            f"up again after {back_at - died_at:.1f} s, loss told {told_after:.1f} s later"
            f" (“{error.message}”), made anew by the next attempt"
        )

    def failure(self, ending: Ending, error_class: ErrorClass | None) -> ProviderError:
        """The error of a run, of the class that it should have; nothing is left behind."""
        if ending.error is None:
            raise Unexpected("it did not fail")
        is_right = error_class is None or ending.error.error_class is error_class
        expect(is_right, f"{ending.error.error_class}: {ending.error.message}")
        self.expect_idle()
        return ending.error

    def expect_idle(self) -> None:
        """Nothing waits or runs."""
        with ComfyHttp(self.url) as http:
            left = http.queue().prompts
        expect(not left, f"{len(left)} prompts are left on the server")
