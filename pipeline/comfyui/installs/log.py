"""The log of an installation: lines come fast, the database and pages hear of them in clusters."""

from __future__ import annotations

import time

from django.conf import settings
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.utils import timezone

from pipeline.comfyui.installs.live import publish_plan
from pipeline.comfyui.models import InstallPlan

PAUSE_SECONDS = 0.5


class PlanLog:
    """Writes into one plan's log, up to `INSTALL_LOG_MAX_CHARS` characters."""

    def __init__(self, plan: InstallPlan) -> None:
        self.plan = plan
        self._left: int = settings.INSTALL_LOG_MAX_CHARS - len(plan.log)
        self._waiting = ""
        self._written = 0.0

    def line(self, text: str) -> None:
        """Add a line with the time of day (UTC)."""
        if self._left <= 0:
            return
        line = f"{timezone.now():%H:%M:%S} {text}\n"
        self._left -= len(line)
        self._waiting += line if self._left > 0 else "… the rest is left out\n"
        if time.monotonic() - self._written >= PAUSE_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write down what waits, and tell open pages."""
        if not self._waiting:
            return
        text, self._waiting, self._written = self._waiting, "", time.monotonic()
        with transaction.atomic():
            here = InstallPlan.objects.filter(pk=self.plan.pk)
            here.update(log=Concat(F("log"), Value(text)))
            publish_plan(self.plan)
