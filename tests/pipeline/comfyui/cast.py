"""Who may use the addresses of workers: everybody looks, Admins act."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from pipeline.comfyui.models import Instance, InstanceCatalogue, Vital
from pipeline.comfyui.services import register_instance
from tests.support.access import Cast, Rule, declare, provide

SIGNED_IN, ADMIN = Rule.SIGNED_IN, Rule.ADMIN
#: Nothing listens there, so orders end as “not available”.
NOWHERE = "http://127.0.0.1:18189"


@provide
def instance(cast: Cast) -> Instance:
    """A registered instance that has answered once and is silent now."""
    made = register_instance(actor=cast.admin, name=cast.text, url=NOWHERE, tags=["24gb"])
    Vital.objects.create(
        instance=made, measured_at=timezone.now(), latency_ms=5, vram_total_bytes=24,
        vram_free_bytes=20, ram_total_bytes=64, ram_free_bytes=48, queue_running=0,
        queue_pending=0,
    )  # fmt: skip
    InstanceCatalogue.objects.create(
        instance=made, version="0.3.64", object_info={"LoadImage": {}}, sha256="a" * 64,
        model_files={"checkpoints": [cast.text]}, system={"argv": [cast.text]},
    )  # fmt: skip
    return made


def one(cast: Cast) -> dict[str, Any]:
    return {"code": cast.make(instance).worker.code}


def body(cast: Cast) -> dict[str, Any]:
    return {"name": "another", "url": "http://127.0.0.1:18190", "capacity": 1, "rate": "1"}


BODY = {"POST": body}
declare("pipeline:workers", GET=SIGNED_IN)
declare("pipeline:worker", one, GET=SIGNED_IN)
declare("pipeline:worker-queue", one, GET=SIGNED_IN)
declare("pipeline:worker-models", one, GET=SIGNED_IN)
declare("pipeline:worker-new", GET=ADMIN, POST=ADMIN, bodies=BODY)
declare("pipeline:worker-edit", one, GET=ADMIN, POST=ADMIN, bodies=BODY)
for order in (
    "drain", "resume", "interrupt", "free", "clear", "refresh", "restart", "remove", "restore",
):  # fmt: skip
    declare(f"pipeline:worker-{order}", one, POST=ADMIN)

declare("api-workers", GET=SIGNED_IN, POST=ADMIN, bodies=BODY)
declare(
    "api-worker",
    one,
    GET=SIGNED_IN,
    PATCH=ADMIN,
    DELETE=ADMIN,
    bodies={"PATCH": lambda cast: {"capacity": 5}},
)
declare("api-worker-vitals", one, GET=SIGNED_IN)
declare("api-worker-has", one, GET=SIGNED_IN)
for order in ("drain", "resume", "interrupt", "free", "clear", "refresh", "restart", "restore"):
    declare(f"api-worker-{order}", one, POST=ADMIN)
