"""The address of the capability matrix."""

from django.urls import path

from pipeline.engines import views

urlpatterns = [path("providers/", views.matrix, name="providers")]
