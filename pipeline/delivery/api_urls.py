"""API of deliveries, below `/api/v1/`."""

from django.urls import URLPattern, path

from pipeline.delivery import api

urlpatterns: list[URLPattern] = [
    path("deliveries/", api.DeliveryListView.as_view(), name="api-deliveries"),
    path("deliveries/<uuid:code>/", api.DeliveryView.as_view(), name="api-delivery"),
    path("deliveries/<uuid:code>/repeat/", api.RepeatView.as_view(), name="api-delivery-repeat"),
]
