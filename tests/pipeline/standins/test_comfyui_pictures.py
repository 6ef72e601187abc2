"""The pictures and films of the ComfyUI stand-in follow from what its graphs ask for."""

from __future__ import annotations

import io
import json
import time

import av
import httpx
import numpy as np
from PIL import Image

from tests.pipeline.standins.helpers import finished, output, submit, upload


def text_to_image(seed=5, prompt="a red fox"):
    return {
        "4": {
            "class_type": "CheckpointLoaderSimple",
            "inputs": {"ckpt_name": "sd_xl_base_1.0.safetensors"},
        },
        "5": {
            "class_type": "EmptyLatentImage",
            "inputs": {"width": 128, "height": 64, "batch_size": 1},
        },
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": prompt, "clip": ["4", 1]}},
        "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "", "clip": ["4", 1]}},
        "3": {
            "class_type": "KSampler",
            "inputs": {
                "seed": seed,
                "steps": 2,
                "cfg": 7,
                "sampler_name": "euler",
                "scheduler": "normal",
                "denoise": 1,
                "model": ["4", 0],
                "positive": ["6", 0],
                "negative": ["7", 0],
                "latent_image": ["5", 0],
            },
        },
        "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
        "9": {
            "class_type": "SaveImage",
            "inputs": {"images": ["8", 0], "filename_prefix": "t/i"},
        },
    }


def drawn(server, graph, prompt_id):
    answer = submit(server, graph, prompt_id)
    assert answer.status_code == 200, answer.text
    entry = finished(server, prompt_id)
    assert entry["status"]["completed"], entry["status"]
    return np.asarray(Image.open(io.BytesIO(output(server, entry, "9"))).convert("RGB"))


def test_a_picture_follows_from_seed_and_prompt(server):
    first = drawn(server, text_to_image(), "a")
    assert first.shape == (64, 128, 3)
    httpx.post(server.url + "/free", json={"free_memory": True})
    time.sleep(0.2)
    assert (drawn(server, text_to_image(), "b") == first).all()
    assert server.node_runs["KSampler"] == 2
    assert (drawn(server, text_to_image(seed=6), "c") != first).any()
    assert (drawn(server, text_to_image(prompt="a blue fox"), "d") != first).any()


def test_an_anchor_image_draws_the_picture_to_itself(server):
    anchor = np.full((64, 64, 3), (200, 30, 30), dtype=np.uint8)
    name = upload(server, anchor)
    distances = []
    for index, weight in enumerate((0.2, 0.9)):
        graph = text_to_image()
        graph["10"] = {"class_type": "LoadImage", "inputs": {"image": name}}
        graph["11"] = {
            "class_type": "IPAdapterUnifiedLoader",
            "inputs": {"model": ["4", 0], "preset": "PLUS (high strength)"},
        }
        graph["12"] = {
            "class_type": "IPAdapter",
            "inputs": {
                "model": ["11", 0],
                "ipadapter": ["11", 1],
                "image": ["10", 0],
                "weight": weight,
                "start_at": 0.0,
                "end_at": 1.0,
                "weight_type": "standard",
            },
        }
        graph["3"]["inputs"]["model"] = ["12", 0]
        picture = drawn(server, graph, f"w{index}").astype(int)
        distances.append(np.abs(picture - anchor[0, 0]).mean())
    assert distances[1] < distances[0]


def test_an_inpainted_picture_keeps_what_is_not_masked(server):
    under = np.full((64, 64, 3), 100, dtype=np.uint8)
    mask = np.zeros((64, 64, 3), dtype=np.uint8)
    mask[:, 32:] = 255
    graph = text_to_image()
    graph["10"] = {"class_type": "LoadImage", "inputs": {"image": upload(server, under, "u.png")}}
    graph["11"] = {
        "class_type": "LoadImageMask",
        "inputs": {"image": upload(server, mask, "m.png"), "channel": "red"},
    }
    graph["5"] = {
        "class_type": "VAEEncodeForInpaint",
        "inputs": {"pixels": ["10", 0], "vae": ["4", 2], "mask": ["11", 0], "grow_mask_by": 6},
    }
    picture = drawn(server, graph, "p")
    assert (picture[:, :32] == 100).all()
    assert (picture[:, 32:] != 100).any()


