"""What Admins do to instances: keep the list of them, and give them orders."""

from pipeline.comfyui.services.instances import (
    change_instance,
    register_instance,
    remove_instance,
    restore_instance,
)
from pipeline.comfyui.services.orders import (
    clear_queue,
    drain_instance,
    free_memory,
    interrupt_instance,
    refresh_instance,
    restart_instance,
)

__all__ = [
    "change_instance",
    "clear_queue",
    "drain_instance",
    "free_memory",
    "interrupt_instance",
    "refresh_instance",
    "register_instance",
    "remove_instance",
    "restart_instance",
    "restore_instance",
]
