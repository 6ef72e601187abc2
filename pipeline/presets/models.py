"""Starting points for pictures: templates (format) and styles (look)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from studio.core.lookups import Codes, Lookup

__all__ = ["Look", "Platform", "Quality", "Style", "StyleGroup", "Template"]


class Platform(Lookup):
    """A row states that pictures are made for a platform or place."""

    class Code(Codes):
        """Where pictures go."""

        INSTAGRAM = 1, "instagram", "Instagram"
        FACEBOOK = 2, "facebook", "Facebook"
        X = 3, "x", "X"
        LINKEDIN = 4, "linkedin", "LinkedIn"
        YOUTUBE = 5, "youtube", "YouTube"
        PINTEREST = 6, "pinterest", "Pinterest"
        TIKTOK = 7, "tiktok", "TikTok"
        BLOG = 8, "blog", "Blog"
        EMAIL = 9, "email", "E-mail"
        WEB = 10, "web", "Web"
        PRINT = 11, "print", "Print and product"


class Look(Lookup):
    """A row states that a template leans towards a look."""

    class Code(Codes):
        """Looks of the reference table."""

        PHOTOGRAPHIC = 1, "photographic", "Photographic"
        DIGITAL_ART = 2, "digital-art", "Digital art"
        CINEMATIC = 3, "cinematic", "Cinematic"


class Quality(Lookup):
    """A row states how much effort may go into a picture."""

    class Code(Codes):
        """From quick to careful."""

        DRAFT = 1, "draft", "Draft"
        STANDARD = 2, "standard", "Standard"
        PREMIUM = 3, "premium", "Premium"


class Template(models.Model):
    """A row states that a format is wanted in this size, with this look and effort."""

    code = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=80)
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="templates")
    width_px = models.PositiveIntegerField()
    height_px = models.PositiveIntegerField()
    look = models.ForeignKey(Look, on_delete=models.PROTECT, related_name="+")
    quality = models.ForeignKey(Quality, on_delete=models.PROTECT, related_name="+")
    goal = models.CharField(max_length=200, help_text="what it is good for, words to find it by")

    class Meta:
        ordering = ["platform", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(width_px__range=(64, 4096)) & Q(height_px__range=(64, 4096)),
                name="template_size_in_range",
            )
        ]

    def __str__(self) -> str:
        return f"{self.platform} {self.title}"


class StyleGroup(Lookup):
    """A row states that a family of styles exists."""

    class Code(Codes):
        """Families in the order of the gallery."""

        PHOTO = 1, "photo", "Photography and film"
        PAINT = 2, "paint", "Painting and drawing"
        PRINT = 3, "print", "Print and graphic"
        DIGITAL = 4, "digital", "Digital and games"
        CRAFT = 5, "craft", "Craft and material"
        MOVEMENT = 6, "movement", "Art movements"


class Style(models.Model):
    """A row states that a look is described by these words, and by which native preset if any."""

    code = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=80)
    group = models.ForeignKey(StyleGroup, on_delete=models.PROTECT, related_name="styles")
    fragment = models.CharField(max_length=300, help_text="words added to the prompt")
    stability_preset = models.CharField(
        max_length=40, blank=True, help_text="Stability's own name for it, where there is one"
    )

    class Meta:
        ordering = ["group", "id"]

    def __str__(self) -> str:
        return self.title
