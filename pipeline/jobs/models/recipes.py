"""Recipes and environments: exactly how something was made, and on which software."""

from __future__ import annotations

from django.db import models

__all__ = ["Environment", "Recipe"]


class Recipe(models.Model):
    """A row states exactly how something is made; immutable, named by its own SHA-256.

    `agnostic_sha256` is the hash of the same document without the random seed.
    """

    sha256 = models.CharField(max_length=64, unique=True)
    agnostic_sha256 = models.CharField(max_length=64)
    document = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            # results that differ in nothing but the random seed
            models.Index(fields=["agnostic_sha256"], name="recipe_agnostic"),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]


class Environment(models.Model):
    """A row states which software an attempt ran on; immutable, named by its own SHA-256."""

    sha256 = models.CharField(max_length=64, unique=True)
    document = models.JSONField()

    def __str__(self) -> str:
        return self.sha256[:12]
