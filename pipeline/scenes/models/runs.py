"""Who set a scene going, and which takes are to be selected when they are finished."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from pipeline.scenes.models.scenes import Scene
from pipeline.scenes.models.takes import Take

__all__ = ["SceneRun", "TakeWish"]


class SceneRun(models.Model):
    """A row states that a person set a scene going: started it, or let it go on.

    Whoever did so last is whom the studio acts for when it makes the next take, and who pays.
    """

    scene = models.ForeignKey(Scene, on_delete=models.CASCADE, related_name="runs")
    number = models.PositiveIntegerField()
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    started_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["scene", "number"], name="scene_run_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.scene} · run {self.number}"


class TakeWish(models.Model):
    """A row states that a person wants a take selected once it is finished and has passed.

    It goes when it is fulfilled or can't be; the scene's history and the feed say which.
    """

    take = models.OneToOneField(Take, on_delete=models.CASCADE, related_name="wish")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "take wishes"

    def __str__(self) -> str:
        return f"{self.take}, when it is finished"
