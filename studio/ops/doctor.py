"""The studio's integrity: a registry of checks, and how they are found and run.

A slice puts its checks into its module `doctor` (such as `assets.storage.doctor`):

    from studio.ops.doctor import Finding, register

    @register("blobs")
    def check_blobs() -> Iterator[Finding]:
        \"\"\"Every blob's file is there and has its size.\"\"\"
        yield Finding("Blob 3f… is missing.", remedy="Restore it from a backup.")

A check that finds nothing to tell is passed. Checks only read; they never repair.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings

#: A check that finds thousands of problems is told by its first ones.
MAX_FINDINGS = 50


@dataclass(frozen=True)
class Finding:
    """Something that a person should know.

    Args:
        detail: what is wrong, with names and figures.
        remedy: what can be done about it.
        is_problem: False for a remark that does not fail the check.
    """

    detail: str
    remedy: str = ""
    is_problem: bool = True


Check = Callable[[], Iterable[Finding]]


@dataclass(frozen=True)
class Entry:
    """A registered check; `deep` ones read every file and run only when asked for."""

    name: str
    check: Check
    deep: bool = False

    @property
    def title(self) -> str:
        """What is true when the check passes."""
        return (self.check.__doc__ or self.name).strip().splitlines()[0].rstrip(".")


@dataclass(frozen=True)
class Result:
    """What one check found."""

    name: str
    title: str
    ms: float
    findings: Sequence[Finding] = field(default_factory=tuple)

    @property
    def ok(self) -> bool:
        """Whether the check passes."""
        return not any(finding.is_problem for finding in self.findings)

    def as_document(self) -> dict[str, Any]:
        """The result for `--json`."""
        return {
            "name": self.name,
            "title": self.title,
            "ok": self.ok,
            "ms": self.ms,
            "findings": [
                {"detail": f.detail, "remedy": f.remedy, "problem": f.is_problem}
                for f in self.findings
            ],
        }


_registry: dict[str, Entry] = {}


def register(name: str, *, deep: bool = False) -> Callable[[Check], Check]:
    """Add a check under a name of its own.

    Raises:
        ValueError: another check has this name.
    """

    def add(check: Check) -> Check:
        present = _registry.get(name)
        if present is not None and present.check.__module__ != check.__module__:
            raise ValueError(f"Two checks are called {name!r}.")
        _registry[name] = Entry(name, check, deep)
        return check

    return add


def discover() -> list[Entry]:
    """Import every slice's `doctor` module; all checks by name.

    SEEDFRAME_DOCTOR_MODULES names modules instead of looking for them.
    """
    importlib.import_module("studio.ops.doctor_checks")
    named = getattr(settings, "SEEDFRAME_DOCTOR_MODULES", None)
    for module in _slices() if named is None else named:
        importlib.import_module(module)
    return [_registry[name] for name in sorted(_registry)]


def _slices() -> Iterable[str]:
    """`<package>.<slice>.doctor` for each slice of the studio's own packages that has one."""
    for config in apps.get_app_configs():
        if Path(config.path).resolve().parent != Path(settings.BASE_DIR).resolve():
            continue
        for found in pkgutil.iter_modules([config.path]):
            module = f"{config.name}.{found.name}.doctor"
            if found.ispkg and importlib.util.find_spec(module) is not None:
                yield module


def run(names: Sequence[str] = (), *, deep: bool = False) -> list[Result]:
    """Run the checks (or those named), deep ones only if asked for or named.

    Raises:
        KeyError: there is no such check.
    """
    entries = discover()
    if names:
        wanted = [_registry[name] for name in names]
    else:
        wanted = [entry for entry in entries if deep or not entry.deep]
    return [_run(entry) for entry in wanted]


def _run(entry: Entry) -> Result:
    start = time.perf_counter()
    try:
        findings = tuple(islice(entry.check(), MAX_FINDINGS + 1))
    except Exception as error:  # a check that can't finish is a finding, not the end of the visit
        findings = (Finding(f"The check itself fails: {type(error).__name__}: {error}"),)
    if len(findings) > MAX_FINDINGS:
        findings = (*findings[:MAX_FINDINGS], Finding("… and more of the same."))
    return Result(entry.name, entry.title, round((time.perf_counter() - start) * 1000, 1), findings)
