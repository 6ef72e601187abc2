"""Recorded sessions of a real server: each of their prompts ends as it truly ended.

`E` names what the bridge makes of one prompt of a session. Sessions without prompts (01, 02, 18,
21) are in `test_recorded_calls`.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass

import pytest

from pipeline.providers.base import ErrorClass
from tests.pipeline.providers.comfyui.helpers import QUICK, Ending, FakeContext, run
from tests.pipeline.providers.comfyui.replay import (
    CAPTURES,
    Recording,
    Replay,
    records,
    submissions,
    without_prefix,
)
from tests.standins.server import serve

REFUSED = "ComfyUI does not accept this workflow: "
SOMEBODY = (
    "The run was interrupted on the server by somebody else. Start it again if you still want it."
)
LOST = "The server no longer knows this run: it was restarted, or its queue was cleared."
PNG, WEBP, MP4 = "image/png", "image/webp", "video/mp4"


@dataclass(frozen=True)
class E:
    """The expected ending of one prompt.

    `nodes` are (run, cached), `milli` thousandths of a GPU second by the server's own clock,
    `file` the end of the name that was asked of `/view`.
    """

    state: str
    message: str = ""
    error: str = ""
    media_type: str = PNG
    nodes: tuple[int, int] | None = None
    milli: int | None = None
    file: str = ""
    node: str = ""
    previews: bool = False


def done(file: str, nodes: tuple[int, int], milli: int | None = None, **words: object) -> E:
    return E("done", file=file, nodes=nodes, milli=milli, **words)  # type: ignore[arg-type]


def failed(message: str, error: str = "input") -> E:
    return E("failed", message, error)


GONE_PNG = "“LoadImage” (node {}): image - Invalid image file: gone.png."
EXPECTED: dict[str, list[E]] = {
    "03": [done("chain_00001_.png", (9, 0), 85)],
    "04": [done("chain_00001_.png", (0, 9)), done("chain_00003_.png", (7, 2), 76)],
    "05": [
        done("vid_00002_.mp4", (8, 0), 71, media_type=MP4, node="7"),
        done("fromvid_00001_.png", (3, 0), 11),
    ],
    "06": [
        done("slow_00001_.png", (2, 0), 912, previews=True),
        done("slow_00002_.png", (2, 0), 934, previews=True),
    ],
    "07": [done("slow_00003_.png", (3, 0), 920, previews=True)],
    "08": [
        done("t2i_00001_.png", (7, 0), 7960, previews=True),
        done("t2i_00002_.png", (3, 4), 3910, previews=True),
        done("t2i_00003_.png", (6, 3), 3808, previews=True),
    ],
    "09": [
        failed(
            REFUSED + "the server does not have the kind of node that “NoSuchNode” (node 1) is."
        ),
        failed(REFUSED + "node 1 does not say what kind of node it is."),
        failed(REFUSED + "“SaveImage” (node 2): “images” is missing."),
        failed(REFUSED + "it has no node that saves or shows a result."),
        failed(REFUSED + "it has no node that saves or shows a result."),
        failed(REFUSED + "“EmptyImage” (node 1): “width” is 99999, allowed are 1 to 16384."),
        failed(REFUSED + "“EmptyImage” (node 1): “width” can't be “abc”."),
        failed(REFUSED + "“SaveImage” (node 2): “images” is linked to something of another kind."),
        failed(
            REFUSED + "“VAEDecode” (node 2): “samples” is linked to something of another kind;"
            " “VAEDecode” (node 2): “vae” is linked to something of another kind."
        ),
        failed(REFUSED + "“SaveImage” (node 2): one of its links leads nowhere."),
        failed(REFUSED + "“SaveImage” (node 2): one of its links leads nowhere."),
        failed(REFUSED + "“SaveImage” (node 2): the link of “images” is broken."),
        failed(REFUSED + "its links run in a circle."),
        failed(REFUSED + GONE_PNG.format(1)),
        done("val_00001_.png", (2, 0)),
        done("val_00002_.png", (2, 0)),
        failed(
            "ComfyUI would have left out a part of this workflow, so it was stopped: "
            + GONE_PNG.format(3)
        ),
        done("val_00003_.png", (0, 2)),
        failed(REFUSED + "it is empty."),
        failed(
            "The ComfyUI server failed over this workflow and did not queue it; its own log says"
            " why. A graph in the editor's format is a usual reason: export it in API format.",
            "provider",
        ),
        failed(
            "The ComfyUI server failed over this workflow and did not queue it; its own log says"
            " why. A graph in the editor's format is a usual reason: export it in API format.",
            "provider",
        ),
        failed(REFUSED + "it has no node that saves or shows a result."),
        failed(REFUSED + "node 1 does not say what kind of node it is."),
    ],
    "10": [
        failed("“RaiseError” (node 3) failed: boom.", "provider"),
        failed(
            "The server ran out of graphics memory in “RaiseError” (node 3). Make the picture"
            " smaller or the batch shorter, or run it on a larger machine.",
            "provider",
        ),
        failed(
            "“SaveImage” (node 4) failed: Saving image outside the output folder is not allowed.",
            "provider",
        ),
        failed("“LoadImage” (node 1) failed: cannot identify image file 'notimage.png'."),
        failed(
            "The workflow stopped itself before “SaveImage” (node 4): blocked by test.", "provider"
        ),
        failed(
            "The workflow ended without a result: nothing reached the node that saves it.",
            "provider",
        ),
    ],
    "11": [
        failed(SOMEBODY, "provider"),
        failed(SOMEBODY, "provider"),
        done("slow_00004_.png", (2, 0), 155),
        failed(SOMEBODY, "provider"),
        done("ComfyUI_temp_ymrem_00001_.png", (3, 0), 1503),
    ],
    "12": [
        done("slow_00005_.png", (2, 0), 1010),
        done("slow_00007_.png", (2, 0), 1006),
        failed(LOST, "worker-lost"),  # deleted while it waited
        failed(LOST, "worker-lost"),  # the queue was cleared
        done("slow_00006_.png", (2, 0), 208),
        done("slow_00009_.png", (2, 0)),
        done("slow_00009_.png", (2, 0)),
        done("slow_00010_.png", (2, 0), 1507),
        done("slow_00012_.png", (2, 0)),
        done("slow_00012_.png", (2, 0)),  # answered 500, and queued nevertheless
        done("slow_00013_.png", (2, 0), 15),
    ],
    "13": [
        done("slow_00014_.png", (2, 0), 303, previews=True),
        done("unseen_00001_.png", (2, 0), 305),
        failed("The workflow failed on the server, which does not say why.", "provider"),
        failed(SOMEBODY, "provider"),
        done("unseen_00001_.png", (2, 0), 302),
    ],
    "14": [
        done("slow_00017_.png", (2, 0), 2517, previews=True),  # closed and opened again
        done("unseen_00001_.png", (2, 0)),  # two overlap: nothing is told any more
        done("unseen_00001_.png", (2, 0), 404),  # over while the socket was closed
        done("slow_00020_.png", (2, 0)),  # opened only after sending
        done("unseen_00001_.png", (2, 0)),  # never opened
    ],
    "15": [
        done("slow_00022_.png", (2, 0), 22),
        done("slow_00023_.png", (2, 0), 33),
        done("slow_00024_.png", (2, 0), 30),
    ],
    "16": [
        done("", (2, 0), 8, previews=True),
        done("", (1, 1), 5, previews=True),
        done("ComfyUI_temp_ygozm_00001_.png", (2, 0), 309, node="5"),  # of an expanded node
    ],
    "17": [
        done("free_00001_.png", (2, 0), 6),
        done("free_00001_.png", (0, 2)),
        done("free_00002_.png", (2, 0), 4),
        done("free_00003_.png", (2, 0), 3),
        failed("The server says that it is done, but the result is gone from it.", "provider"),
    ],
    "19": [done(f"ComfyUI_temp_efcqf_0000{n}_.png", (2, 0)) for n in range(1, 6)],
    "20": [
        failed(
            REFUSED + "“CheckpointLoaderSimple” (node 4): “nope.safetensors” for “ckpt_name” is"
            " not on this server."
        ),
        failed(
            REFUSED + "“KSampler” (node 3): “steps” is 0, allowed are 1 to 10000;"
            " “KSampler” (node 3): “zzz” for “sampler_name” is not on this server;"
            " “KSampler” (node 3): “seed” is missing."
        ),
        done("ComfyUI_temp_oivci_00001_.png", (2, 0), node="3"),
        done("ComfyUI_temp_oivci_00002_.png", (3, 0), 11),  # NaN in its graph
    ],
    "22": [failed(SOMEBODY, "provider")],
    "23": [
        failed(
            "The workflow hands its picture over a live connection only, and that did not hold."
            " Let it save the picture with a SaveImage node.",
            "provider",
        ),
        done("ComfyUI_temp_ehvqs_00001_.png", (2, 0)),  # frozen by the other's stalled reader
    ],
    "24": [
        done("ComfyUI_temp_ehvqs_00002_.png", (2, 0)),
        failed(LOST, "worker-lost"),  # killed while it ran
        failed(LOST, "worker-lost"),  # killed while it waited
        done("pt_00001_.png", (2, 0)),
    ],
    "25": [
        failed("The workflow is larger than the ComfyUI server takes."),
        done("n_00001_.png", (2, 0), 7),
        done("n_00002_.png", (2, 0), 1),
        done("", (3, 0), previews=True),  # a frame of 2 MB
    ],
    "26": [
        failed(SOMEBODY, "provider"),
        done("ct_00001_.png", (2, 1), 205),
        done("ct_00001_.png", (0, 3)),
        done("ComfyUI_temp_hpcku_00001_.png", (2, 0)),
        done("ct_00002_.png", (3, 0), 507),
    ],
    "27": [
        done("out_00001_.png", (2, 0), 323),
        done("out_00001_.png", (1, 1), 2),
        done("out_00001_.png", (2, 0), 303),
        done("8x8__00001_.png", (2, 0), 303),
    ],
}
#: What the recording does not hold because it was sent by other means.
UNRECORDED = {
    ("09", 18): {},
    ("09", 19): {"1": {"class_type": "EmptyImage", "inputs": {}}},
    ("09", 21): {},
    ("20", 3): {
        "1": {"class_type": "EmptyImage", "inputs": {"width": 8}},
        "2": {"class_type": "ImageBlur", "inputs": {"image": ["1", 0], "sigma": float("nan")}},
        "3": {"class_type": "PreviewImage", "inputs": {"images": ["2", 0]}},
    },
    ("25", 0): {"1": {"class_type": "SaveImage", "inputs": {}}},
}
PROMPTS = [(name, number) for name, endings in EXPECTED.items() for number in range(len(endings))]


def recorded(name: str, number: int) -> Recording:
    recording = Recording(name, number)
    if (name, number) in UNRECORDED:
        recording.graph = UNRECORDED[name, number]
    return recording


def replayed(
    recording: Recording, expected: E, context: FakeContext | None = None
) -> tuple[Ending, Replay]:
    # how long pictures are waited for that never come
    limits = dataclasses.replace(QUICK, answer_s=0.3) if "live" in expected.message else QUICK
    # what we send is strict JSON; what comes back need not be
    graph = json.loads(json.dumps(recording.graph), parse_constant=lambda _name: 1.0)
    app = Replay(recording)
    with serve(app) as served:
        ending = run(served.url, graph, output_node=expected.node, limits=limits, context=context)
        assert served.errors == []
    return ending, app


def check_what_was_sent(name: str, number: int, ending: Ending, app: Replay) -> None:
    """Once, under ids of our own, the graph as it was; what is gone is saved anew, once."""
    sent = [body["prompt_id"] for body in app.posts]
    assert sent == ending.context.ids()
    assert len(sent) == len(set(sent)) <= 2
    assert len(sent) == 1 or name in ("17", "23")
    assert all(len(body["client_id"]) == 36 for body in app.posts)
    assert all(set(body) == {"prompt", "client_id", "prompt_id"} for body in app.posts)
    if (name, number) not in UNRECORDED:
        graph = app.recordings[0].graph
        assert without_prefix(app.posts[0]["prompt"]) == without_prefix(graph)


@pytest.mark.parametrize(("name", "number"), PROMPTS)
def test_each_recorded_prompt_ends_as_it_truly_did(name: str, number: int) -> None:
    expected = EXPECTED[name][number]
    recording = recorded(name, number)

    ending, app = replayed(recording, expected)

    assert (ending.state, ending.message) == (expected.state, expected.message)
    check_what_was_sent(name, number, ending, app)
    if ending.state == "failed":
        assert ending.error_class == ErrorClass(expected.error)
        assert "/srv" not in ending.message and "Traceback" not in ending.message
        assert ending.outputs == []
        return
    output = ending.only
    assert output.media_type == expected.media_type
    assert (output.notes["nodes_run"], output.notes["nodes_cached"]) == expected.nodes
    assert expected.milli in (None, output.quantity_milli)
    asked = [path for method, path, _ in app.calls if path.startswith("/view")]
    assert any(f"filename={expected.file}" in path for path in asked) is bool(expected.file)
    assert bool(ending.context.previews) is expected.previews
    assert output.notes["request_id"] == app.posts[-1]["prompt_id"]


def test_every_session_has_its_expectations() -> None:
    names = sorted(path.name[:2] for path in CAPTURES.glob("*.jsonl"))
    assert names == [f"{number:02}" for number in range(1, 28)]
    with_prompts = {name for name in names if submissions(name)}
    assert with_prompts == set(EXPECTED)
    assert {name: len(submissions(name)) for name in EXPECTED} == {
        name: len(endings) for name, endings in EXPECTED.items()
    }
    assert all(records(name) for name in names)


@pytest.mark.parametrize(
    ("name", "number"), [("11", 0), ("11", 1), ("11", 3), ("22", 0), ("26", 0)]
)
def test_our_own_interrupt_is_a_cancellation(name: str, number: int) -> None:
    context = FakeContext(cancel_when=lambda context: any("node" in s for s in context.stages))
    recording = Recording(name, number)
    app = Replay(recording, gate=True)
    with serve(app) as served:
        ending = run(served.url, recording.graph, context=context)

    assert (ending.state, ending.outputs) == ("cancelled", [])
    interrupts = [body for method, path, body in app.calls if path == "/interrupt"]
    assert interrupts and {body["prompt_id"] for body in interrupts} == {app.prompt_id}


def test_an_interrupt_that_comes_too_late_keeps_the_output() -> None:
    context = FakeContext(cancel_when=lambda context: any("node" in s for s in context.stages))
    recording = Recording("11", 4)
    app = Replay(recording, gate=True)
    with serve(app) as served:
        ending = run(served.url, recording.graph, context=context)

    assert ending.state == "cancelled"
    assert ending.only.media_type == PNG


def test_a_cached_file_that_was_deleted_is_saved_anew() -> None:
    app = Replay(Recording("17", 4), Recording("17", 0))
    with serve(app) as served:
        ending = run(served.url, app.recording.graph)

    assert ending.state == "done"
    assert ending.only.notes["saved_anew"] is True
    first, second = (body["prompt"]["2"]["inputs"]["filename_prefix"] for body in app.posts)
    assert first != second and first.endswith("/free") and second.endswith("/free")
