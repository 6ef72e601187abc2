"""Endpoints for verdicts and for the final approval of a cut."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from pipeline.review import pages
from pipeline.review.models import FinalApproval, Verdict, VerdictKind
from pipeline.review.queries import final_blockers, verdict_history
from pipeline.review.services import approve_final, give_verdict
from pipeline.scenes.models import Cut, Take
from studio.core.api.fields import CodeField
from studio.core.models import ApiScope


class VerdictSerializer(serializers.ModelSerializer[Verdict]):
    """What somebody said, of which version."""

    kind = CodeField(VerdictKind.Code, source="kind_id")
    version = serializers.UUIDField(source="version.code", read_only=True)
    given_by = serializers.CharField(source="given_by.username", read_only=True)

    class Meta:
        model = Verdict
        fields = ["kind", "note", "version", "given_by", "created_at"]
        read_only_fields = ["created_at"]


class BlockerSerializer(serializers.Serializer[Any]):
    """One reason why a cut can't become final."""

    code = serializers.CharField()
    message = serializers.CharField()
    remedy = serializers.CharField()
    is_waivable = serializers.BooleanField(help_text="a note with the approval may overrule it")


class ApprovalSerializer(serializers.Serializer[Any]):
    """Whether a cut is final, since when and by whom, or what stands in the way."""

    is_final = serializers.BooleanField()
    approved_by = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField(allow_blank=True)
    blockers = BlockerSerializer(many=True)


class NoteSerializer(serializers.Serializer[Any]):
    """A word to go with an approval."""

    note = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)


class VerdictsView(APIView):
    """What was said of a take or a cut, and saying it."""

    required_scope = ApiScope.Code.WRITE

    def subject(self, code: UUID) -> Take | Cut:
        """The thing that is judged.

        Raises:
            NotFound: there is none for this person.
        """
        raise NotImplementedError

    def list_(self, code: UUID) -> Response:
        """Everything that was said, newest first."""
        return Response(VerdictSerializer(verdict_history(self.subject(code)), many=True).data)

    def create(self, request: Request, code: UUID) -> Response:
        """Say something; the latest word counts."""
        user: Any = request.user
        body = VerdictSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        verdict = give_verdict(
            actor=user,
            subject=self.subject(code),
            kind=body.validated_data["kind_id"],
            note=body.validated_data.get("note", ""),
        )
        return Response(VerdictSerializer(verdict).data, status=status.HTTP_201_CREATED)


_LIST: dict[str, Any] = {"responses": {200: VerdictSerializer(many=True)}}
_SAY: dict[str, Any] = {"request": VerdictSerializer, "responses": {201: VerdictSerializer}}


class TakeVerdictsView(VerdictsView):
    """Verdicts on a take."""

    def subject(self, code: UUID) -> Take:
        """The take."""
        return pages.get_take(self.request.user, code)

    @extend_schema(operation_id="take_verdicts_list", summary="Verdicts on a take", **_LIST)
    def get(self, request: Request, code: UUID) -> Response:
        """List them, newest first."""
        return self.list_(code)

    @extend_schema(operation_id="take_verdicts_create", summary="Judge a take", **_SAY)
    def post(self, request: Request, code: UUID) -> Response:
        """Give one."""
        return self.create(request, code)


class CutVerdictsView(VerdictsView):
    """Verdicts on a cut."""

    def subject(self, code: UUID) -> Cut:
        """The cut."""
        return pages.get_cut(self.request.user, code)

    @extend_schema(operation_id="cut_verdicts_list", summary="Verdicts on a cut", **_LIST)
    def get(self, request: Request, code: UUID) -> Response:
        """List them, newest first."""
        return self.list_(code)

    @extend_schema(operation_id="cut_verdicts_create", summary="Judge a cut", **_SAY)
    def post(self, request: Request, code: UUID) -> Response:
        """Give one."""
        return self.create(request, code)


class ApprovalView(APIView):
    """The final approval of a cut."""

    required_scope = ApiScope.Code.WRITE

    @extend_schema(summary="Is the cut final?", responses={200: ApprovalSerializer})
    def get(self, request: Request, code: UUID) -> Response:
        """Whether it is, or why it can't be yet."""
        return Response(_approval(pages.get_cut(request.user, code)))

    @extend_schema(
        summary="Declare the cut final",
        request=NoteSerializer,
        responses={201: ApprovalSerializer},
    )
    def post(self, request: Request, code: UUID) -> Response:
        """Declare it final; 409 with every reason when something stands in the way."""
        user: Any = request.user
        body = NoteSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        approve_final(actor=user, cut=pages.get_cut(user, code), note=body.validated_data["note"])
        return Response(_approval(pages.get_cut(user, code)), status=status.HTTP_201_CREATED)


def _approval(cut: Cut) -> dict[str, Any]:
    final: FinalApproval | None = getattr(cut, "final_approval", None)
    return dict(
        ApprovalSerializer(
            {
                "is_final": final is not None,
                "approved_by": final.approved_by.username if final is not None else None,
                "created_at": final.created_at if final is not None else None,
                "note": final.note if final is not None else "",
                "blockers": [] if final is not None else final_blockers(cut),
            }
        ).data
    )
