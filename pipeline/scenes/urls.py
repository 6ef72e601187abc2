"""Addresses of pages of this slice; below the root, so each names its whole path."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
