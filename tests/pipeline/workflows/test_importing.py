"""Workflows come from API JSON, the editor's JSON, and PNGs; nonsense is refused with words."""

from __future__ import annotations

import io
import json
import struct
import zlib
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from pipeline.workflows import importing
from pipeline.workflows.importing import Unreadable, checked_graph, read_document
from pipeline.workflows.validation import validate

GRAPH = {
    "1": {"class_type": "EmptyImage", "inputs": {"width": 8, "height": 8}},
    "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "x"}},
}


def node(node_id: int, kind: str, **fields: Any) -> dict[str, Any]:
    return {"id": node_id, "type": kind, "mode": 0, "inputs": [], "outputs": [], **fields}


def plug(name: str, link: int | None, kind: str = "*") -> dict[str, Any]:
    return {"name": name, "type": kind, "link": link}


def editor() -> dict[str, Any]:
    """Words to a picture, as the editor keeps it: values without names, a reroute, a note."""
    clip = [plug("clip", 3, "CLIP")]
    return {
        "version": 0.4,
        "nodes": [
            node(4, "CheckpointLoaderSimple", widgets_values=["sd_xl_base_1.0.safetensors"]),
            node(5, "EmptyLatentImage", widgets_values=[768, 512, 1]),
            node(6, "CLIPTextEncode", inputs=clip, widgets_values=["a fox"], title="Words"),
            node(7, "CLIPTextEncode", inputs=[plug("clip", 5)], widgets_values=[""]),
            node(
                3,
                "KSampler",
                inputs=[
                    plug("model", 1),
                    plug("positive", 4),
                    plug("negative", 6),
                    plug("latent_image", 2),
                ],
                # the seed is followed by what becomes of it
                widgets_values=[42, "randomize", 20, 8.0, "euler", "normal", 0.9],
            ),
            node(10, "Reroute", inputs=[plug("", 7)], outputs=[{"type": "CLIP"}]),
            node(8, "VAEDecode", inputs=[plug("samples", 8), plug("vae", 9)]),
            node(9, "SaveImage", inputs=[plug("images", 10)], widgets_values=["out"]),
            node(11, "Note", widgets_values=["only for people"]),
        ],
        "links": [
            [1, 4, 0, 3, 0, "MODEL"],
            [2, 5, 0, 3, 3, "LATENT"],
            [3, 10, 0, 6, 0, "CLIP"],
            [4, 6, 0, 3, 1, "CONDITIONING"],
            [5, 4, 1, 7, 0, "CLIP"],
            [6, 7, 0, 3, 2, "CONDITIONING"],
            [7, 4, 1, 10, 0, "CLIP"],
            [8, 3, 0, 8, 0, "LATENT"],
            [9, 4, 2, 8, 1, "VAE"],
            [10, 8, 0, 9, 0, "IMAGE"],
        ],
    }


def read(document: Any, info: dict[str, Any] | None = None) -> importing.Imported:
    return read_document(json.dumps(document).encode(), info)


def by_id(document: dict[str, Any], node_id: int) -> dict[str, Any]:
    return next(n for n in document["nodes"] if n["id"] == node_id)


def test_api_json_in_all_wrappings() -> None:
    for document in (GRAPH, {"prompt": GRAPH, "client_id": "x"}, {"output": GRAPH, "workflow": {}}):
        assert read(document).graph == GRAPH
    assert read(GRAPH | {"version": 1}).problems == ["“version” is no node and was left out."]
    assert read_document(b"\xef\xbb\xbf" + json.dumps(GRAPH).encode()).graph == GRAPH


def test_what_a_run_noted_is_left_out_and_nan_is_told() -> None:
    text = json.dumps(GRAPH).replace('"inputs"', '"is_changed": [NaN], "inputs"', 1)
    imported = read_document(text.encode())
    assert imported.graph == GRAPH and not imported.problems
    imported = read_document(text.replace("8}", "1e999}", 1).encode())
    assert imported.graph["1"]["inputs"]["height"] is None
    assert "1 numbers that are none" in imported.problems[0]


def test_characters_that_no_database_holds() -> None:
    graph = {"1": {"class_type": "A", "inputs": {"text": "a\x00b\ud800c"}}}
    imported = read(graph)
    assert imported.graph["1"]["inputs"]["text"] == "ab?c"
    assert len(imported.problems) == 1


def test_editor(object_info: dict[str, Any]) -> None:
    imported = read(editor(), object_info)
    graph = imported.graph
    assert sorted(graph, key=int) == ["3", "4", "5", "6", "7", "8", "9"]
    assert graph["3"]["inputs"] == {
        "seed": 42,
        "steps": 20,
        "cfg": 8.0,
        "sampler_name": "euler",
        "scheduler": "normal",
        "denoise": 0.9,
        "model": ["4", 0],
        "positive": ["6", 0],
        "negative": ["7", 0],
        "latent_image": ["5", 0],
    }
    assert graph["6"]["inputs"]["clip"] == ["4", 1], "led past the reroute"
    assert graph["6"]["_meta"] == {"title": "Words"}
    assert imported.editor == editor() and imported.problems == []
    assert validate(graph, object_info) == []


