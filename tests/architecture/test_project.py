"""The project as a whole: migrations, settings for deployment, the API document."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.validation import validate_schema

ROOT = Path(settings.BASE_DIR)
OPENAPI = ROOT / "docs" / "api" / "openapi.yaml"


@pytest.mark.django_db
def test_models_have_their_migrations() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_deployment_is_secure() -> None:
    """Django's own list has nothing to say about an installation behind https."""
    environment = {
        **os.environ,
        "SEEDFRAME_PUBLIC_URL": "https://frames.example",
        "SEEDFRAME_HOSTS": "frames.example",
        "SEEDFRAME_SECRET_KEY": "k3y-of-a-test-with-enough-different-characters-0123456789-abcdef",
    }
    done = subprocess.run(
        [
            sys.executable,
            "manage.py",
            "check",
            "--deploy",
            "--tag",
            "security",
            "--fail-level",
            "WARNING",
        ],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def generated() -> str:
    """The OpenAPI document as `manage.py spectacular` writes it."""
    document = SchemaGenerator().get_schema(request=None, public=True)
    validate_schema(document)
    text: bytes = OpenApiYamlRenderer().render(document, renderer_context={})
    return text.decode()


def test_the_api_document_has_no_warnings() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "manage.py",
            "spectacular",
            "--validate",
            "--fail-on-warn",
            "--file",
            os.devnull,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_api_document_is_in_step() -> None:
    assert OPENAPI.read_text() == generated(), (
        "write it anew: manage.py spectacular --file docs/api/openapi.yaml"
    )