def test_a_film_goes_from_its_first_to_its_last_picture(server):
    first = np.full((96, 160, 3), (220, 40, 40), dtype=np.uint8)
    last = np.full((96, 160, 3), (40, 40, 220), dtype=np.uint8)
    film = {
        "positive": ["6", 0],
        "negative": ["7", 0],
        "vae": ["12", 0],
        "width": 160,
        "height": 96,
        "length": 9,
        "batch_size": 1,
        "start_image": ["10", 0],
        "end_image": ["11", 0],
    }
    graph = text_to_image()
    graph |= {
        "4": {
            "class_type": "UNETLoader",
            "inputs": {
                "unet_name": "wan2.1_flf2v_720p_14B_fp16.safetensors",
                "weight_dtype": "default",
            },
        },
        "15": {
            "class_type": "CLIPLoader",
            "inputs": {"clip_name": "umt5_xxl_fp8_e4m3fn_scaled.safetensors", "type": "wan"},
        },
        "12": {"class_type": "VAELoader", "inputs": {"vae_name": "wan_2.1_vae.safetensors"}},
        "10": {"class_type": "LoadImage", "inputs": {"image": upload(server, first, "a.png")}},
        "11": {"class_type": "LoadImage", "inputs": {"image": upload(server, last, "b.png")}},
        "5": {"class_type": "WanFirstLastFrameToVideo", "inputs": film},
        "13": {"class_type": "CreateVideo", "inputs": {"images": ["8", 0], "fps": 16.0}},
        "9": {
            "class_type": "SaveVideo",
            "inputs": {
                "video": ["13", 0],
                "filename_prefix": "t/film",
                "format": "mp4",
                "codec": "h264",
            },
        },
    }
    for node in ("6", "7"):
        graph[node]["inputs"]["clip"] = ["15", 0]
    graph["3"]["inputs"] |= {"positive": ["5", 0], "negative": ["5", 1], "latent_image": ["5", 2]}
    graph["8"]["inputs"]["vae"] = ["12", 0]
    assert submit(server, graph).status_code == 200
    entry = finished(server)
    assert entry["status"]["completed"], entry["status"]
    assert entry["outputs"]["9"]["animated"] == [True]
    with av.open(io.BytesIO(output(server, entry, "9"))) as container:
        frames = [f.to_ndarray(format="rgb24") for f in container.decode(video=0)]
    assert len(frames) == 9
    assert frames[0].shape == (96, 160, 3)
    assert np.abs(frames[0].astype(int) - first).max() < 8
    assert np.abs(frames[-1].astype(int) - last).max() < 8


def test_a_mask_is_put_on_its_original(server):
    name = upload(server, np.full((8, 8, 3), 50, dtype=np.uint8), "o.png")
    mask = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 77)).save(mask, "PNG")
    answer = httpx.post(
        server.url + "/upload/mask",
        files={"image": ("mask.png", mask.getvalue(), "image/png")},
        data={
            "original_ref": json.dumps({"filename": name, "subfolder": "", "type": "input"}),
        },
    )
    assert answer.json() == {"name": "mask.png", "subfolder": "", "type": "input"}
    path = server.folders.root / "input" / "mask.png"
    assert Image.open(path).getpixel((0, 0)) == (50, 50, 50, 77)


def test_all_nodes_describe_themselves(server):
    info = httpx.get(server.url + "/object_info").json()
    assert {"LoadImage", "WanImageToVideo", "IPAdapterAdvanced", "ControlNetApplyAdvanced"} <= set(
        info
    )
    for name, about in info.items():
        assert about["name"] == name
        assert about["input_order"]["required"] == list(about["input"]["required"])
        assert len(about["output"]) == len(about["output_name"])
        for spec in about["input"]["required"].values():
            assert isinstance(spec[0], str | list), name
            if spec[0] == "COMBO" and name != "LoadVideo":
                assert spec[1]["options"], name