def test_editor_with_links_as_objects_and_values_by_name(object_info: dict[str, Any]) -> None:
    document = editor()
    document["links"] = [
        {"id": k, "origin_id": o, "origin_slot": s, "target_id": t, "target_slot": i, "type": kind}
        for k, o, s, t, i, kind in document["links"]
    ]
    by_id(document, 5)["widgets_values"] = {"width": 768, "height": 512, "batch_size": 1}
    assert read(document, object_info).graph == read(editor(), object_info).graph


def test_editor_without_a_server_uses_the_names_it_has() -> None:
    document = editor()
    with pytest.raises(Unreadable, match="does not name the values of node 4"):
        read(document)
    names = {
        4: ["ckpt_name"],
        5: ["width", "height", "batch_size"],
        6: ["text"],
        7: ["text"],
        3: ["seed", "steps", "cfg", "sampler_name", "scheduler", "denoise"],
        9: ["filename_prefix"],
    }
    for node_id, widgets in names.items():
        by_id(document, node_id)["inputs"] += [
            {**plug(name, None), "widget": {"name": name}} for name in widgets
        ]
    graph = read(document).graph
    assert graph["3"]["inputs"]["denoise"] == 0.9
    assert graph["5"]["inputs"] == {"width": 768, "height": 512, "batch_size": 1}


def test_muted_and_bypassed_nodes(object_info: dict[str, Any]) -> None:
    document = editor()
    document["nodes"].append(
        node(
            20,
            "LoraLoader",
            mode=4,
            inputs=[plug("model", 21, "MODEL"), plug("clip", None, "CLIP")],
            outputs=[{"type": "MODEL"}, {"type": "CLIP"}],
            widgets_values=["x", 1.0, 1.0],
        )
    )
    document["links"] += [[21, 4, 0, 20, 0, "MODEL"], [22, 20, 0, 3, 0, "MODEL"]]
    by_id(document, 3)["inputs"][0]["link"] = 22
    by_id(document, 7)["mode"] = 2
    imported = read(document, object_info)
    assert imported.graph["3"]["inputs"]["model"] == ["4", 0], "past the bypassed one"
    assert "negative" not in imported.graph["3"]["inputs"]
    assert not {"7", "20"} & set(imported.graph)
    assert imported.problems == ["1 muted nodes were left out.", "1 bypassed nodes were left out."]


def test_primitives_and_set_get_nodes(object_info: dict[str, Any]) -> None:
    document = editor()
    document["nodes"] += [
        node(30, "PrimitiveNode", widgets_values=[7, "fixed"], outputs=[{"type": "INT"}]),
        node(31, "SetNode", inputs=[plug("VAE", 32)], widgets_values=["the vae"]),
        node(33, "GetNode", widgets_values=["the vae"]),
    ]
    document["links"] += [
        [31, 30, 0, 3, 4, "INT"],
        [32, 4, 2, 31, 0, "VAE"],
        [33, 33, 0, 8, 1, "VAE"],
    ]
    by_id(document, 3)["inputs"].append({**plug("steps", 31), "widget": {"name": "steps"}})
    by_id(document, 8)["inputs"][1]["link"] = 33
    graph = read(document, object_info).graph
    assert graph["3"]["inputs"]["steps"] == 7
    assert graph["8"]["inputs"]["vae"] == ["4", 2]


def test_upload_buttons_and_lists(object_info: dict[str, Any]) -> None:
    document = {
        "nodes": [
            node(1, "LoadImage", widgets_values=["a.png", "image"]),
            node(2, "SaveImage", inputs=[plug("images", 1)], widgets_values=[["a", "b"]]),
            node(3, "ImageInvert", inputs=[plug("image", 1)], widgets_values=["too", "many"]),
        ],
        "links": [[1, 1, 0, 2, 0, "IMAGE"]],
    }
    imported = read(document, object_info)
    assert imported.graph["1"]["inputs"] == {"image": "a.png"}
    assert imported.graph["2"]["inputs"]["filename_prefix"] == {"__value__": ["a", "b"]}
    assert "2 more values than fields" in imported.problems[0]


def test_what_a_document_does_not_say_is_what_the_editor_shows(
    object_info: dict[str, Any],
) -> None:
    """ComfyUI's own first workflow is so: no values at the saver, a switch behind the seed."""
    document = editor()
    del by_id(document, 9)["widgets_values"]
    by_id(document, 5)["widgets_values"] = [640]
    by_id(document, 3)["widgets_values"][1] = True
    imported = read(document, object_info)
    assert imported.graph["9"]["inputs"]["filename_prefix"] == "ComfyUI"
    assert imported.graph["5"]["inputs"]["batch_size"] == 1
    assert imported.graph["3"]["inputs"]["steps"] == 20
    assert imported.graph["3"]["inputs"]["denoise"] == 0.9
    assert imported.problems == [] and validate(imported.graph, object_info) == []


