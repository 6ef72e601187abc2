"""What ComfyUI would refuse is found before it is sent, by node and field."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.workflows.installing import ready_workflows
from pipeline.workflows.validation import Finding, FindingKind, validate

K = FindingKind


def only(found: list[Finding]) -> Finding:
    assert len(found) == 1, [item.message for item in found]
    return found[0]


@pytest.mark.parametrize("slug", sorted(ready_workflows()))
def test_ready_workflows_use_nodes_and_inputs_that_exist(
    slug: str, object_info: dict[str, Any], model_files: dict[str, list[str]]
) -> None:
    item = ready_workflows()[slug]
    assert validate(item.graph, object_info, model_files) == []


@pytest.mark.parametrize("slug", sorted(ready_workflows()))
def test_ready_workflows_name_every_model_they_need(slug: str, object_info: dict[str, Any]) -> None:
    item = ready_workflows()[slug]
    files = {file for _folder, file in item.models}
    named = {
        value
        for node in item.graph.values()
        for value in node["inputs"].values()
        if isinstance(value, str) and value.endswith((".safetensors", ".pth"))
    }
    assert files == named
    packs = {
        object_info[name]["python_module"].split(".")[1]
        for name in item.node_classes
        if object_info[name]["python_module"].startswith("custom_nodes.")
    }
    assert packs == set(item.packages)


def test_unknown_class_is_named_with_what_is_near(
    text_to_image: dict[str, Any], object_info: dict[str, Any]
) -> None:
    text_to_image["5"]["class_type"] = "KSamplr"
    found = only(validate(text_to_image, object_info))
    assert (found.kind, found.node_id, found.value) == (K.NODE, "5", "KSamplr")
    assert found.near[0] == "KSampler"


def test_unknown_classes_count_even_where_nothing_depends_on_them(
    text_to_image: dict[str, Any], object_info: dict[str, Any]
) -> None:
    text_to_image["99"] = {"class_type": "Nowhere", "inputs": {}}
    assert only(validate(text_to_image, object_info)).node_id == "99"


def test_fields_count_only_where_a_result_depends_on_them(
    text_to_image: dict[str, Any], object_info: dict[str, Any]
) -> None:
    text_to_image["99"] = {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "no"}}
    assert validate(text_to_image, object_info) == []


def test_missing_input_names_the_field_that_is_written_differently(
    text_to_image: dict[str, Any], object_info: dict[str, Any]
) -> None:
    inputs = text_to_image["5"]["inputs"]
    inputs["step"] = inputs.pop("steps")
    found = only(validate(text_to_image, object_info))
    assert (found.kind, found.field, found.near) == (K.INPUT, "steps", ("step",))


@pytest.mark.parametrize(
    ("node", "field", "value", "kind"),
    [
        ("2", "clip", ["1", 0], K.LINK),  # a model where words are read
        ("2", "clip", ["1", 7], K.LINK),  # no such output
        ("2", "clip", ["77", 0], K.LINK),  # no such node
        ("5", "steps", 0, K.VALUE),
        ("5", "steps", 10_001, K.VALUE),
        ("5", "steps", "many", K.VALUE),
        ("5", "cfg", float("nan"), K.VALUE),
        ("5", "cfg", [1, 2, 3], K.VALUE),
        ("5", "denoise", None, K.VALUE),
        ("5", "sampler_name", "zzz", K.MODEL),
        ("1", "ckpt_name", "nope.safetensors", K.MODEL),
    ],
)
def test_bad_values(
    text_to_image: dict[str, Any],
    object_info: dict[str, Any],
    node: str,
    field: str,
    value: Any,
    kind: FindingKind,
) -> None:
    text_to_image[node]["inputs"][field] = value
    found = only(validate(text_to_image, object_info))
    assert (found.kind, found.node_id, found.field) == (kind, node, field)
    assert field in found.message


def test_values_that_the_server_converts_are_fine(
    text_to_image: dict[str, Any], object_info: dict[str, Any]
) -> None:
    text_to_image["5"]["inputs"] |= {"steps": "20", "cfg": "7.5", "seed": 2**64 - 1}
    assert validate(text_to_image, object_info) == []


def test_both_forms_of_choices(object_info: dict[str, Any]) -> None:
    """Loaders of upscale models list their files in the later form."""
    graph = dict(ready_workflows()["upscale-by-model"].graph)
    assert object_info["UpscaleModelLoader"]["input"]["required"]["model_name"][0] == "COMBO"
    options = object_info["UpscaleModelLoader"]["input"]["required"]["model_name"][1]
    options["options"] = ["sub/RealESRGAN_x4plus.pth"]
    found = only(validate(graph, object_info))
    assert (found.kind, found.value) == (K.MODEL, "RealESRGAN_x4plus.pth")
    assert found.near == ("sub/RealESRGAN_x4plus.pth",)
    del options["options"]  # fetched by the browser: nobody knows
    assert validate(graph, object_info) == []


def test_uploads_are_fine_and_files_that_are_not_there_are_told(
    object_info: dict[str, Any],
) -> None:
    graph = {
        "1": {"class_type": "LoadImage", "inputs": {"image": "input:base:0"}},
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "x"}},
    }
    assert validate(graph, object_info) == []
    graph["1"]["inputs"]["image"] = "earlier.png [output]"
    assert validate(graph, object_info) == []
    graph["1"]["inputs"]["image"] = "gone.png"
    assert only(validate(graph, object_info)).value == "gone.png"


def test_embeddings_in_prompts(
    text_to_image: dict[str, Any], object_info: dict[str, Any], model_files: dict[str, list[str]]
) -> None:
    text_to_image["3"]["inputs"]["text"] = "(embedding:easynegative:1.2), embedding:badhands,"
    found = only(validate(text_to_image, object_info, model_files))
    assert (found.kind, found.value, found.node_id) == (K.MODEL, "embedding:badhands", "3")


def test_circle_and_no_output(object_info: dict[str, Any]) -> None:
    circle = {
        "1": {"class_type": "ImageInvert", "inputs": {"image": ["2", 0]}},
        "2": {"class_type": "ImageInvert", "inputs": {"image": ["1", 0]}},
    }
    assert only(validate(circle, object_info)).value == "circle"
    alone = {"1": {"class_type": "EmptyImage", "inputs": {}}}
    assert only(validate(alone, object_info)).value == "no output"
    assert only(validate({}, object_info)).kind is K.GRAPH
