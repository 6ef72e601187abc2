"""Attacks on the rooms that talk to engines: lying servers, hostile graphs, other people's things.

What each attack reached before it was stopped is in its name.
"""

from __future__ import annotations

import json
import struct
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from pipeline.comfyui.heartbeat import beat_all
from pipeline.comfyui.models import Instance
from pipeline.comfyui.services import register_instance
from pipeline.jobs.bridge import bridge_worker
from pipeline.jobs.claim import claim_remote_job
from pipeline.jobs.matching import CHOOSERS
from pipeline.jobs.models import JobState, WorkerState
from pipeline.jobs.previews import shrink
from pipeline.jobs.submit import JobRequest, plan_job, submit_job
from pipeline.providers.base import Access, ErrorClass, ProviderError
from pipeline.providers.comfyui.events import parse_binary, parse_text
from pipeline.providers.comfyui.prompts import gpu_ms
from pipeline.providers.documents import parse_json
from pipeline.providers.http import ProviderClient
from pipeline.workflows.importing import Imported
from pipeline.workflows.installing import ready_workflows
from pipeline.workflows.mapping import Parameter
from pipeline.workflows.models import WorkflowState
from pipeline.workflows.objectinfo import input_map, outputs_of_class
from pipeline.workflows.services import import_workflow, set_state
from studio.core.errors import Invalid, NotFound
from studio.core.models import Project, User
from studio.core.outbound import UnsafeAddress, check_url
from studio.core.services import create_project
from tests.pipeline.comfyui.fake import Fake
from tests.pipeline.providers.test_http import Context
from tests.pipeline.workflows.conftest import (  # type: ignore[attr-defined]  # noqa: F401
    AddInstance,
    add_instance,
    bound,
    submit,
)
from tests.standins.server import serve
from tests.standins.web import Reply

SECRET = "sk-a-key-nobody-may-see-0123456789"
IN_A_MOMENT_S = 4.0  # of a machine that has other work, too


# --- what servers say -----------------------------------------------------------------------------
@pytest.mark.parametrize("info", [{"output": 5}, {"output": {"a": 1}}, {"input": 7}, {}])
def test_strange_classes_have_neither_inputs_nor_outputs(info: dict[str, Any]) -> None:
    assert outputs_of_class(info) == [] and input_map(info) == {}


def test_strange_orders_of_inputs_are_not_followed() -> None:
    declared = {"required": {"a": ["INT"]}}
    for order in (5, {"required": 5}, {"required": [["a"], {"b": 1}, "a"]}):
        assert list(input_map({"input": declared, "input_order": order})) == ["a"]


LIES = [
    '{"type": "status", "data": {"status": {"exec_info": {"queue_remaining": 1e999}}}}',
    '{"type": "progress", "data": {"prompt_id": "p", "node": "1", "value": %s, "max": 1}}'
    % ("9" * 400),
    "[" * 100_000,
    '{"data": ' * 5_000 + "1" + "}" * 5_000,
]


@pytest.mark.parametrize("message", LIES)
def test_lies_over_the_socket_mean_nothing(message: str) -> None:
    assert parse_text(message) is None
    head = message.encode()
    assert parse_binary(struct.pack(">II", 4, len(head)) + head + b"picture") is None


def test_a_lying_clock_is_no_time() -> None:
    def entry(end: str) -> Any:
        began = '["execution_start", {"timestamp": 0}]'
        ended = f'["execution_success", {{"timestamp": {end}}}]'
        text = f'{{"status": {{"messages": [{began}, {ended}]}}}}'
        return parse_json(text)

    assert gpu_ms(entry("1e999")) is None and gpu_ms(entry("NaN")) is None
    assert gpu_ms(entry("9" * 400)) is None and gpu_ms(entry("-5")) == 0


@pytest.mark.parametrize("seed", range(40))
def test_no_preview_breaks_a_run(seed: int) -> None:
    """Pictures with bytes changed: shown or dropped, nothing else."""
    import io
    import random

    from PIL import Image

    dice = random.Random(seed)
    out = io.BytesIO()
    Image.effect_noise((64, 64), 50).save(out, ("PNG", "JPEG", "WEBP")[seed % 3])
    content = bytearray(out.getvalue())
    for _ in range(12):
        content[dice.randrange(len(content))] = dice.randrange(256)
    small = shrink(bytes(content[: dice.randrange(20, len(content))]))
    assert small is None or small.startswith(b"\xff\xd8")


