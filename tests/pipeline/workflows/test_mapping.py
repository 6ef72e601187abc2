"""Values are written into graphs as the mapping says, and proposals name what operations name."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.operations.catalogue import CATALOGUE
from pipeline.workflows.fitting import ignored_names, misfits
from pipeline.workflows.installing import ready_workflows
from pipeline.workflows.mapping import (
    BadValue,
    Parameter,
    apply,
    derived_from,
    operation_values,
    resolve_values,
)
from pipeline.workflows.pruning import UnknownClass
from pipeline.workflows.suggesting import suggest
from pipeline.workflows.validation import validate

GRAPH = {"1": {"class_type": "A", "inputs": {"x": 0, "y": 0}}}


def parameter(name: str = "x", kind: str = "integer", **fields: Any) -> Parameter:
    fields.setdefault("targets", (("1", "x"),))
    return Parameter(name, name, kind, **fields)


def filled(slug: str, files: dict[str, int], info: dict[str, Any], **values: Any) -> dict[str, Any]:
    item = ready_workflows()[slug]
    resolved, problems = resolve_values(item.parameters, operation_values(values))
    assert not problems, [(p.name, p.message) for p in problems]
    return apply(
        item.graph, item.parameters, resolved, random_seed=7, files=files, object_info=info
    )


@given(st.integers(1, 5000), st.integers(1, 64), st.integers(0, 8))
@settings(max_examples=100, deadline=None)
def test_rounding_up_is_least_and_enough(value: int, step: int, plus: int) -> None:
    rounding = derived_from(f"frames_up_{step}_plus_{plus}")
    assert rounding is not None and rounding.base == "frames"
    found = rounding.of(value)
    assert found >= value and (found - plus) % step == 0
    assert found - step < value or found == plus


@given(st.integers(-(2**40), 2**40), st.floats(0.001, 1000))
@settings(max_examples=100, deadline=None)
def test_values_are_scaled_and_whole(value: int, ratio: float) -> None:
    item = parameter(scale_ratio=ratio)
    made = apply(GRAPH, [item], {"x": value}, random_seed=0, files={})
    assert made["1"]["inputs"] == {"x": round(value * ratio), "y": 0}
    assert GRAPH["1"]["inputs"] == {"x": 0, "y": 0}, "the graph of the version stays"


@given(st.integers(0, 2**63 - 1), st.sampled_from([None, 2**32 - 1, 2**53 - 1]))
@settings(max_examples=100, deadline=None)
def test_random_seeds_stay_within_what_the_node_takes(seed: int, most: int | None) -> None:
    item = parameter("random_seed", "random-seed", maximum=most)
    made = apply(GRAPH, [item], {}, random_seed=seed, files={})["1"]["inputs"]["x"]
    assert made == (seed if most is None else seed % (most + 1))


@pytest.mark.parametrize(
    ("item", "value", "said"),
    [
        (parameter(), 1.5, "whole"),
        (parameter(), True, "number"),
        (parameter(), "1", "number"),
        (parameter(minimum=2), 1, "at least 2"),
        (parameter(kind="number", maximum=2), 2.5, "at most 2"),
        (parameter(kind="number"), float("inf"), "number"),
        (parameter(kind="text"), 1, "text"),
        (parameter(kind="switch"), 1, "yes or no"),
        (parameter(kind="choice", choices=("a", "b")), "c", "one of a, b"),
        (parameter(), None, "needed"),
    ],
)
def test_values_that_do_not_suit(item: Parameter, value: Any, said: str) -> None:
    values, problems = resolve_values([item], {"x": value})
    assert values == {}
    assert problems[0].name == "x" and said in problems[0].message


def test_defaults_and_what_follows() -> None:
    items = [
        parameter("width_px", default=500),
        parameter("width_px_up_16", targets=(("1", "y"),), default=0),
    ]
    assert resolve_values(items, {})[0] == {"width_px": 500, "width_px_up_16": 512}
    assert resolve_values(items, {"width_px": 20})[0]["width_px_up_16"] == 32
    assert resolve_values(items[1:], {"width_px": 640})[0] == {"width_px_up_16": 640}
    assert resolve_values(items[1:], {})[0] == {"width_px_up_16": 0}


def test_what_follows_from_an_operation() -> None:
    found = operation_values({"fps_num": 30000, "fps_den": 1001, "frames": 60})
    assert found["fps"] == pytest.approx(29.97, abs=0.001)
    assert found["duration_s"] == pytest.approx(2.002)
    assert operation_values({"prompt": "a", "style_prompt": "oil"})["prompt"] == "a, oil"
    assert operation_values({"prompt": "a", "style_prompt": ""})["prompt"] == "a"
    assert operation_values({"instruction": "winter"})["prompt"] == "winter"


def test_files_by_role_in_their_order() -> None:
    items = [
        parameter("reference", "file", role="reference"),
        parameter("reference-2", "file", role="reference", targets=(("1", "y"),)),
    ]
    made = apply(GRAPH, items, {}, random_seed=0, files={"reference": 2})
    assert made["1"]["inputs"] == {"x": "input:reference:0", "y": "input:reference:1"}
    with pytest.raises(BadValue, match="reference-2"):
        apply(GRAPH, items, {}, random_seed=0, files={"reference": 1})


# --- what comes with the studio -----------------------------------------------------------------


def test_a_take_with_anchor(object_info: dict[str, Any]) -> None:
    graph = filled(
        "wan-image-to-video",
        {"start-frame": 1, "reference": 1},
        object_info,
        prompt="she turns",
        anchor_weight=0.6,
        frames=72,
        fps_num=24,
        fps_den=1,
        width_px=1270,
        height_px=714,
    )
    assert validate(graph, object_info) == []
    assert graph["8"]["inputs"]["image"] == "input:start-frame:0"
    assert graph["9"]["inputs"]["image"] == "input:reference:0"
    assert graph["10"]["inputs"]["blend_factor"] == 0.6
    latent = graph["15"]["inputs"]
    assert (latent["width"], latent["height"], latent["length"]) == (1280, 720, 73)
    assert graph["22"]["inputs"]["length"] == 72
    assert graph["23"]["inputs"]["width"] == 1270
    assert graph["24"]["inputs"]["fps"] == 24.0
    assert graph["20"]["inputs"]["seed"] == 7


def test_a_take_without_anchor_is_led_past_it(object_info: dict[str, Any]) -> None:
    graph = filled("wan-image-to-video", {"start-frame": 1}, object_info, prompt="")
    assert not {"9", "10"} & set(graph)
    assert graph["11"]["inputs"]["image"] == ["8", 0], "sees the start frame only"
    assert validate(graph, object_info) == []


def test_a_take_without_end_frame(object_info: dict[str, Any]) -> None:
    files = {"start-frame": 1, "end-frame": 1}
    both = filled("wan-first-last-frame", files, object_info, prompt="")
    assert both["9"]["inputs"]["image"] == "input:end-frame:0"
    graph = filled("wan-first-last-frame", {"start-frame": 1}, object_info, prompt="")
    assert not {"9", "11"} & set(graph)
    assert not {"end_image", "clip_vision_end_image"} & set(graph["15"]["inputs"])
    assert validate(graph, object_info) == []
    with pytest.raises(UnknownClass):
        filled("wan-first-last-frame", {"start-frame": 1}, {}, prompt="")


@pytest.mark.parametrize("slug", sorted(ready_workflows()))
def test_ready_workflows_fit_what_they_are_made_for(slug: str) -> None:
    item = ready_workflows()[slug]
    spec = CATALOGUE[item.operation]
    if spec.code != "comfyui.run":
        assert misfits(spec, item.parameters) == []


def test_misfits_are_told() -> None:
    upscale, take = CATALOGUE["upscale.fast"], CATALOGUE["transform.image_to_video"]
    words = ready_workflows()["sdxl-text-to-image"].parameters
    said = misfits(upscale, words)
    assert any("Prompt" in problem for problem in said)
    assert any("as base" in problem for problem in said)
    kind = misfits(take, [parameter("prompt", "integer", default=1), *_start()])
    assert kind == ["“prompt” (prompt) is of another kind than in “Image to video”."]
    strict = misfits(take, [*_start(), parameter("end-frame", "file", role="end-frame")])
    assert "does not ask for" in strict[0]
    assert (
        misfits(take, [*_start(), parameter("end-frame", "file", role="end-frame", default="")])
        == []
    )


def _start() -> list[Parameter]:
    return [parameter("start-frame", "file", role="start-frame")]


def test_what_a_graph_makes_no_use_of() -> None:
    take = CATALOGUE["transform.image_to_video"]
    ignored = ignored_names(take, ready_workflows()["wan-image-to-video"].parameters)
    assert {"motion", "end-frame"} <= ignored
    assert (
        not {"fps_num", "fps_den", "frames", "width_px", "anchor_weight", "random_seed"} & ignored
    )


# --- proposals ----------------------------------------------------------------------------------


def test_proposals_for_words_to_picture(
    text_to_image: dict[str, Any], object_info: dict[str, Any]
) -> None:
    found = {item.name: item for item in suggest(text_to_image, object_info)}
    assert found["prompt"].targets == (("2", "text"),)
    assert found["negative_prompt"].targets == (("3", "text"),)
    assert found["random_seed"].kind == "random-seed"
    assert found["steps"].minimum == 1 and found["steps"].default == 30
    assert found["guidance"].kind == "number"
    assert found["width_px"].targets == (("4", "width"),)
    assert not any("filename" in field for i in found.values() for _node, field in i.targets)
    assert misfits(CATALOGUE["create.image"], list(found.values())) == []


def test_proposals_for_a_take(object_info: dict[str, Any]) -> None:
    graph = ready_workflows()["wan-first-last-frame"].graph
    found = {item.name: item for item in suggest(graph, object_info)}
    assert found["prompt"].targets == (("5", "text"),), "through the node that takes both sides"
    assert found["negative_prompt"].targets == (("6", "text"),)
    assert found["start-frame"].role == "start-frame" and found["end-frame"].role == "end-frame"
    assert {"frames", "fps", "width_px", "height_px"} <= set(found)


def test_one_text_for_both_sides_is_a_prompt_only(object_info: dict[str, Any]) -> None:
    """FLUX has no negative side: its negative is the emptied positive."""
    graph = ready_workflows()["flux-text-to-image"].graph
    names = [item.name for item in suggest(graph, object_info)]
    assert names.count("prompt") == 1 and "negative_prompt" not in names


@pytest.mark.parametrize("slug", sorted(ready_workflows()))
def test_proposals_can_be_applied(slug: str, object_info: dict[str, Any]) -> None:
    graph = ready_workflows()[slug].graph
    items = suggest(graph, object_info)
    values, problems = resolve_values(items, {"prompt": "a"})
    assert not problems
    made = apply(graph, items, values, random_seed=1, files={i.role: 9 for i in items if i.role})
    assert validate(made, object_info) == []
