"""Addresses of the pages of deliveries."""

from django.urls import URLPattern, path

from pipeline.delivery import views

urlpatterns: list[URLPattern] = [
    path("deliveries/", views.deliveries, name="deliveries"),
    path("projects/<uuid:code>/deliveries/new/", views.new, name="delivery-new"),
    path("deliveries/<uuid:code>/", views.delivery, name="delivery"),
    path("deliveries/<uuid:code>/repeat/", views.repeat, name="delivery-repeat"),
]
