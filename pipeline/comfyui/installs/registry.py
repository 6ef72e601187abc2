"""The registry of custom nodes: SEEDFRAME_NODE_REGISTRY names a JSON file; who brings which node.

Its format is in docs/comfyui-installs.md. It is the operator's, and the only place that repository
addresses, revisions and requirements come from; what is in it is checked all the same, for its
words end up as arguments of git and pip.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from django.conf import settings
from packaging.requirements import InvalidRequirement, Requirement
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from studio.core.errors import Unavailable

_MOST_BYTES = 8 * 1024**2
_PACKAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_REVISION = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_HTTPS = re.compile(r"https://[A-Za-z0-9][A-Za-z0-9.-]*(:\d{1,5})?(/[A-Za-z0-9._~-]+)+/?")
_LOCAL = re.compile(r"(/[A-Za-z0-9._ +-]+)+")


def check_package(name: str) -> str:
    """A folder's name below `custom_nodes` that is nothing else to git, pip or ComfyUI.

    Raises:
        ValueError: it is none.
    """
    if not _PACKAGE.fullmatch(name) or ".." in name or name.endswith((".", ".git", ".disabled")):
        raise ValueError(
            "a package is a folder name of letters, digits, “.”, “_” and “-”, and starts with a"
            " letter or digit"
        )
    return name


def check_revision(revision: str) -> str:
    """A whole commit id: nothing that could be moved, and no option.

    Raises:
        ValueError: it is none.
    """
    if not _REVISION.fullmatch(revision):
        raise ValueError("a revision is a whole commit id of 40 (or 64) hexadecimal digits")
    return revision


def check_repository(repository: str) -> str:
    """An https address without a user name, or a folder of this machine by its whole path.

    Raises:
        ValueError: it is neither.
    """
    is_address = bool(_HTTPS.fullmatch(repository) or _LOCAL.fullmatch(repository))
    if not is_address or ".." in repository.split("/") or len(repository) > 300:
        raise ValueError(
            "a repository is an https address without user name or query, or a path from the root"
        )
    return repository


def check_requirement(text: str) -> str:
    """A Python package by its name, with versions, extras and markers if it has any.

    Raises:
        ValueError: it is an option, an address, or nothing that pip understands.
    """
    try:
        found = Requirement(text)
    except InvalidRequirement as error:
        raise ValueError(f"“{text[:80]}” is no requirement by name and version") from error
    if found.url is not None:
        raise ValueError(f"“{found.name}” is to come from an address; only names are installed")
    plain = str(found)
    if len(plain) > 200 or "\n" in plain:
        raise ValueError(f"“{found.name}”: a requirement has at most 200 characters")
    return plain


class Package(BaseModel):
    """A repository of custom nodes at one commit, and what it brings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    package: Annotated[str, AfterValidator(check_package)]
    repository: Annotated[str, AfterValidator(check_repository)]
    revision: Annotated[str, AfterValidator(check_revision)]
    nodes: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = Field(
        min_length=1, max_length=2000
    )
    requirements: tuple[Annotated[str, AfterValidator(check_requirement)], ...] = Field(
        default=(), max_length=100
    )
    requirements_file: bool = False
    licence: str = Field(default="", max_length=80)


class Registry(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1]
    packages: tuple[Package, ...] = Field(max_length=5000)

    @model_validator(mode="after")
    def _is_unambiguous(self) -> Self:
        """Each folder and each node class has one owner."""
        folders: set[str] = set()
        owners: dict[str, str] = {}
        for package in self.packages:
            if package.package.lower() in folders:
                raise ValueError(f"“{package.package}” is listed twice")
            folders.add(package.package.lower())
            for node in package.nodes:
                if owners.setdefault(node, package.package) != package.package:
                    raise ValueError(
                        f"“{node}” is said to come from “{owners[node]}” and “{package.package}”"
                    )
        return self


@dataclass(frozen=True, slots=True)
class Resolved:
    """Which packages bring the node classes asked for, and for which nothing is known."""

    packages: dict[Package, list[str]]
    unknown: list[str]


def read_registry() -> Registry:
    """The registry; an empty one where no file is configured.

    Raises:
        Unavailable: the file can't be read, or is not as it should be.
    """
    if not settings.NODE_REGISTRY:
        return Registry(version=1, packages=())
    try:
        with Path(settings.NODE_REGISTRY).open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise Unavailable(
            f"The registry of custom nodes can't be read: {error.strerror}.",
            remedy="Look at SEEDFRAME_NODE_REGISTRY.",
        ) from error
    if len(content) > _MOST_BYTES:
        raise Unavailable(f"The registry of custom nodes is larger than {_MOST_BYTES} bytes.")
    try:
        return Registry.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "its whole"
        raise Unavailable(
            f"The registry of custom nodes is not right at {place}: {first['msg']}",
            remedy="docs/comfyui-installs.md shows what it must look like.",
        ) from error


def resolve(node_classes: Iterable[str]) -> Resolved:
    """Who brings these node classes. Reads the file.

    Raises:
        Unavailable: as for `read_registry`.
    """
    owners = {node: package for package in read_registry().packages for node in package.nodes}
    packages: dict[Package, list[str]] = {}
    unknown = []
    for node in sorted(set(node_classes)):
        if node in owners:
            packages.setdefault(owners[node], []).append(node)
        else:
            unknown.append(node)
    return Resolved(dict(sorted(packages.items(), key=lambda item: item[0].package)), unknown)


def parse_requirements(text: str) -> list[str]:
    """What a `requirements.txt` names, in its order; it is read here, never handed to pip.

    Raises:
        ValueError: a line is an option, an address or another file.
    """
    joined = text.replace("\\\n", " ").splitlines()
    lines = [re.sub(r"(^|\s)#.*$", "", line).strip() for line in joined]
    wanted = [line for line in lines if line]
    if len(wanted) > 200:
        raise ValueError("more than 200 requirements")
    return [check_requirement(line) for line in wanted]