@pytest.fixture
def liar() -> Iterator[tuple[Fake, str]]:
    fake = Fake()
    with serve(fake.app) as served:
        yield fake, served.url


@pytest.mark.django_db
@pytest.mark.parametrize(
    "lie",
    [
        ("/system_stats", b'{"system": {"comfyui_version": "\\u0000\\ud800"}, "devices": []}'),
        ("/system_stats", b'{"system": {"ram_total": %s}}' % (b"9" * 400)),
        ("/queue", b'{"queue_running": [[%s, "p", {}]]}' % (b"9" * 400)),
        ("/object_info", b'{"A": 5, "B": {"output": 7}}'),
        ("/queue", b'{"a":' * 400 + b"1" + b"}" * 400),
        ("/models", b'["a\\ud800", "%s"]' % (b"x" * 90)),
    ],
    ids=["text", "memory", "number", "classes", "depth", "names"],
)
def test_one_lying_instance_does_not_stop_the_heartbeat_of_others(
    admin: User, liar: tuple[Fake, str], lie: tuple[str, bytes]
) -> None:
    """Its answer ended the whole round: nobody else was asked again."""
    fake, url = liar
    path, body = lie
    fake.raw[path] = Reply(200, body, headers={"content-type": "application/json"})
    honest = Fake()
    with serve(honest.app) as other:
        register_instance(actor=admin, name="a-liar", url=url)
        well = register_instance(actor=admin, name="honest", url=other.url)
        assert beat_all() == 2
    well.worker.refresh_from_db()
    assert well.worker.state_id == WorkerState.Code.ONLINE


@pytest.mark.django_db
def test_ten_thousand_folders_are_not_all_asked(admin: User, liar: tuple[Fake, str]) -> None:
    fake, url = liar
    names = json.dumps([f"f{n}" for n in range(10_000)]).encode()
    fake.raw["/models"] = Reply(200, names, headers={"content-type": "application/json"})
    register_instance(actor=admin, name="liar", url=url)
    assert beat_all() == 1
    assert sum(path.startswith("/models/") for path in fake.asked) <= 100