def test_values_behind_a_choice_that_is_fetched() -> None:
    remote = {"remote": {"route": "/internal/files/output"}, "image_upload": True}
    info = {
        "LoadImageOutput": {"input": {"required": {"image": ["COMBO", remote]}}},
        "Switch": {"input": {"required": {"seed": ["INT", {}], "is_on": ["BOOLEAN", {}]}}},
    }
    document = {
        "nodes": [
            node(1, "LoadImageOutput", widgets_values=["a.png", False, "refresh", "image"]),
            node(2, "Switch", widgets_values=[7, True]),
            node(3, "Switch", widgets_values=[7, "fixed", True]),
        ]
    }
    imported = read(document, info)
    assert imported.problems == []
    assert imported.graph["1"]["inputs"] == {"image": "a.png"}
    assert imported.graph["2"]["inputs"] == {"seed": 7, "is_on": True}
    assert imported.graph["3"]["inputs"] == {"seed": 7, "is_on": True}


def test_group_nodes_are_refused_with_what_to_do(object_info: dict[str, Any]) -> None:
    document = editor()
    document["nodes"].append(node(50, "workflow>Upscaler"))
    with pytest.raises(Unreadable, match=r"Upscaler.*API format"):
        read(document, object_info)


def picture(**texts: Any) -> bytes:
    info = PngImagePlugin.PngInfo()
    for name, (text, packed) in texts.items():
        info.add_text(name, text, zip=packed)
    out = io.BytesIO()
    Image.new("RGB", (4, 4)).save(out, "PNG", pnginfo=info)
    return out.getvalue()


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("title", ["plain", "żółw 龟"])
def test_pictures_carry_both(packed: bool, title: str) -> None:
    """Plain text is written as tEXt or zTXt, all else as iTXt, packed or not."""
    graph = {**GRAPH, "1": {**GRAPH["1"], "_meta": {"title": title}}}
    content = picture(
        prompt=(json.dumps(graph, ensure_ascii=False), packed),
        workflow=(json.dumps(editor()), packed),
        other=("not looked at", packed),
    )
    imported = read_document(content)
    assert imported.graph == graph
    assert imported.editor == editor()


def test_pictures_with_the_editor_only(object_info: dict[str, Any]) -> None:
    imported = read_document(picture(workflow=(json.dumps(editor()), False)), object_info)
    assert imported.graph["3"]["class_type"] == "KSampler"


def test_broken_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    good = picture(prompt=(json.dumps(GRAPH), True))
    with pytest.raises(Unreadable, match="carries no workflow"):
        read_document(picture())
    with pytest.raises(Unreadable, match="cut off"):
        read_document(good[:60])
    at = good.index(b"zTXt") + 20
    damaged = good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :]
    with pytest.raises(Unreadable, match="damaged"):
        read_document(damaged)
    monkeypatch.setattr(importing, "MOST_JSON_BYTES", 1_000_000)
    bomb = zlib.compress(b" " * 5_000_000)
    chunk = b"prompt\x00\x00" + bomb
    crc = struct.pack(">I", zlib.crc32(b"zTXt" + chunk))
    packed = good[:33] + struct.pack(">I", len(chunk)) + b"zTXt" + chunk + crc + good[33:]
    with pytest.raises(Unreadable, match="longer than 1 MB"):
        read_document(packed)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "neither JSON nor a PNG"),
        (b"GIF89a", "neither JSON nor a PNG"),
        (b"\xff\xfe", "neither JSON nor a PNG"),
        (b"[1]", "must be an object"),
        (b"{}", "no workflow"),
        (b'{"nodes": [{}]}', "a node has no id"),
        (b'{"nodes": []}', "no node that could run"),
        (b'{"1": {"class_type": "A", "inputs": 3}}', "inputs of node 1"),
        (b'{"1": {"class_type": "A", "inputs": {"": 3}}}', "empty or overlong"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"a":' * 80 + b"1" + b"}" * 80, "nested too deeply"),
        (b'{"1": {"class_type": "A", "inputs": {"x": ' + b"9" * 5000 + b"}}}", "neither"),
    ],
)
def test_nonsense(content: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read_document(content)


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "MOST_NODES", 1)
    with pytest.raises(Unreadable, match="2 nodes"):
        read(GRAPH)
    monkeypatch.setattr(importing, "MOST_JSON_BYTES", 10)
    with pytest.raises(Unreadable, match="larger than"):
        read(GRAPH)
    monkeypatch.setattr(importing, "MOST_BYTES", 5)
    with pytest.raises(Unreadable, match="larger than"):
        read(GRAPH)


def test_graphs_from_requests() -> None:
    assert checked_graph(GRAPH) == GRAPH
    with pytest.raises(Unreadable, match="NaN"):
        checked_graph({"1": {"class_type": "A", "inputs": {"x": float("nan")}}})
    with pytest.raises(Unreadable, match="no node"):
        checked_graph({**GRAPH, "3": "no"})
