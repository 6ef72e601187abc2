"""Endpoints of deliveries."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import (
    OpenApiParameter,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from pipeline.delivery import queries, services
from pipeline.delivery.models import Delivery, DeliveryItem, DeliveryJob
from pipeline.delivery.naming import DEFAULT_TEMPLATE
from pipeline.scenes.models import Cut
from studio.core.errors import Invalid
from studio.core.models import ApiScope, Project


class DeliveryItemSerializer(serializers.ModelSerializer[DeliveryItem]):
    """A cut in a delivery."""

    cut = serializers.UUIDField(source="cut.code", read_only=True)
    version = serializers.UUIDField(source="version.code", read_only=True)
    sha256 = serializers.CharField(source="version.blob.sha256", read_only=True)

    class Meta:
        model = DeliveryItem
        fields = ["position", "file_name", "cut", "version", "sha256"]


class PackageSerializer(serializers.ModelSerializer[DeliveryJob]):
    """One packing: its job, and the ZIP once it is there."""

    job = serializers.UUIDField(source="job.code", read_only=True)
    state = serializers.CharField(source="job.state.code", read_only=True)
    version = serializers.UUIDField(source="version.code", read_only=True, allow_null=True)
    sha256 = serializers.CharField(source="version.blob.sha256", read_only=True, allow_null=True)

    class Meta:
        model = DeliveryJob
        fields = ["number", "job", "state", "version", "sha256"]


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    """A delivery in a list."""

    project = serializers.UUIDField(source="project.code", read_only=True)
    created_by = serializers.CharField(source="created_by.username", read_only=True)

    class Meta:
        model = Delivery
        fields = ["code", "project", "number", "title", "recipient", "created_by", "created_at"]
        read_only_fields = fields


class ManifestSerializer(serializers.Serializer[Any]):
    """A file of the package."""

    path = serializers.CharField()
    sha256 = serializers.CharField()
    size_bytes = serializers.IntegerField()


class DeliveryDetailSerializer(DeliverySerializer):
    """A delivery with its items, its packages and the manifest of the latest one."""

    items = DeliveryItemSerializer(many=True, read_only=True)
    packages = PackageSerializer(many=True, read_only=True)
    manifest = serializers.SerializerMethodField()

    class Meta:
        model = Delivery
        fields = [*DeliverySerializer.Meta.fields, "note", "items", "packages", "manifest"]
        read_only_fields = fields

    @extend_schema_field(ManifestSerializer(many=True))
    def get_manifest(self, delivery: Delivery) -> Any:
        """Files of the latest package that is there."""
        done = [package for package in delivery.packages.all() if package.version_id is not None]
        files = queries.manifest_of(done[-1]) if done else []
        return ManifestSerializer(files, many=True).data


class NewDeliverySerializer(serializers.Serializer[Any]):
    """What is to be handed over."""

    project = serializers.UUIDField()
    title = serializers.CharField(max_length=120)
    cuts = serializers.ListField(child=serializers.UUIDField(), max_length=services.MAX_CUTS)
    recipient = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    note = serializers.CharField(max_length=4000, required=False, default="", allow_blank=True)
    naming_template = serializers.CharField(
        max_length=200, required=False, default=DEFAULT_TEMPLATE
    )


@extend_schema_view(
    get=extend_schema(
        summary="Deliveries, newest first",
        parameters=[OpenApiParameter("project", UUID, description="Of one project only.")],
    )
)
class DeliveryListView(ListAPIView[Delivery]):
    """Deliveries that one sees, and making one."""

    required_scope = ApiScope.Code.SPEND
    serializer_class = DeliverySerializer
    keyset_order = ("-id",)
    queryset = Delivery.objects.none()

    def get_queryset(self) -> QuerySet[Delivery]:
        """Those of one project, or all."""
        found: Any = Delivery.objects.visible_to(self.request.user)
        if given := self.request.query_params.get("project"):
            project = Project.objects.get_visible(self.request.user, code=_uuid(given))
            found = found.filter(project=project)
        answer: QuerySet[Delivery] = found.select_related("project", "created_by")
        return answer

    @extend_schema(
        summary="Deliver final cuts",
        request=NewDeliverySerializer,
        responses={201: DeliveryDetailSerializer},
    )
    def post(self, request: Request) -> Response:
        """Freeze what is known of the cuts and pack them."""
        user: Any = request.user
        body = NewDeliverySerializer(data=request.data)
        body.is_valid(raise_exception=True)
        data = body.validated_data
        project = Project.objects.get_visible(user, code=data["project"])
        made = services.create_delivery(
            actor=user,
            project=project,
            cuts=_cuts(user, project, data["cuts"]),
            title=data["title"],
            recipient=data["recipient"],
            note=data["note"],
            naming_template=data["naming_template"],
        )
        return Response(_detail(user, made.code), status=status.HTTP_201_CREATED)


class DeliveryView(APIView):
    """One delivery."""

    required_scope = ApiScope.Code.READ

    @extend_schema(summary="A delivery", responses={200: DeliveryDetailSerializer})
    def get(self, request: Request, code: UUID) -> Response:
        """With its packages and manifest."""
        return Response(_detail(request.user, code))


class RepeatView(APIView):
    """Packing a delivery again."""

    required_scope = ApiScope.Code.SPEND

    @extend_schema(
        summary="Pack it again: the same bytes",
        request=None,
        responses={200: DeliveryDetailSerializer},
    )
    def post(self, request: Request, code: UUID) -> Response:
        """From what was frozen when it was made."""
        user: Any = request.user
        services.repeat_delivery(actor=user, delivery=queries.get_delivery(user, code))
        return Response(_detail(user, code))


def _detail(user: Any, code: UUID) -> Any:
    return DeliveryDetailSerializer(queries.get_delivery(user, code)).data


def _cuts(user: Any, project: Project, codes: list[UUID]) -> list[Any]:
    """The cuts in the order asked for; one that is not final is told apart from one that is not."""
    cuts: Any = Cut.objects.visible_to(user).filter(
        scene__character__project=project, code__in=codes
    )
    found = {
        cut.code: cut
        for cut in cuts.select_related(
            "scene__character__project",
            "scene__type_version__scene_type",
            "version__blob",
            "profile",
            "final_approval__approved_by",
        )
    }
    if missing := [code for code in codes if code not in found]:
        message = f"There is no cut {missing[0]} in this project."
        raise Invalid(message, fields={"cuts": [message]})
    return [found[code] for code in codes]


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Invalid("A project is named by its code.") from error
