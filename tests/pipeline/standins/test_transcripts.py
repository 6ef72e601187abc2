"""The stand-in answers the requests of the transcripts as the real server did.

Compared: the status, the content type and the JSON of every HTTP answer (prompt numbers too),
and every event of every websocket, in order. Not compared: times, the counters and random letters
in file names, sizes, the pixels of pictures, the texts of tracebacks and of printed inputs,
`status` events (they come from another thread, at any moment), answers of which a transcript
holds an excerpt only (status and type are), a history that is asked for while its prompt still
runs, editor workflows in user data (20: 45-48), and how many steps came before an action whose
moment decides (the transcripts of `TIMED`). 18 and 23 are about sockets alone, 21 is a note; see
`test_comfyui.py`.
"""

from __future__ import annotations

import json
import time

import pytest

from tests.standins.comfyui.replay import Replay, machine, multipart, picture
from tests.standins.transcripts import Record, event, load, normal, rough

BIG = b"x" * 2_000_000
NAN = json.dumps(
    {
        "prompt": {
            "1": {
                "class_type": "EmptyImage",
                "inputs": {"width": 8, "height": 8, "batch_size": 1, "color": 0},
            },
            "2": {
                "class_type": "ImageBlur",
                "inputs": {"image": ["1", 0], "blur_radius": 1, "sigma": float("nan")},
            },
            "3": {"class_type": "PreviewImage", "inputs": {"images": ["2", 0]}},
        },
        "client_id": "3d42cc51-0e64-4003-8029-ce29c6b22f24",
        "prompt_id": "8a49e2f8-7920-4add-8c67-4ed7f9f9dfbd",
    }
).encode()


def other_bytes(name):
    return multipart([("image", (name, picture(140, 10), "image/png"))])


BODIES = {
    "02-upload-view": {5: other_bytes("cap_a.png"), 7: other_bytes("cap_a.png")},
    "09-validation-errors": {93: b"{nope"},
    "20-validation-more": {25: NAN},
    "25-options-and-limits": {
        5: multipart([("image", ("big.png", BIG, "image/png"))]),
        7: b'{"prompt": "' + BIG + b'"}',
    },
    "17-free-and-cache": {
        50: multipart(
            [("image", ("cap_b.png", picture(140, 10), "image/png")), ("overwrite", "true")]
        )
    },
}


def until_idle(server):
    until = time.monotonic() + 20
    while not server.idle and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(0.1)


BEFORE = {
    "14-reconnect": {135: until_idle, 175: until_idle},
    "17-free-and-cache": {
        33: until_idle,
        68: lambda server: server.faults.delete_output("free_00003_.png"),
    },
    "24-restart": {
        37: lambda server: server.kill(),
        41: lambda server: server.start(),
        68: lambda server: server.kill(),
    },
    "27-prefix-and-names": {36: lambda server: server.faults.delete_output("job-b/out_00001_.png")},
}
# The transcript's script changed this graph after it had sent it.
LONGER = load("26-cache-trap")[2].request["json"]
LONGER["prompt"]["2"]["inputs"]["steps"] = 40
LONGER["prompt_id"] = load("26-cache-trap")[2].answer["json"]["prompt_id"]
BODIES["26-cache-trap"] = {2: json.dumps(LONGER).encode()}
OPTIONS = {
    # Slow enough that what happens in the middle of a run does so on a busy machine too.
    "11-interrupt": {"time_scale": 0.2},
    "14-reconnect": {"time_scale": 0.3},
    "22-interrupt-ksampler": {"step_seconds": 0.05},
    "15-history": {"time_scale": 10},
    "25-options-and-limits": {"keeps_cache": False, "max_upload_bytes": 1048576.0},
}
# What is not of this protocol: editor workflows kept on the server.
SKIPPED = {
    "20-validation-more": frozenset({45, 46, 47, 48}),
}
# Events that were on their way when the other socket closed.
UNHEARD = {"14-reconnect": frozenset({117, 118})}
# What must have run before on the same server.
EARLIER = {"04-cached-rerun": "03-image-chain"}
TIMED = {"11", "12", "13", "14", "22", "24", "26"}
REPLAYED = [
    "01-basics",
    "02-upload-view",
    "03-image-chain",
    "04-cached-rerun",
    "05-animated-and-video",
    "06-progress-preview-legacy",
    "07-progress-preview-metadata",
    "08-ksampler",
    "09-validation-errors",
    "10-runtime-errors",
    "11-interrupt",
    "12-queue",
    "13-two-clients",
    "14-reconnect",
    "15-history",
    "16-ws-images-and-expansion",
    "17-free-and-cache",
    "19-upload-raw-names",
    "20-validation-more",
    "22-interrupt-ksampler",
    "24-restart",
    "25-options-and-limits",
    "26-cache-trap",
    "27-prefix-and-names",
]


