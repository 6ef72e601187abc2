"""The API of wallet, prices and plans, and for Admins of grants and subscriptions."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from billing.credits import parse_credits
from billing.ledger.models import Entry
from billing.ledger.queries import balance_of, statement_entries, statement_lines
from billing.ledger.services import grant_credits
from billing.plans.models import Plan
from billing.plans.queries import all_plans
from billing.plans.services import subscribe
from billing.prices.models import Price
from billing.prices.queries import price_list
from billing.wallet import serializers as bodies
from billing.wallet.summary import WalletSummary, wallet_summary
from studio.core.authentication import BASE_PERMISSIONS, IsStudioAdmin
from studio.core.errors import Invalid
from studio.core.models import ApiScope, User
from studio.core.paging import Page


class Wallet(generics.GenericAPIView[Any]):
    """One's own wallet."""

    serializer_class = bodies.WalletSerializer

    @extend_schema(operation_id="wallet_retrieve")
    def get(self, request: Request) -> Response:
        """Credits left, held and spent, and the plan."""
        user: Any = request.user
        summary: WalletSummary = wallet_summary(user)
        return Response(self.get_serializer(summary).data)


class Statement(generics.GenericAPIView[Any]):
    """One's own statement."""

    serializer_class = bodies.StatementLineSerializer
    queryset = Entry.objects.none()

    @extend_schema(
        operation_id="wallet_statement", responses=bodies.StatementLineSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        """Everything that came into or went out of one's wallet, newest first."""
        user: Any = request.user
        rows = self.paginate_queryset(statement_entries(user)) or []
        lines = statement_lines(user, Page(list(rows), ""))
        return self.get_paginated_response(self.get_serializer(lines, many=True).data)


class Prices(generics.ListAPIView[Price]):
    """The price list."""

    serializer_class = bodies.PriceSerializer
    queryset = Price.objects.none()
    keyset_order = ("code",)

    def get_queryset(self) -> QuerySet[Price]:
        """Prices in force."""
        return price_list(search=self.request.query_params.get("q", "")[:60])

    @extend_schema(
        operation_id="prices_list",
        parameters=[OpenApiParameter("q", str, description="part of the code or the title")],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Prices in force, by code."""
        return super().get(request, *args, **kwargs)


class Plans(generics.ListAPIView[Plan]):
    """The plans."""

    serializer_class = bodies.PlanSerializer
    queryset = Plan.objects.none()
    keyset_order = ("monthly_microcredits", "id")

    def get_queryset(self) -> QuerySet[Plan]:
        """Every plan with its grants."""
        return all_plans()

    @extend_schema(operation_id="plans_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Every plan, the smallest first."""
        return super().get(request, *args, **kwargs)


class ForAdmins(generics.GenericAPIView[Any]):
    """Common to what Admins do: keys need the scope `admin`."""

    permission_classes = [*BASE_PERMISSIONS, IsStudioAdmin]
    read_scope = required_scope = ApiScope.Code.ADMIN

    def values(self, request: Request) -> dict[str, Any]:
        """The body's values, with the person in place of the code.

        Raises:
            Invalid: naming each wrong value.
        """
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        found: dict[str, Any] = body.validated_data
        return found | {"user": _person(found["user"])}


class Grants(ForAdmins):
    """Gifts of credits."""

    serializer_class = bodies.NewGrantSerializer

    @extend_schema(operation_id="grants_create", responses={201: bodies.GrantSerializer})
    def post(self, request: Request) -> Response:
        """Give a person credits."""
        values, actor = self.values(request), request.user
        user, amount = values["user"], parse_credits(values["credits"])
        transfer = grant_credits(
            actor=actor,  # type: ignore[arg-type]
            user=user,
            amount_microcredits=amount,
            memo=values["memo"],
        )
        answer = {
            "transfer": transfer.code,
            "user": user,
            "amount_microcredits": amount,
            "balance_microcredits": balance_of(user),
        }
        return Response(bodies.GrantSerializer(answer).data, status=201)


class Subscriptions(ForAdmins):
    """Who has which plan."""

    serializer_class = bodies.NewSubscriptionSerializer

    @extend_schema(
        operation_id="subscriptions_create", responses={201: bodies.SubscriptionSerializer}
    )
    def post(self, request: Request) -> Response:
        """Give a person a plan from now on."""
        values, actor = self.values(request), request.user
        plan = Plan.objects.filter(code=values["plan"]).first()
        if plan is None:
            message = "There is no plan with this code."
            raise Invalid(message, fields={"plan": [message]})
        made = subscribe(actor=actor, user=values["user"], plan=plan)  # type: ignore[arg-type]
        return Response(bodies.SubscriptionSerializer(made).data, status=201)


def _person(code: uuid.UUID) -> User:
    user = User.objects.select_related("profile").filter(code=code).first()
    if user is None:
        message = "There is no person with this code."
        raise Invalid(message, fields={"user": [message]})
    return user
