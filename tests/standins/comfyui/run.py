"""One prompt on its way: order, cache, events and errors as a real server does it."""

from __future__ import annotations

import copy
import hashlib
import json
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.standins.comfyui.catalogue import Blocked, Expanded, Shown
from tests.standins.comfyui.folders import Folders
from tests.standins.comfyui.ordering import Staged
from tests.standins.comfyui.queueing import Item

if TYPE_CHECKING:
    from tests.standins.comfyui.execution import Engine

OOM_TIPS = (
    "This error means you ran out of memory on your GPU.\n\nTIPS: If the workflow worked before "
    "you might have accidentally set the batch_size to a large number."
)


class Interrupted(Exception):
    """Somebody asked the running prompt to stop."""


class Killed(BaseException):
    """The server is gone."""


@dataclass(frozen=True)
class Cached:
    """What a node gave: its outputs, and what it shows."""

    outputs: tuple[Any, ...]
    ui: dict[str, Any] | None
    meta: dict[str, Any]
    extra: dict[str, tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=dict)


@dataclass
class Call:
    """What a node may use while it runs."""

    run: Run
    node_id: str
    graph: Mapping[str, Any]
    extra_pnginfo: Mapping[str, Any] | None
    folders: Folders
    step_seconds: float
    time_scale: float
    suffix: str

    def sleep(self, seconds: float) -> None:
        """Wait; an interruption is noticed at the next progress only."""
        if self.run.engine.killed.wait(seconds):
            raise Killed

    def progress(self, value: int, most: int, preview: tuple[str, bytes] | None = None) -> None:
        """Tell how far the node is, perhaps with a picture (format, file)."""
        self.run.progress(self.node_id, value, most, preview)

    def text(self, text: str) -> None:
        """Send a line of text to the client."""
        self.run.engine.hub.text(self.node_id, text, self.run.client)


