"""What people said of takes and cuts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from assets.models import Version
from pipeline.scenes.models import Cut, Take
from studio.core.lookups import Codes, Lookup

__all__ = ["FinalApproval", "Verdict", "VerdictKind"]


class VerdictKind(Lookup):
    """A row states what a reviewer can say."""

    class Code(Codes):
        """Pending is the state of what nobody has spoken about, or of whom it was taken back."""

        PENDING = 1, "pending", "Pending"
        APPROVED = 2, "approved", "Approved"
        CHANGES = 3, "changes", "Changes wanted"
        REJECTED = 4, "rejected", "Rejected"


class Verdict(models.Model):
    """A row states what a person said of a version of a take or a cut; never changed.

    The latest one counts; the earlier ones are its history.
    """

    take = models.ForeignKey(
        Take, on_delete=models.CASCADE, related_name="verdicts", null=True, blank=True
    )
    cut = models.ForeignKey(
        Cut, on_delete=models.CASCADE, related_name="verdicts", null=True, blank=True
    )
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="verdicts")
    kind = models.ForeignKey(VerdictKind, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=1000, blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="verdicts"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(take=None) ^ Q(cut=None), name="verdict_on_take_or_cut"
            ),
            models.CheckConstraint(
                condition=~Q(kind=VerdictKind.Code.REJECTED) | ~Q(note=""),
                name="verdict_rejection_says_why",
            ),
        ]
        indexes = [
            # the verdict that counts for a take
            models.Index(fields=["take", "-id"], name="verdict_of_take"),
            # the verdict that counts for a cut
            models.Index(fields=["cut", "-id"], name="verdict_of_cut"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.given_by}"


class FinalApproval(models.Model):
    """A row states that a person with the right to it declared a cut final."""

    cut = models.OneToOneField(Cut, on_delete=models.PROTECT, related_name="final_approval")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.cut} is final"
