"""Addresses of the API of wallet, prices and plans, below `/api/v1/`."""

from django.urls import path

from billing.wallet import api

app_name = "billing-api"
urlpatterns = [
    path("wallet/", api.Wallet.as_view(), name="wallet"),
    path("wallet/statement/", api.Statement.as_view(), name="statement"),
    path("prices/", api.Prices.as_view(), name="prices"),
    path("plans/", api.Plans.as_view(), name="plans"),
    path("grants/", api.Grants.as_view(), name="grants"),
    path("subscriptions/", api.Subscriptions.as_view(), name="subscriptions"),
]
