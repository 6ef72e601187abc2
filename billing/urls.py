"""Pages of this package."""

from django.urls import URLPattern, URLResolver, path

from billing.wallet import views

app_name = "billing"
urlpatterns: list[URLPattern | URLResolver] = [
    path("wallet/", views.wallet, name="wallet"),
    path("wallet/balance/", views.balance, name="balance"),
    path("wallet/pulse/", views.pulse, name="pulse"),
    path("wallet/statement.csv", views.statement_download, name="statement"),
    path("wallet/prices/", views.prices, name="prices"),
    path("wallet/grants/", views.grant, name="grant"),
]
