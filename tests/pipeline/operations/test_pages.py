"""The catalogue of operations and the page of each."""

from __future__ import annotations

import json
import shlex

import pytest
from django.test import Client
from django.utils import timezone

from billing.models import Price
from pipeline.operations.catalogue import CATALOGUE
from pipeline.operations.create_image import CREATE_IMAGE
from pipeline.operations.docs import example_call, parameter_docs
from studio.core.models import User

pytestmark = pytest.mark.django_db


def page_of(user: User, address: str) -> str:
    """A page as text."""
    client = Client()
    client.force_login(user)
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_catalogue_lists_operations_with_price(creator) -> None:
    page = page_of(creator, "/operations/")
    assert "create.image" in page
    assert "credits per CPU second" in page
    assert "system.noop" not in page


def test_every_operation_has_a_page_from_its_declaration(creator) -> None:
    for spec in CATALOGUE.values():
        page = page_of(creator, f"/operations/{spec.code}/")
        for doc in parameter_docs(spec):
            assert f"<code>{doc.name}</code>" in page
        for offer in spec.offers:
            assert offer.title in page
        assert f"/api/v1/jobs/{spec.code}/" in page


def test_an_unknown_operation_is_not_found(creator) -> None:
    client = Client()
    client.force_login(creator)
    assert client.get("/operations/make.tea/").status_code == 404


def test_parameters_say_type_range_and_default() -> None:
    docs = {doc.name: doc for doc in parameter_docs(CREATE_IMAGE)}
    assert docs["prompt"].is_required
    assert not docs["width_px"].is_required
    assert docs["variations"].limits == "1 – 10"
    assert docs["variations"].default == "4"
    assert docs["quality"].type == "choice"
    assert docs["quality"].limits == "draft, standard, premium"
    assert docs["random_seed"].is_advanced
    assert docs["random_seed"].limits.startswith("0 – 9")
    assert "aspect" in docs
    assert "style_prompt" not in docs


def test_the_example_is_what_the_api_takes() -> None:
    call = example_call(CREATE_IMAGE, "http://studio.example")
    words = shlex.split(call.replace("\\\n", " ").replace("$(uuidgen)", "key"))
    assert words[1] == "http://studio.example/api/v1/jobs/create.image/"
    body = json.loads(words[words.index("-d") + 1])
    CREATE_IMAGE.clean(body["parameters"])


def test_an_operation_without_price_says_so(creator) -> None:
    Price.objects.filter(valid_until=None).update(valid_until=timezone.now())
    assert "no price yet" in page_of(creator, "/operations/create.image/")
