"""Proposals of what to expose of a graph: prompts, seed, size, steps, pictures, length.

The names are those of the operations, so that a graph that is mapped as proposed can be bound as
it is. What says where files are written (`filename_prefix`) is left alone: the studio sets it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pipeline.workflows.graph import (
    Graph,
    as_link,
    class_of,
    inputs_of,
    links,
    title_of,
)
from pipeline.workflows.mapping import MAY_BE_LEFT_OUT, Parameter
from pipeline.workflows.objectinfo import InputInfo, ObjectInfo, input_map

_SEEDS = ("seed", "noise_seed")
#: Editors in browsers keep whole numbers exactly up to here.
_LARGEST_SEED = float(2**53 - 1)
_NEGATIVE = "negative"
#: Inputs that lead to words: of samplers, of guiders.
_CONDITIONS = ("positive", "conditioning", "cond", "cond1", _NEGATIVE, "cond2")
#: Numbers of a node by the name of the field: name of the parameter, label, help.
_NUMBERS: dict[str, tuple[str, str, str]] = {
    "steps": ("steps", "Steps", "Passes of detail."),
    "cfg": ("guidance", "Guidance", "How literally the prompt is taken."),
    "guidance": ("guidance", "Guidance", "How literally the prompt is taken."),
    "denoise": ("denoise", "Denoise", "How much of the picture may change; 1: all."),
    "length": ("frames", "Frames", "Number of frames."),
    "fps": ("fps", "Frames per second", ""),
    "frame_rate": ("fps", "Frames per second", ""),
    "weight": ("anchor_weight", "Anchor weight", "How strongly the reference counts."),
    "scale_by": ("scale", "Scale", "How many times larger."),
}
#: Fields of that name are exposed only on nodes that take this input, for the word is common.
_ONLY_WITH = {"weight": "image", "length": "height"}
#: Role of a picture by the name of the input that it reaches first.
_ROLES = {
    "start_image": "start-frame",
    "end_image": "end-frame",
    "mask": "mask",
    "attn_mask": "mask",
    "style_image": "style",
    "control_image": "control",
    "control_video": "control",
    "reference_image": "reference",
    "image_negative": "reference",
    "clip_vision": "reference",
}
_LABELS = {
    "start-frame": "Start frame",
    "end-frame": "End frame",
    "mask": "Mask",
    "style": "Style reference",
    "control": "Control image",
    "reference": "Reference",
    "base": "Base image",
    "audio": "Audio",
    "video": "Video",
}


def suggest(graph: Graph, object_info: ObjectInfo) -> list[Parameter]:
    """What people would want to set of this graph, in the order of a form.

    Nodes that the server does not know are passed over.
    """
    found = [
        *_prompts(graph, object_info),
        *_files(graph, object_info),
        *_sizes(graph, object_info),
        *_numbers(graph, object_info),
        *_seeds(graph, object_info),
    ]
    return _merged(found)


def _values(
    graph: Graph, object_info: ObjectInfo
) -> Iterator[tuple[str, InputInfo, Any, Mapping[str, InputInfo]]]:
    """Every plain value: node, input, value, and all inputs of the node."""
    for node_id in graph:
        wanted = input_map(object_info.get(class_of(graph, node_id), {}))
        for name, value in inputs_of(graph, node_id).items():
            if name in wanted and as_link(value) is None:
                yield node_id, wanted[name], value, wanted


def _prompts(graph: Graph, object_info: ObjectInfo) -> list[Parameter]:
    """Texts that lead to a sampler: by its positive, and by its negative side."""
    texts: dict[bool, list[tuple[str, str]]] = {False: [], True: []}
    for _taker, name, link in links(graph):
        if name not in _CONDITIONS:
            continue
        negative = name in (_NEGATIVE, "cond2")
        for target in _texts_behind(graph, object_info, link.source, negative, set()):
            if target not in texts[negative]:
                texts[negative].append(target)
    found = []
    only = [target for target in texts[True] if target not in texts[False]]
    if texts[False]:
        found.append(_text("prompt", "Prompt", "What it shows.", texts[False], graph))
    if only:
        found.append(
            _text("negative_prompt", "Negative prompt", "What it must not show.", only, graph)
        )
    return found


def _texts_behind(
    graph: Graph, object_info: ObjectInfo, node_id: str, negative: bool, seen: set[str]
) -> Iterator[tuple[str, str]]:
    """The multi-line texts of a node, or else of those that it takes its conditioning from."""
    if node_id in seen or node_id not in graph:
        return
    seen.add(node_id)
    wanted = input_map(object_info.get(class_of(graph, node_id), {}))
    given = inputs_of(graph, node_id)
    own = [
        (node_id, item.name)
        for item in wanted.values()
        if item.type == "STRING"
        and item.options.get("multiline")
        and isinstance(given.get(item.name), str)
    ]
    if own:
        yield from own
        return
    linked = {name: link for name, value in given.items() if (link := as_link(value)) is not None}
    # a node that takes both sides (WAN, ControlNet) hands each on by itself
    both = "positive" in linked and _NEGATIVE in linked
    for name, link in linked.items():
        item = wanted.get(name)
        if both and name in ("positive", _NEGATIVE) and (name == _NEGATIVE) != negative:
            continue
        if item is None or item.type in ("CONDITIONING", "STRING"):
            yield from _texts_behind(graph, object_info, link.source, negative, seen)


def _text(
    name: str, label: str, words: str, targets: list[tuple[str, str]], graph: Graph
) -> Parameter:
    node_id, field = targets[0]
    default = inputs_of(graph, node_id)[field]
    return Parameter(
        name,
        label,
        "text",
        tuple(targets),
        default=None if name == "prompt" else default,
        help=words,
    )


def _files(graph: Graph, object_info: ObjectInfo) -> list[Parameter]:
    """Files that people upload, with the role that they play."""
    found: list[Parameter] = []
    taken: dict[str, int] = {}
    for node_id, item, _value, _all in _values(graph, object_info):
        if not item.is_upload:
            continue
        role, may_miss = _role_of(graph, object_info, node_id, item)
        taken[role] = taken.get(role, 0) + 1
        name = role if taken[role] == 1 else f"{role}-{taken[role]}"
        title = title_of(graph, node_id)
        label = _LABELS.get(role, role)
        found.append(
            Parameter(
                name,
                label if taken[role] == 1 else f"{label} {taken[role]}",
                "file",
                ((node_id, item.name),),
                role=role,
                default=MAY_BE_LEFT_OUT if may_miss else None,
                help="" if title == class_of(graph, node_id) else title,
            )
        )
    return found


def _role_of(
    graph: Graph, object_info: ObjectInfo, node_id: str, item: InputInfo
) -> tuple[str, bool]:
    """Role of an uploaded file, and whether all who take it could do without."""
    takers = [(taker, name) for taker, name, link in links(graph) if link.source == node_id]
    wanted = [input_map(object_info.get(class_of(graph, taker), {})) for taker, _name in takers]
    may_miss = bool(takers) and all(
        name in inputs and not inputs[name].is_required
        for (_taker, name), inputs in zip(takers, wanted, strict=True)
    )
    if item.options.get("audio_upload"):
        return "audio", may_miss
    if item.options.get("video_upload"):
        return "video", may_miss
    if "mask" in class_of(graph, node_id).lower():
        return "mask", may_miss
    for name in (name for _taker, name in takers):
        if name in _ROLES:
            return _ROLES[name], may_miss
    for taker, _name in takers:
        if any(word in class_of(graph, taker).lower() for word in ("ipadapter", "clipvision")):
            return "reference", may_miss
        if "controlnet" in class_of(graph, taker).lower():
            return "control", may_miss
    return "base", may_miss


def _sizes(graph: Graph, object_info: ObjectInfo) -> list[Parameter]:
    """Width and height of what is made: of nodes that begin a latent picture or film."""
    found = []
    for node_id, item, value, wanted in _values(graph, object_info):
        if item.name not in ("width", "height") or item.type != "INT":
            continue
        if "batch_size" not in wanted and "length" not in wanted:
            continue
        found.append(
            _number(f"{item.name}_px", item.name.capitalize(), "In pixels.", node_id, item, value)
        )
    return found


def _numbers(graph: Graph, object_info: ObjectInfo) -> list[Parameter]:
    found = []
    for node_id, item, value, wanted in _values(graph, object_info):
        named = _NUMBERS.get(item.name)
        if named is None or item.type not in ("INT", "FLOAT"):
            continue
        if (other := _ONLY_WITH.get(item.name)) and other not in wanted:
            continue
        found.append(_number(*named, node_id, item, value))
    return found


def _number(
    name: str, label: str, words: str, node_id: str, item: InputInfo, value: Any
) -> Parameter:
    return Parameter(
        name,
        label,
        "integer" if item.type == "INT" else "number",
        ((node_id, item.name),),
        default=value if isinstance(value, int | float) else None,
        minimum=item.minimum,
        maximum=item.maximum,
        help=words,
    )


def _seeds(graph: Graph, object_info: ObjectInfo) -> list[Parameter]:
    """One random seed for all nodes that draw one."""
    found = []
    for node_id, item, _value, _all in _values(graph, object_info):
        if item.name in _SEEDS and item.type == "INT":
            found.append(
                Parameter(
                    "random_seed",
                    "Random seed",
                    "random-seed",
                    ((node_id, item.name),),
                    minimum=0,
                    maximum=min(item.maximum or 0, _LARGEST_SEED) or None,
                    help="Its own for each output.",
                )
            )
    return found


def _merged(found: list[Parameter]) -> list[Parameter]:
    """Parameters of one name become one that sets all fields, within the limits of them all."""
    merged: dict[str, Parameter] = {}
    for item in found:
        if item.is_file or item.name not in merged:
            merged[item.name] = item
            continue
        first = merged[item.name]
        lows = [v for v in (first.minimum, item.minimum) if v is not None]
        highs = [v for v in (first.maximum, item.maximum) if v is not None]
        merged[item.name] = replace(
            first,
            targets=(*first.targets, *item.targets),
            minimum=max(lows, default=None),
            maximum=min(highs, default=None),
        )
    return list(merged.values())