@pytest.mark.django_db
def test_a_job_that_can_not_be_decided_about_keeps_nobody_waiting(
    bound: Instance,  # noqa: F811
    submit: Any,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever a catalogue made the chooser trip over ended the bridge, again and again."""
    first, second = submit(), submit()

    def choose(job: Any) -> Any:
        if job.pk == first.pk:
            raise TypeError("a catalogue of nonsense")
        return bound.worker

    monkeypatch.setitem(CHOOSERS, "comfyui", choose)
    decision = claim_remote_job(bridge_worker())
    assert decision.attempt is not None and decision.attempt.job_id == second.pk
    first.refresh_from_db()
    assert first.state_id == JobState.Code.QUEUED


# --- paid providers -------------------------------------------------------------------------------
def test_slow_answers_count_towards_the_limit() -> None:
    """Looks were counted, not time: a provider that answered slowly held a thread for days."""
    access = Access("https://api.example.com", SECRET, "m")
    context = Context()
    with (
        ProviderClient(access, context, name="X", headers={}) as http,
        pytest.raises(ProviderError) as caught,
    ):
        for number in http.rounds(0.01, limit_s=0.2):
            time.sleep(0.1)
            assert number < 5
    assert caught.value.error_class == ErrorClass.TIMEOUT


def test_a_key_is_in_no_print_of_what_carries_it() -> None:
    access = Access("https://api.example.com", SECRET, "m")
    assert SECRET not in repr(access) and SECRET not in f"{[access]!s}"


ADDRESSES = [
    "http://127.0.0.1/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[64:ff9b::169.254.169.254]/",
    "http://[2002:7f00:1::]/",
    "http://[::127.0.0.1]/",
    "http://[fe80::1%25eth0]/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://\u2460\u2461\u2467.\u24ea.\u24ea.\u2460/",
    "http://localhost./",
    "http://169.254.169.254/latest/",
    "http://100.100.100.200/",
    "http://[fd00:ec2::254]/",
    "http://user@1.1.1.1/",
    "http://1.1.1.1:22/",
    "http://1.1.1.1:6379/",
    "ftp://1.1.1.1/",
    "file:///etc/passwd",
    "http:///x",
    "//1.1.1.1/",
    "http://1.1.1.1\\@127.0.0.1/",
    "http://0.0.0.0/",
    "http://[::]/",
    "http://255.255.255.255/",
]


@pytest.mark.parametrize("url", ADDRESSES)
def test_no_form_of_an_inner_address_is_called(url: str) -> None:
    with pytest.raises(UnsafeAddress):
        check_url(url)


NEVER = [
    "http://169.254.169.254/",
    "http://[::ffff:169.254.169.254]/",
    "http://[fd00:ec2::254]/",
    "http://0.0.0.0/",
]


@pytest.mark.django_db
@pytest.mark.parametrize("url", NEVER)
def test_no_instance_is_where_clouds_keep_their_keys(admin: User, url: str) -> None:
    with pytest.raises(Invalid):
        register_instance(actor=admin, name="meta", url=url)


# --- other people's workflows ---------------------------------------------------------------------
@pytest.fixture
def theirs(outsider: User, add_instance: AddInstance) -> str:  # noqa: F811
    """A workflow of a project that the Creator knows nothing of; its slug."""
    add_instance()
    project = create_project(actor=outsider, name="Secret project")
    graph: Any = dict(ready_workflows()["sdxl-text-to-image"].graph)
    choice = Parameter(
        "hidden_choice",
        "Hidden",
        "choice",
        (("5", "sampler_name"),),
        default="euler",
        choices=("euler", "restricted"),
    )
    version = import_workflow(
        actor=outsider,
        project=project,
        name="Secret name",
        slug="theirs",
        imported=Imported(graph),
        parameters=[choice],
    )
    set_state(actor=outsider, version=version, state=WorkflowState.Code.TESTED)
    set_state(actor=outsider, version=version, state=WorkflowState.Code.PRODUCTION)
    return version.workflow.slug


ASKED: list[dict[str, Any]] = [
    {},
    {"version": 1},
    {"version": 99},
    {"values": {"hidden_choice": "?"}},
    {"values": {"unknown": 1}},
]


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ASKED)
def test_another_projects_workflow_is_as_if_it_were_not_there(
    creator: User, project: Project, theirs: str, asked: dict[str, Any]
) -> None:
    """Names of parameters, choices and the workflow's name were told to whoever guessed a slug."""

    def answer(slug: str) -> str:
        request = JobRequest("comfyui.run", {"workflow": slug, **asked}, provider="comfyui")
        with pytest.raises(NotFound) as caught:
            plan_job(actor=creator, project=project, request=request)
        return f"{caught.value.detail}{caught.value.fields}".replace(slug, "…")

    assert answer(theirs) == answer("nobodys")


@pytest.mark.django_db
def test_nor_does_the_form_tell_of_it(creator: User, project: Project, theirs: str) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(creator)
    for values in ('{"hidden_choice": "?"}', '{"unknown": 1}', '{"hidden_choice": NaN}'):
        sent = {"workflow": theirs, "values": values, "project": str(project.code)}
        for method in (client.get, client.post):
            answer = method("/operations/comfyui.run/run/", {**sent, "variations": "1"})
            text = answer.content.decode()
            assert answer.status_code < 500
            assert "restricted" not in text and "Secret name" not in text


@pytest.mark.django_db
def test_who_may_run_it_is_told_what_is_wrong(outsider: User, theirs: str) -> None:
    mine = Project.objects.get(name="Secret project")
    for values, name in (({"hidden_choice": "?"}, "hidden_choice"), ({"other": 1}, "other")):
        parameters = {"workflow": theirs, "values": values}
        with pytest.raises(Invalid) as caught:
            submit_job(
                actor=outsider,
                project=mine,
                request=JobRequest("comfyui.run", parameters, provider="comfyui"),
            )
        assert f"values.{name}" in caught.value.fields
