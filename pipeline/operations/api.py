"""The catalogue for scripts."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from pipeline.operations.catalogue import CATALOGUE, get_operation
from pipeline.operations.declaration import OperationSpec
from pipeline.operations.offers import offers_of
from pipeline.operations.schema import parameter_schema


class OfferSerializer(serializers.Serializer[Any]):
    """One way to run an operation."""

    provider = serializers.CharField()
    model = serializers.CharField()
    title = serializers.CharField()
    version = serializers.CharField()
    sku = serializers.CharField(help_text="its item in the price list")
    note = serializers.CharField()


class InputSerializer(serializers.Serializer[Any]):
    """A role that takes files."""

    role = serializers.CharField(source="role.code")
    kinds = serializers.ListField(child=serializers.CharField())
    at_least = serializers.IntegerField()
    at_most = serializers.IntegerField()
    help = serializers.CharField()


class OperationSerializer(serializers.Serializer[Any]):
    """An entry of the catalogue."""

    code = serializers.CharField()
    title = serializers.CharField()
    group = serializers.CharField(source="group.code")
    summary = serializers.CharField()
    version = serializers.CharField()
    output_kind = serializers.CharField()
    inputs = InputSerializer(many=True)
    offers = serializers.SerializerMethodField(help_text="who runs it, the studio's workflows too")
    parameters = serializers.SerializerMethodField(help_text="JSON Schema")

    @extend_schema_field(OfferSerializer(many=True))
    def get_offers(self, spec: OperationSpec) -> Any:
        """Those of the declaration and of rows; the context has them by operation."""
        return OfferSerializer(self.context["offers"][spec.code], many=True).data

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_parameters(self, spec: OperationSpec) -> dict[str, Any]:
        """Schema of the parameters."""
        return parameter_schema(spec)


class OperationListView(APIView):
    """What the studio can do."""

    @extend_schema(operation_id="operations_list", responses={200: OperationSerializer(many=True)})
    def get(self, request: Request) -> Response:
        """All listed operations with their parameters, inputs and offers."""
        listed = [spec for spec in CATALOGUE.values() if spec.is_listed]
        context = {"offers": offers_of(listed)}
        return Response(OperationSerializer(listed, many=True, context=context).data)


class OperationView(APIView):
    """One operation."""

    @extend_schema(operation_id="operations_retrieve", responses={200: OperationSerializer})
    def get(self, request: Request, operation: str) -> Response:
        """One operation with its parameters, inputs and offers."""
        spec = get_operation(operation)
        return Response(OperationSerializer(spec, context={"offers": offers_of([spec])}).data)
