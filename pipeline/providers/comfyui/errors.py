"""Failures of a ComfyUI run: a sentence for people, everything else as detail for engineers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.providers.base import ErrorClass, ProviderError
from pipeline.providers.comfyui.http import CallFailed
from pipeline.providers.documents import unsigned

Graph = Mapping[str, Any]

MESSAGE_LENGTH = 500
DETAIL_LENGTH = 20_000
#: What an absolute path looks like; a lone slash between words is none.
_PATH = re.compile(
    r"(?<![\w/.:])(?:[A-Za-z]:)?(?:[\\/][\w .@+%()~-]*[\w@+%()~-])+[\\/]([\w@+%()~-][\w.@+%()~-]*)"
)
_DECORATION = re.compile(r"^[\s*]*(?:ERROR:)?\s*", re.IGNORECASE)
_OUT_OF_MEMORY = ("OutOfMemoryError", "out of memory")
#: Exceptions of a node that come of what it was given.
_INPUT_FAULTS = ("UnidentifiedImageError", "DecompressionBombError", "InvalidDataError")


def plain(text: object, length: int = 200) -> str:
    """One line of a server's text for people: without paths but the file's name, or signatures."""
    lines = [line.strip() for line in str(text).splitlines() if line.strip()]
    first = _PATH.sub(r"\1", unsigned(lines[0][:DETAIL_LENGTH])) if lines else ""
    first = _DECORATION.sub("", first).strip()
    return first if len(first) <= length else first[: length - 1] + "…"


def node_label(graph: Graph, node_id: object, class_type: object = "") -> str:
    """How people know a node: its title in the graph, else its class, and its number."""
    node = graph.get(str(node_id).partition(".")[0])
    title = ""
    if isinstance(node, Mapping):
        meta = node.get("_meta")
        title = str(meta.get("title") or "") if isinstance(meta, Mapping) else ""
        title = title or str(class_type or node.get("class_type") or "")
    title = title or str(class_type or "")
    return f"“{plain(title, 80)}” (node {node_id})" if title else f"node {node_id}"


def detail_of(**parts: object) -> str:
    """Name and value of what engineers want to see, one per line."""
    lines = [
        f"{name}: {value if isinstance(value, str) else json.dumps(value, default=str)}"
        for name, value in parts.items()
        if value not in (None, "", {}, [])
    ]
    return unsigned("\n".join(lines)[:DETAIL_LENGTH])


def _sentence(text: str) -> str:
    text = text[:MESSAGE_LENGTH].strip()
    return text if text.endswith((".", "!", "?", "…")) else text + "."


def refused(body: object, graph: Graph, *, status: int, partly: bool = False) -> ProviderError:
    """The server takes the graph not, or (`partly`) only without some of its outputs.

    Args:
        body: the answer to `POST /prompt`.
        graph: what was sent.
        status: of the answer.
        partly: some outputs were valid, so the server had queued it.
    """
    answer = body if isinstance(body, Mapping) else {}
    faults = list(_faults(answer.get("node_errors"), graph))
    error = answer.get("error")
    if not faults and isinstance(error, Mapping):
        faults = [_top_fault(error, graph)]
    said = "; ".join(faults[:3]) or "it gives no reason"
    if len(faults) > 3:
        said += f"; and {len(faults) - 3} more"
    begin = (
        "ComfyUI would have left out a part of this workflow, so it was stopped: "
        if partly
        else "ComfyUI does not accept this workflow: "
    )
    return ProviderError(
        _sentence(begin + said),
        detail=detail_of(status=status, answer=body),
        error_class=ErrorClass.INPUT,
    )


def _faults(node_errors: object, graph: Graph) -> Sequence[str]:
    if not isinstance(node_errors, Mapping):
        return []
    found = []
    for node_id, entry in node_errors.items():
        if not isinstance(entry, Mapping):
            continue
        label = node_label(graph, node_id, entry.get("class_type"))
        for error in entry.get("errors") or ():
            if isinstance(error, Mapping):
                found.append(f"{label}: {_fault(error)}")
    return found


def _fault(error: Mapping[str, Any]) -> str:
    """One validation error of a node, in our own words where its kind is known."""
    extra = error.get("extra_info")
    extra = extra if isinstance(extra, Mapping) else {}
    field = plain(extra.get("input_name") or str(error.get("details", "")).partition(",")[0], 80)
    value = plain(extra.get("received_value", ""), 80)
    match error.get("type"):
        case "required_input_missing":
            return f"“{field}” is missing"
        case "value_not_in_list":
            return f"“{value}” for “{field}” is not on this server"
        case "value_bigger_than_max" | "value_smaller_than_min":
            config = extra.get("input_config")
            bounds = config[1] if isinstance(config, list) and len(config) > 1 else {}
            low, high = bounds.get("min", "…"), bounds.get("max", "…")
            return f"“{field}” is {value}, allowed are {low} to {high}"
        case "invalid_input_type":
            return f"“{field}” can't be “{value}”"
        case "return_type_mismatch":
            return f"“{field}” is linked to something of another kind"
        case "bad_linked_input":
            return f"the link of “{field}” is broken"
        case "exception_during_validation" | "exception_during_inner_validation":
            return "one of its links leads nowhere"
    said = plain(error.get("message", ""), 120)
    details = plain(error.get("details", ""), 120)
    if error.get("type") == "custom_validation_failed":
        return details or said
    return f"{said}: {details}" if said and details else said or details or "it is not valid"


def _top_fault(error: Mapping[str, Any], graph: Graph) -> str:
    match error.get("type"):
        case "prompt_no_outputs":
            return "it has no node that saves or shows a result"
        case "no_prompt":
            return "it is empty"
        case "prompt_outputs_failed_validation" if not error.get("details"):
            return "its links run in a circle"
    number = re.search(r"#([\w.]+)", str(error.get("details", "")))
    said = plain(error.get("message", ""), 160)
    if number is None:
        return said
    label = node_label(graph, number[1])
    if "does not exist" in said:
        return f"the server does not have the kind of node that {label} is"
    if "class_type" in said:
        return f"{label} does not say what kind of node it is"
    return f"{label}: {said}"


def raised(data: Mapping[str, Any], graph: Graph) -> ProviderError:
    """A node raised while it ran; without data the server did not record which, or why."""
    if not data:
        return ProviderError("The workflow failed on the server, which does not say why.")
    label = node_label(graph, data.get("node_id", "?"), data.get("node_type"))
    kind = str(data.get("exception_type", ""))
    said = str(data.get("exception_message", ""))
    if any(mark in kind or mark in said for mark in _OUT_OF_MEMORY):
        message = (
            f"The server ran out of graphics memory in {label}. Make the picture smaller or the"
            " batch shorter, or run it on a larger machine."
        )
    else:
        message = f"{label} failed: {plain(said) or kind or 'it gives no reason'}"
    is_input = kind.rpartition(".")[2] in _INPUT_FAULTS
    return ProviderError(
        _sentence(message[:1].upper() + message[1:]),
        detail=detail_of(
            exception_type=kind,
            exception_message=said,
            traceback="".join(map(str, data.get("traceback") or ())),
            node=data.get("node_id"),
            prompt_id=data.get("prompt_id"),
        ),
        error_class=ErrorClass.INPUT if is_input else ErrorClass.PROVIDER,
    )


def blocked(data: Mapping[str, Any] | None, graph: Graph, prompt_id: str) -> ProviderError:
    """The run ended without the output; a node stopped it on purpose, if `data` says so."""
    if data is None:
        return ProviderError(
            "The workflow ended without a result: nothing reached the node that saves it.",
            detail=detail_of(prompt_id=prompt_id),
        )
    label = node_label(graph, data.get("node_id", "?"), data.get("node_type"))
    said = plain(str(data.get("exception_message", "")).removeprefix("Execution Blocked:"))
    return ProviderError(
        _sentence(f"The workflow stopped itself before {label}: {said or 'it gives no reason'}"),
        detail=detail_of(**{str(k): v for k, v in data.items() if k != "current_outputs"}),
    )


def gone(what: object, prompt_id: str, by_socket: bool) -> ProviderError:
    """The prompt ended well, and its result can't be had, not even by saving it anew."""
    message = (
        "The workflow hands its picture over a live connection only, and that did not hold. Let"
        " it save the picture with a SaveImage node."
        if by_socket
        else "The server says that it is done, but the result is gone from it."
    )
    return ProviderError(message, detail=detail_of(missing=str(what), prompt_id=prompt_id))


def interrupted(prompt_id: str) -> ProviderError:
    """Somebody else interrupted the prompt on the server."""
    return ProviderError(
        "The run was interrupted on the server by somebody else. Start it again if you still"
        " want it.",
        detail=detail_of(prompt_id=prompt_id),
    )


def lost(prompt_id: str) -> ProviderError:
    """The server knows nothing of the prompt any more."""
    return ProviderError(
        "The server no longer knows this run: it was restarted, or its queue was cleared.",
        detail=detail_of(prompt_id=prompt_id, seen="in neither /queue nor /history"),
        error_class=ErrorClass.WORKER_LOST,
    )


def unreachable(reason: CallFailed, *, seconds: float = 0) -> ProviderError:
    """The server does not answer."""
    since = f" for {seconds:.0f} seconds" if seconds >= 1 else ""
    return ProviderError(
        f"The ComfyUI server did not answer{since}.",
        detail=detail_of(reason=reason.detail),
        error_class=ErrorClass.WORKER_LOST,
    )


def too_slow(message: str, prompt_id: str) -> ProviderError:
    """A bound was passed; the prompt was taken back."""
    return ProviderError(
        message, detail=detail_of(prompt_id=prompt_id), error_class=ErrorClass.TIMEOUT
    )
