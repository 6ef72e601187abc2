"""`manage.py standin`: the address, the faults, and what is said where there are no stand-ins."""

from __future__ import annotations

import importlib
import io
import re
import threading

import httpx
import pytest
from django.core.management import CommandError, call_command

from pipeline.management.commands import standin
from pipeline.providers.checks import probe
from pipeline.providers.models import KeyState, Provider
from studio.conf.env import Env


def test_it_serves_comfyui_with_a_fault(monkeypatch):
    seen = {}

    def ask(seconds):
        url = re.search(r"http://127\.0\.0\.1:\d+", out.getvalue())[0]
        seen["first"] = httpx.get(url + "/queue")
        seen["second"] = httpx.get(url + "/queue")

    out = io.StringIO()
    monkeypatch.setattr(standin, "wait", ask)
    call_command(
        "standin", "comfyui", "--fault", "status=503,path=/queue,retry_after=2", stdout=out
    )
    assert seen["first"].status_code == 503
    assert seen["first"].headers["retry-after"] == "2"
    assert seen["second"].json() == {"queue_running": [], "queue_pending": []}
    assert "Workers" in out.getvalue()
    assert not [t for t in threading.enumerate() if t.name == "comfyui-standin"]


def test_it_lists_them_and_knows_no_others():
    out = io.StringIO()
    call_command("standin", stdout=out)
    assert "comfyui" in out.getvalue()
    with pytest.raises(CommandError, match="No stand-in nothing"):
        call_command("standin", "nothing")


KEYS = {
    "stability": "sk-standin",
    "wavespeed": "wavespeed-standin",
    "huggingface": "hf_standin_token",
    "gemini": "gemini-standin",
    "bria": "bria-standin",
}


@pytest.mark.parametrize("name", sorted(set(standin.stand_ins()) - {"comfyui"}))
def test_it_says_which_key_it_takes_and_where_the_studio_is_told(name, monkeypatch, settings):
    """The words are followed: the key that is named is taken, where the setting says."""
    out = io.StringIO()
    checked = {}

    def follow(seconds):
        said = out.getvalue()
        known = {str(field.alias) for field in Env.model_fields.values()}
        told = dict(re.findall(r"(SEEDFRAME_\w+_URL)=(http://127\.0\.0\.1:\d+)", said))
        assert f"SEEDFRAME_{name.upper()}_URL" in told and set(told) <= known
        assert "/providers/keys/" in said
        key = re.search(r"the key (\S+) under", said)[1]
        assert key == KEYS[name]
        settings.PROVIDER_URLS = {name: told[f"SEEDFRAME_{name.upper()}_URL"]}
        if name == "huggingface":
            settings.HUGGINGFACE_HUB_URL = told["SEEDFRAME_HUGGINGFACE_HUB_URL"]
        for secret in (key, "any-other-key"):
            checked[secret] = probe(Provider.Code.by_code(name), secret).state

    monkeypatch.setattr(standin, "wait", follow)
    call_command("standin", name, stdout=out)
    assert checked == {KEYS[name]: KeyState.Code.VALID, "any-other-key": KeyState.Code.REFUSED}


@pytest.mark.parametrize("words", ["status", "status=abc", "colour=red"])
def test_an_unreadable_fault_is_refused(words):
    with pytest.raises(CommandError):
        standin.parsed(words)


def test_a_fault_is_read():
    assert standin.parsed("status=429,times=all,delay_s=0.5,cut=0") == {
        "status": 429,
        "times": None,
        "delay_s": 0.5,
        "cut": False,
    }


def test_an_installation_without_tests_says_so(monkeypatch):
    def absent(name):
        raise ModuleNotFoundError("No module named 'tests'", name="tests")

    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(CommandError, match="checkout of the repository"):
        standin.stand_ins()