@pytest.mark.parametrize("name", REPLAYED)
def test_the_stand_in_answers_as_the_real_server_did(name):
    records = load(name)
    with machine(**OPTIONS.get(name, {})) as server:
        if name in EARLIER:
            Replay(server, load(EARLIER[name])).run()
        replay = Replay(
            server,
            records,
            bodies=BODIES.get(name),
            before=BEFORE.get(name),
            skip=SKIPPED.get(name, frozenset()),
            unheard=UNHEARD.get(name, frozenset()),
        )
        replay.run()
        assert server.served.errors == []
    differences = [
        told
        for record in records
        if record.index in replay.answers and not is_race(record, records)
        for told in answer_differences(record, replay.answers[record.index])
    ]
    assert not differences, "\n".join(differences)
    for conn, listener in replay.listeners.items():
        theirs = [event(r.data) for r in records if replay.is_news(r, conn)]
        ours = listener.events()
        if name[:2] in TIMED:
            theirs, ours = rough(theirs), rough(ours)
        assert ours == theirs, f"socket {conn}"
    assert replay.answers, "nothing was replayed"


def is_race(record: Record, records: list[Record]) -> bool:
    """Whether a record was asked for before it was there: how long before is chance."""
    path = record.request["path"]
    return (
        path.startswith("/history/")
        and record.answer.get("json") == {}
        and any(
            later.kind == "http" and later.request["path"] == path and later.answer.get("json")
            for later in records[record.index :]
        )
    )


def places(ours, theirs, path="$") -> list[str]:
    """Where two JSON values differ."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        keys = ours.keys() | theirs.keys()
        return [
            place
            for key in sorted(keys)
            for place in places(ours.get(key, "absent"), theirs.get(key, "absent"), f"{path}.{key}")
        ]
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = enumerate(zip(ours, theirs, strict=True))
        return [place for i, (a, b) in pairs for place in places(a, b, f"{path}[{i}]")]
    if ours == theirs and type(ours) is type(theirs):
        return []
    return [f"{path}: {json.dumps(ours)} for {json.dumps(theirs)}"]


def answer_differences(record: Record, answer) -> list[str]:
    """What differs in one HTTP answer, in words."""
    theirs = record.answer
    where = f"#{record.index} {record.request['method']} {record.request['path'][:60]}"
    told = []
    if answer.status_code != theirs["status"]:
        return [f"{where}: {answer.status_code} {answer.text[:300]} for {theirs['status']}"]
    media_type = answer.headers.get("content-type", "")
    if media_type != theirs["content_type"]:
        told.append(f"{where}: {media_type!r} for {theirs['content_type']!r}")
    if "json" in theirs:
        ours, wanted = normal(answer.json()), normal(theirs["json"])
        told += [f"{where}: {path}" for path in places(ours, wanted)]
    if theirs.get("text") and answer.text != theirs["text"]:
        told.append(f"{where}: {answer.text[:200]!r}")
    for header in ("content-disposition", "accept-ranges"):
        if normal(answer.headers.get(header)) != normal(theirs.get(header)) and answer.content:
            ours = answer.headers.get(header, "").encode("latin-1").decode()
            if normal(ours) != normal(theirs.get(header)):
                told.append(f"{where}: {header} {ours!r}")
    if "etag" in theirs and not answer.headers.get("etag", "").startswith('"'):
        told.append(f"{where}: no ETag")
    if "head_hex" in theirs and answer.content[:4].hex() != theirs["head_hex"][:8]:
        told.append(f"{where}: begins with {answer.content[:4].hex()}")
    return told


def test_the_excerpts_of_object_info_agree_with_the_real_ones():
    records = load("01-basics")
    excerpt = next(
        r.answer["json_excerpt"] for r in records if "json_excerpt" in r.data.get("res", {})
    )
    with machine() as server:
        for name in set(excerpt) - {"count"}:
            ours = server.nodes[name].info(server)
            if name == "LoadImage":
                assert "example.png" in ours["input"]["required"]["image"][0].copy()
                ours["input"]["required"]["image"][0] = ["example.png"]
            assert ours == excerpt[name], name
