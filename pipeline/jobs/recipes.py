"""Provenance: the exact recipe of a result, and the software it was made on.

A recipe is a document in canonical form (RFC 8785 in spirit: sorted keys, no white space, lists
keep their order, text keeps its case), named by its SHA-256. It holds whatever decides the result
and nothing else: no person, no time, no batch of work.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import platform
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from pipeline.jobs.models import Environment, Recipe
from pipeline.operations.declaration import OfferSpec, OperationSpec
from pipeline.providers.registry import ADAPTERS

SCHEMA_VERSION = 1
VARIANT_RULE = "sha256-v1"
_PACKAGES = ("django", "numpy", "opencv-python-headless", "pillow", "pyvips", "psycopg")


def canonical(document: Any) -> str:
    """The one text that stands for a JSON document."""
    return json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def sha256_of(document: Any) -> str:
    """SHA-256 of the canonical text, hexadecimal."""
    return hashlib.sha256(canonical(document).encode()).hexdigest()


def recipe_document(
    spec: OperationSpec,
    offer: OfferSpec,
    parameters: Mapping[str, Any],
    random_seed: int,
    inputs: Iterable[tuple[str, str]],
) -> dict[str, Any]:
    """All that decides a result.

    Args:
        spec: the operation, with its version.
        offer: the provider's model that runs it.
        parameters: checked, after defaults, without the random seed.
        random_seed: of the job; each output's own is derived by `VARIANT_RULE`.
        inputs: role and SHA-256 of each input file, in order.
    """
    adapter = ADAPTERS.get(offer.provider)
    return {
        "schema": SCHEMA_VERSION,
        "operation": {"code": spec.code, "version": spec.version},
        "adapter": {"provider": offer.provider, "version": adapter.version if adapter else ""},
        "model": {"code": offer.model, "version": offer.version},
        "parameters": dict(parameters),
        "random_seed": str(random_seed),
        "variant_rule": VARIANT_RULE,
        "inputs": [{"role": role, "sha256": sha256} for role, sha256 in inputs],
    }


def save_recipe(document: dict[str, Any]) -> Recipe:
    """The row of this recipe, made if it is new."""
    agnostic = {key: value for key, value in document.items() if key != "random_seed"}
    digest = sha256_of(document)
    return Recipe.objects.get_or_create(
        sha256=digest, defaults={"agnostic_sha256": sha256_of(agnostic), "document": document}
    )[0]


@cache
def environment_document() -> dict[str, Any]:
    """Versions of what this process runs on."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        "machine": platform.machine(),
        "cpu_count": os.cpu_count() or 0,
        "seedframe": importlib_version("seedframe"),
        "packages": {name: importlib_version(name) for name in _PACKAGES},
    }


def importlib_version(name: str) -> str:
    """Version of an installed package, empty when it is not installed as one."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def save_environment() -> Environment:
    """The row of this process's software."""
    document = environment_document()
    return Environment.objects.get_or_create(
        sha256=sha256_of(document), defaults={"document": document}
    )[0]