class Run:
    """One prompt on its way."""

    def __init__(self, engine: Engine, item: Item, client: str | None) -> None:
        self.engine = engine
        self.prompt_id, graph, self.extra, self.outputs = item[1:]
        self.graph = copy.deepcopy(graph)
        self.client = client
        self.messages: list[list[Any]] = []
        self.states: dict[str, dict[str, Any]] = {}
        self.executed: list[str] = []
        self.signatures: dict[str, str] = {}
        self.fresh: dict[str, Cached] = {}

    # -- the whole -------------------------------------------------------------------------------

    def execute(self) -> dict[str, Any]:
        """Run to the end; the entry for the history."""
        self._message("execution_start", {"prompt_id": self.prompt_id})
        self._sign()
        cached = [node_id for node_id in self.graph if self._known(node_id)]
        self._message("execution_cached", {"nodes": cached, "prompt_id": self.prompt_id})
        staged = Staged(self.graph, self.engine.nodes, self._known)
        for output in self.outputs:
            staged.add(output)
        success = True
        while (node_id := staged.pick()) is not None:
            if not self._node(node_id):
                success = False
                break
            staged.complete(node_id)
        if success:
            self._message("execution_success", {"prompt_id": self.prompt_id})
        return self._entry(success)

    def _entry(self, success: bool) -> dict[str, Any]:
        shown: dict[str, Any] = {}
        meta: dict[str, Any] = {}
        for node_id in self.graph:
            found = self._known(node_id)
            for key, (ui, about) in (found.extra if found else {}).items():
                shown[key], meta[key] = ui, about
            if found and found.ui is not None:
                shown[node_id], meta[node_id] = found.ui, found.meta
        status = {
            "status_str": "success" if success else "error",
            "completed": success,
            "messages": self.messages,
        }
        return {"outputs": shown, "status": status, "meta": meta}

    def _message(self, kind: str, data: dict[str, Any], *, to_all: bool = False) -> None:
        data = {**data, "timestamp": int(time.time() * 1000)}
        self.messages.append([kind, data])
        if self.client is not None or to_all:
            self.engine.hub.event(kind, data, self.client)

    def _tell(self, kind: str, data: dict[str, Any]) -> None:
        if self.client is not None:
            self.engine.hub.event(kind, {**data, "prompt_id": self.prompt_id}, self.client)

    # -- the cache -------------------------------------------------------------------------------

    def _sign(self) -> None:
        """Name each node by everything it depends on; what no node here has is dropped."""
        for node in self.graph.values():
            kind = self.engine.nodes[node["class_type"]]
            if kind.changes is not None:
                values = {k: v for k, v in node["inputs"].items() if not isinstance(v, list)}
                known = {k: v for k, v in values.items() if k in kind.inputs}
                try:
                    node["is_changed"] = [str(kind.changes(self.engine.lists, **known))]
                except (OSError, TypeError):
                    node["is_changed"] = float("nan")
        for node_id in self.graph:
            self._signature(node_id)
        wanted = set(self.signatures.values())
        self.engine.cache = {
            name: kept for name, kept in self.engine.cache.items() if name in wanted
        }

    def _signature(self, node_id: str) -> str:
        if node_id not in self.signatures:
            node = self.graph.get(node_id, {"class_type": "?", "inputs": {}})
            told: list[Any] = [node["class_type"], node.get("is_changed")]
            for name in sorted(node["inputs"]):
                value = node["inputs"][name]
                if isinstance(value, list) and len(value) == 2 and value[0] in self.graph:
                    value = ["link", self._signature(value[0]), value[1]]
                told.append([name, value])
            text = json.dumps(told, default=str)
            self.signatures[node_id] = hashlib.sha256(text.encode()).hexdigest()
        return self.signatures[node_id]

    def _known(self, node_id: str) -> Cached | None:
        if node_id in self.fresh:
            return self.fresh[node_id]
        if not self.engine.keeps_cache:
            return None
        return self.engine.cache.get(self.signatures.get(node_id, ""))

    # -- one node --------------------------------------------------------------------------------

    def _node(self, node_id: str) -> bool:
        """Run a node; False when the prompt ends here."""
        node = self.graph[node_id]
        known = self._known(node_id)
        if known is not None:
            self._tell("executed", {"node": node_id, "display_node": node_id, "output": known.ui})
            self._finish(node_id)
            return True
        class_type = node["class_type"]
        values: dict[str, Any] = {}
        try:
            self._start(node_id, node_id)
            values = self._values(node, lambda source: self._known(source))
            made = self._run_node(node_id, class_type, values, node_id, None)
        except Interrupted:
            data = self._about(node_id, class_type)
            self._message("execution_interrupted", data, to_all=True)
            return False
        except Exception as error:  # whatever a node raises ends the prompt, and is told
            self._message("execution_error", self._failure(node_id, class_type, values, error))
            return False
        self.fresh[node_id] = made
        if self.engine.keeps_cache:
            self.engine.cache[self.signatures[node_id]] = made
        self._finish(node_id)
        self.executed.append(node_id)
        return True

    def _run_node(
        self,
        node_id: str,
        class_type: str,
        values: dict[str, Any],
        display: str,
        parent: str | None,
    ) -> Cached:
        about = {
            "node_id": node_id,
            "display_node": display,
            "parent_node": parent,
            "real_node_id": display,
        }
        kind = self.engine.nodes[class_type]
        block = next((v for v in values.values() if isinstance(v, Blocked)), None)
        if block is not None:
            if block.message is not None:
                self._blocked(node_id, class_type, block.message)
            return Cached(tuple(Blocked(None) for _ in kind.outputs), None, about)
        self.engine.node_runs[class_type] += 1
        wanted = {name: value for name, value in values.items() if name in kind.inputs}
        result = kind.run(self._call(node_id, class_type), **wanted)
        if isinstance(result, Expanded):
            return self._expand(node_id, result, about)
        shown = result if isinstance(result, Shown) else Shown(None, result)
        ui = None if shown.ui is None else {k: list(v) for k, v in shown.ui.items()}
        if ui is not None:
            self._tell("executed", {"node": node_id, "display_node": display, "output": ui})
        return Cached(shown.result, ui, about)

    def _expand(self, node_id: str, expanded: Expanded, about: dict[str, Any]) -> Cached:
        made: dict[str, Cached] = {}
        extra: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
        for short, node in expanded.graph.items():
            inner = f"{node_id}.0.0.{short}"
            self._start(inner, node_id, parent=node_id)
            values = self._values(node, made.get)
            made[short] = self._run_node(inner, node["class_type"], values, node_id, node_id)
            ui = made[short].ui
            if ui is not None:
                extra[inner] = (ui, made[short].meta)
            self._finish(inner)
        outputs = tuple(made[source].outputs[slot] for source, slot in expanded.result)
        return Cached(outputs, None, about, extra)

    def _values(
        self, node: Mapping[str, Any], known: Callable[[str], Cached | None]
    ) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, value in node["inputs"].items():
            if isinstance(value, list) and len(value) == 2:
                source = known(value[0])
                values[name] = None if source is None else source.outputs[value[1]]
            else:
                values[name] = value
        return values

    def _call(self, node_id: str, class_type: str) -> Call:
        engine = self.engine
        return Call(
            run=self,
            node_id=node_id,
            graph=self.graph,
            extra_pnginfo=self.extra.get("extra_pnginfo"),
            folders=engine.folders,
            step_seconds=engine.step_seconds,
            time_scale=engine.time_scale,
            suffix=engine.suffix(node_id, class_type),
        )

    # -- progress --------------------------------------------------------------------------------

    def _start(self, node_id: str, display: str, parent: str | None = None) -> None:
        self.states[node_id] = {
            "value": 0.0,
            "max": 1.0,
            "state": "running",
            "node_id": node_id,
            "prompt_id": self.prompt_id,
            "display_node_id": display,
            "parent_node_id": parent,
            "real_node_id": display,
        }
        self._progress_state()
        if self.client is not None:
            self.engine.hub.last_node = display
        self._tell("executing", {"node": node_id, "display_node": display})
        self._check()

    def _finish(self, node_id: str) -> None:
        state = self.states.get(node_id)
        if state is None:
            state = self.states[node_id] = {
                "value": 1,
                "max": 1,
                "state": "finished",
                "node_id": node_id,
                "prompt_id": self.prompt_id,
                "display_node_id": node_id,
                "parent_node_id": None,
                "real_node_id": node_id,
            }
        state.update(value=state["max"], state="finished")
        self._progress_state()

    def _progress_state(self) -> None:
        told = {"prompt_id": self.prompt_id, "nodes": self.states}
        self.engine.hub.event("progress_state", told, self.client)

    def progress(
        self, node_id: str, value: int, most: int, preview: tuple[str, bytes] | None
    ) -> None:
        """A node's progress: the events of it, and the moment when an interruption lands."""
        self._check()
        hub = self.engine.hub
        state = self.states[node_id]
        state.update(value=value, max=most)
        self._progress_state()
        with_metadata = hub.wants_metadata(self.client)
        if preview is not None and with_metadata:
            metadata = {
                key: state[key]
                for key in (
                    "node_id",
                    "prompt_id",
                    "display_node_id",
                    "parent_node_id",
                    "real_node_id",
                )
            }
            hub.preview_with_metadata(metadata, *preview, self.client)
        told = {"value": value, "max": most, "prompt_id": self.prompt_id, "node": node_id}
        hub.event("progress", told, self.client)
        if preview is not None and not with_metadata:
            hub.preview(*preview, self.client)

    def _check(self) -> None:
        if self.engine.killed.is_set():
            raise Killed
        if self.engine.interrupted.is_set():
            self.engine.interrupted.clear()
            raise Interrupted

    # -- failures --------------------------------------------------------------------------------

    def _about(self, node_id: str, class_type: str) -> dict[str, Any]:
        return {
            "prompt_id": self.prompt_id,
            "node_id": node_id,
            "node_type": class_type,
            "executed": list(self.executed),
        }

    def _failure(
        self, node_id: str, class_type: str, values: Mapping[str, Any], error: Exception
    ) -> dict[str, Any]:
        kind = type(error)
        name = kind.__qualname__
        full = name if kind.__module__ == "builtins" else f"{kind.__module__}.{name}"
        tips = OOM_TIPS if full == "torch.OutOfMemoryError" else ""
        return {
            **self._about(node_id, class_type),
            "exception_message": f"{error}\n{tips}",
            "exception_type": full,
            "traceback": traceback.format_tb(error.__traceback__),
            "current_inputs": {key: [_printed(value)] for key, value in values.items()},
            "current_outputs": list(self.graph),
        }

    def _blocked(self, node_id: str, class_type: str, message: str) -> None:
        told = {
            **self._about(node_id, class_type),
            "exception_message": f"Execution Blocked: {message}",
            "exception_type": "ExecutionBlocked",
            "traceback": [],
            "current_inputs": [],
            "current_outputs": [],
        }
        self.engine.hub.event("execution_error", told, self.client)


def _printed(value: Any) -> Any:
    if value is None or isinstance(value, int | float | bool | str):
        return value
    return str(value)[:2000]
