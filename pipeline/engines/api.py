"""The capability matrix for scripts."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from pipeline.engines.matrix import Entry, MatrixFilters, entries_for


class HealthSerializer(serializers.Serializer[Any]):
    """How it did in the last seven days."""

    attempts = serializers.IntegerField()
    succeeded = serializers.IntegerField()
    median_ms = serializers.IntegerField(allow_null=True)


class CapabilitySerializer(serializers.Serializer[Entry]):
    """One way to run one operation."""

    operation = serializers.CharField(source="operation.code")
    provider = serializers.CharField(source="provider.code")
    model = serializers.CharField(source="offer.model")
    title = serializers.CharField(source="offer.title")
    identifier = serializers.CharField(help_text="what requests to the provider name it by")
    price = serializers.CharField()
    is_metered = serializers.BooleanField(help_text="the estimate is an upper bound")
    sizes = serializers.CharField()
    unused = serializers.ListField(child=serializers.CharField())
    can_cancel = serializers.BooleanField(allow_null=True)
    retires_on = serializers.DateField(allow_null=True)
    is_retired = serializers.BooleanField()
    needs_key = serializers.BooleanField()
    is_usable = serializers.BooleanField()
    health = HealthSerializer(allow_null=True)


class CapabilityListView(generics.GenericAPIView[Any]):
    """Who can run what."""

    serializer_class = CapabilitySerializer
    pagination_class = None

    @extend_schema(
        operation_id="capabilities_list",
        responses={200: CapabilitySerializer(many=True)},
        parameters=[
            OpenApiParameter("group", str, description="code of a group of operations"),
            OpenApiParameter("provider", str, description="code of a provider"),
            OpenApiParameter("usable", str, description="1: only what you can run now"),
        ],
    )
    def get(self, request: Request) -> Response:
        """Every way to run every operation; `group`, `provider` and `usable=1` narrow it down."""
        user: Any = request.user
        filters = MatrixFilters.from_query(request.query_params)
        found = [entry for entry in entries_for(user) if filters.fits(entry)]
        return Response(self.get_serializer(found, many=True).data)
