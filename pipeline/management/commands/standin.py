"""`manage.py standin <name>`: runs a stand-in server, to try the studio without an engine."""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
import time
from argparse import ArgumentParser
from types import ModuleType
from typing import Any

from django.core.management.base import BaseCommand, CommandError

ABSENT = (
    "Stand-in servers come with the source tree, in tests/standins/; this installation has none. "
    "Run the command in a checkout of the repository, with requirements-dev.txt installed."
)
COMFYUI = "comfyui"
#: Addresses of the studio's settings besides SEEDFRAME_<NAME>_URL that the stand-in answers at.
MORE_ADDRESSES = {"huggingface": ("SEEDFRAME_HUGGINGFACE_HUB_URL",)}


class Command(BaseCommand):
    """Serves `create_app()` of `tests/standins/<name>/` on 127.0.0.1 until it is interrupted."""

    help = "Runs a stand-in server: comfyui, or one of the paid providers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("name", nargs="?", help="which one; without a name they are listed")
        parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
        parser.add_argument(
            "--fault",
            action="append",
            default=[],
            metavar="WORDS",
            help="a failure, such as status=429,path=/v1/*,times=3 or delay_s=5 or cut=1; "
            "may be given more than once",
        )
        parser.add_argument(
            "--step-seconds", type=float, default=0.1, help="comfyui: time of a sampling step"
        )
        parser.add_argument(
            "--seconds", type=float, default=0.0, help="end by itself after so long; 0: never"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Start it, say where it is, wait."""
        found = stand_ins()
        if options["name"] is None:
            self.stdout.write("Stand-ins: " + ", ".join(found))
            return
        if options["name"] not in found:
            raise CommandError(f"No stand-in {options['name']}; there are: {', '.join(found)}.")
        with contextlib.ExitStack() as stack:
            url, faults = start(stack, options)
            for words in options["fault"]:
                faults.add(**parsed(words))
            self.stdout.write(self.style.SUCCESS(f"{options['name']} stand-in at {url}"))
            self.stdout.write(advice(options["name"], url))
            self.stdout.flush()
            wait(options["seconds"])


def stand_ins() -> list[str]:
    """The names of the stand-ins; raises CommandError where tests/ is absent."""
    try:
        package = importlib.import_module("tests.standins")
        importlib.import_module("tests.standins.server")
    except ModuleNotFoundError as error:
        raise CommandError(f"{ABSENT} (missing: {error.name})") from error
    return sorted(entry.name for entry in pkgutil.iter_modules(package.__path__) if entry.ispkg)


def start(stack: contextlib.ExitStack, options: dict[str, Any]) -> tuple[str, Any]:
    """Serve the chosen one; its address and its faults."""
    name, port = options["name"], options["port"]
    module = importlib.import_module(f"tests.standins.{name}")
    if name == COMFYUI:
        server = module.ComfyStandIn(step_seconds=options["step_seconds"], port=port)
        stack.enter_context(server)
        return server.url, server.faults
    faulty = importlib.import_module("tests.standins.faults")
    faults = faulty.Faults()
    app = faulty.scripted(created(module, name), faults)
    serving = importlib.import_module("tests.standins.server")
    return stack.enter_context(serving.serve(app, port)).url, faults


def created(module: ModuleType, name: str) -> Any:
    """The application of a stand-in; raises CommandError when it has none."""
    create = getattr(module, "create_app", None)
    if create is None:
        raise CommandError(f"tests/standins/{name} has no create_app().")
    return create()


def parsed(words: str) -> dict[str, Any]:
    """`status=429,times=3` as keyword arguments of a fault; raises CommandError when unreadable."""
    kinds: dict[str, Any] = {
        "path": str,
        "method": str,
        "body": str,
        "content_type": str,
        "times": lambda text: None if text == "all" else int(text),
        "skip": int,
        "status": int,
        "delay_s": float,
        "truncate_bytes": int,
        "cut": lambda text: text not in {"0", "false"},
        "handled": lambda text: text not in {"0", "false"},
    }
    result: dict[str, Any] = {}
    for word in words.split(","):
        key, equals, value = word.partition("=")
        if key == "retry_after":
            result["headers"] = {"Retry-After": value}
            continue
        if not equals or key not in kinds:
            known = ", ".join([*kinds, "retry_after"])
            raise CommandError(f"A fault is key=value, separated by commas; keys: {known}.")
        try:
            result[key] = kinds[key](value)
        except ValueError as error:
            raise CommandError(f"{key}={value}: {error}") from error
    return result


def advice(name: str, url: str) -> str:
    """How the studio is told to use it."""
    if name == COMFYUI:
        return f"Register it under Workers with the address {url}. Ctrl-C ends it."
    app = importlib.import_module(f"tests.standins.{name}.app")
    variables = (f"SEEDFRAME_{name.upper()}_URL", *MORE_ADDRESSES.get(name, ()))
    addresses = " ".join(f"{variable}={url}" for variable in variables)
    return (
        f"Start the studio with {addresses} and add the key {app.KEY} under Providers, Keys "
        "(/providers/keys/); any other is refused. Ctrl-C ends it."
    )


def wait(seconds: float) -> None:
    """Until the time is over or somebody interrupts; 0 seconds: until somebody does."""
    until = time.monotonic() + seconds
    with contextlib.suppress(KeyboardInterrupt):
        while not seconds or time.monotonic() < until:
            time.sleep(0.2)
