"""Messages for people, results among outputs, and graphs on their way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.providers.base import ErrorClass, InputFile, ProviderError
from pipeline.providers.comfyui import errors
from pipeline.providers.comfyui.answers import FileRef
from pipeline.providers.comfyui.files import ending_for, looked_at, wanted_files
from pipeline.providers.comfyui.graphs import (
    placeholders,
    with_folder,
    with_inputs,
    with_saved_previews,
)
from pipeline.providers.comfyui.outputs import delivered_by, needed_nodes, node_counts, results
from pipeline.providers.comfyui.prompts import Verdict, gpu_ms, verdict_of

GRAPH = {"3": {"class_type": "KSampler", "inputs": {}, "_meta": {"title": "Dream\nmachine"}}}


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("cannot open '/srv/comfyui/input/a b.png'\nmore", "cannot open 'a b.png'"),
        ("No such file: C:\\ComfyUI\\models\\vae\\x.pt", "No such file: x.pt"),
        ("\n  **** ERROR: it is full \n", "it is full"),
        ("width/height and 1/2 stay, https://example.org/a/b too", None),
        ("no https://host/a/b.png?X-Signature=4f3a here", "no https://host/a/b.png?… here"),
        ("x" * 500, "x" * 199 + "…"),
        ("", ""),
    ],
)
def test_what_a_server_says_is_one_line_without_its_paths(said: str, shown: str | None) -> None:
    assert errors.plain(said) == (said if shown is None else shown)


def test_nodes_are_called_as_people_called_them() -> None:
    assert errors.node_label(GRAPH, "3") == "“Dream” (node 3)"
    assert errors.node_label(GRAPH, "9") == "node 9"
    assert errors.node_label(GRAPH, "9", "Save") == "“Save” (node 9)"
    assert errors.node_label(GRAPH, "3.0.1") == "“Dream” (node 3.0.1)"


def test_a_traceback_is_for_engineers_only() -> None:
    data = {
        "node_id": "3",
        "node_type": "KSampler",
        "exception_type": "RuntimeError",
        "exception_message": "shape mismatch in /srv/comfyui/nodes.py\nline 2",
        "traceback": ['  File "/srv/comfyui/execution.py", line 1\n'],
    }
    failure = errors.raised(data, GRAPH)
    assert failure.message == "“Dream” (node 3) failed: shape mismatch in nodes.py."
    assert "/srv/comfyui/execution.py" in failure.detail
    assert failure.error_class == ErrorClass.PROVIDER


@pytest.mark.parametrize("body", [None, "", [], {}, {"error": "x"}, {"node_errors": {"1": 2}}])
def test_a_refusal_without_sense_is_still_one(body: object) -> None:
    failure = errors.refused(body, GRAPH, status=400)
    assert failure.message == "ComfyUI does not accept this workflow: it gives no reason."


def test_many_faults_are_counted() -> None:
    fault = {"errors": [{"type": "required_input_missing", "details": "x"}], "class_type": "K"}
    body = {"error": {}, "node_errors": {str(n): fault for n in range(5)}}
    message = errors.refused(body, {}, status=400).message
    assert message.count("“x” is missing") == 3
    assert message.endswith("; and 2 more.")


# --- outputs ----------------------------------------------------------------------------------


def file(name: str, kind: str = "output", **more: Any) -> dict[str, Any]:
    return {"filename": name, "subfolder": "", "type": kind, **more}


def test_keys_of_foreign_extensions_are_looked_through() -> None:
    output = {
        "gifs": [file("film.mp4", format="video/h264-mp4", fullpath="/srv/x", frame_rate=16.0)],
        "mesh_3d": [file("thing.glb")],
        "result": [1, None, {"filename": 3}],
        "a_images": [file("compare.png", "temp")],
        "shown": [file("input.png", "input")],
        "audio": [file("sound.flac")],
    }
    found = [c.file for c in delivered_by("7", output)]
    assert found == [
        FileRef("film.mp4"),
        FileRef("sound.flac"),
        FileRef("thing.glb"),
        FileRef("compare.png", "", "temp"),
    ]
    assert delivered_by("7", output)[0].animated


@pytest.mark.parametrize("output", [None, [], {"images": None}, {"images": ["x"]}, {"text": []}])
def test_outputs_without_sense_are_no_results(output: object) -> None:
    assert delivered_by("1", output) == []


def test_without_an_output_node_what_was_saved_comes_first() -> None:
    outputs = {
        "1": {"text": ["a", ["b"]]},
        "2": {"images": [file("preview.png", "temp")]},
        "4": {"images": [file("still.png")]},
        "5": {"images": [file("film.mp4")], "animated": [True]},
        "3": {"images": [file("first.png")]},
    }
    found = results(outputs, {}, output_node="", order=["1", "2", "3", "4", "5"])
    names = [c.file.filename if c.file else c.text for c in found]
    assert names == ["film.mp4", "first.png", "still.png", "preview.png", "a\nb"]


def test_an_expanded_node_stands_for_the_one_of_the_graph() -> None:
    outputs = {"5.0.0.2": {"images": [file("x.png")]}}
    assert results(outputs, {"5.0.0.2": {"display_node": "5"}}, output_node="5")
    assert results(outputs, None, output_node="5")
    assert not results(outputs, {"5.0.0.2": {"display_node": "8"}}, output_node="5")


def test_only_what_the_result_needs_counts_as_run() -> None:
    graph = {
        "1": {"class_type": "A", "inputs": {}},
        "2": {"class_type": "B", "inputs": {"x": ["1", 0], "list": {"__value__": ["9", 0]}}},
        "9": {"class_type": "C", "inputs": {}},
    }
    assert needed_nodes(graph, ["2"]) == {"1", "2"}
    messages = [["execution_cached", {"nodes": ["1", "77"]}]]
    entry = {"prompt": [0, "p", {}, {}, ["2"]], "status": {"messages": messages}}
    assert node_counts(graph, entry) == (1, 1)


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        ({"status_str": "success", "messages": []}, Verdict.SUCCESS),
        (None, Verdict.SUCCESS),  # versions that keep no status only record what ended
        ({"status_str": "error", "messages": []}, Verdict.ERROR),
        (
            {"status_str": "error", "messages": [["execution_interrupted", {}]]},
            Verdict.INTERRUPTED,
        ),
    ],
)
def test_the_history_s_verdict(status: object, verdict: Verdict) -> None:
    assert verdict_of({"status": status})[0] is verdict
    assert gpu_ms({"status": status}) is None


# --- graphs and files -------------------------------------------------------------------------


def test_inputs_and_folders_are_written_into_a_copy() -> None:
    graph: dict[str, Any] = {
        "1": {"class_type": "LoadImage", "inputs": {"image": "input:base:0", "node": "changed"}},
        "2": {"class_type": "VHS_VideoCombine", "inputs": {"filename_prefix": "a/b c"}},
        "3": {"class_type": "SaveImage", "inputs": {"filename_prefix": ["9", 0]}},
        "4": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}},
        "5": {"class_type": "Text", "inputs": {"text": "say input:base:0 aloud"}},
        "6": "no node at all",
    }
    assert placeholders(graph) == {"input:base:0"}
    sent = with_folder(with_inputs(graph, {"input:base:0": "x.png"}), "jobs/7")
    assert sent["1"]["inputs"] == {"image": "x.png", "node": "changed"}
    assert sent["2"]["inputs"]["filename_prefix"] == "jobs/7/b_c"
    assert sent["3"] == graph["3"]  # the name comes of another node
    assert sent["5"] == graph["5"] and sent["6"] == graph["6"]
    again = with_saved_previews(sent, "jobs/8")
    assert again["4"]["class_type"] == "SaveImage"
    assert again["4"]["inputs"] == {"images": ["1", 0], "filename_prefix": "jobs/8/preview"}
    assert graph["1"]["inputs"]["image"] == "input:base:0"


def test_placeholders_count_within_a_role(tmp_path: Path) -> None:
    files = [InputFile(role, tmp_path, "image/png", role + n) for n, role in enumerate_roles()]
    found = wanted_files({"input:reference:1", "input:base:0"}, files)
    assert {name: item.sha256 for name, item in found.items()} == {
        "input:base:0": "base1",
        "input:reference:1": "reference2",
    }
    with pytest.raises(ProviderError):
        wanted_files({"input:mask:0"}, files)


def enumerate_roles() -> list[tuple[str, str]]:
    return [("0", "reference"), ("1", "base"), ("2", "reference")]


def test_types_are_told_by_bytes() -> None:
    assert ending_for("image/jpeg") == "jpg"
    assert ending_for("video/mp4") == "mp4"
    assert ending_for("application/x-unknown") == "bin"
    assert looked_at(b"\x89PNG\r\n\x1a\n" + bytes(30), "x.mp4").media_type == "image/png"
    with pytest.raises(ProviderError):
        looked_at(b"MZ\x90\0" + bytes(50), "x.png")
