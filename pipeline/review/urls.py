"""Addresses of the pages of takes, boundaries and cuts."""

from django.urls import URLPattern, path

from pipeline.review import views

urlpatterns: list[URLPattern] = [
    path("takes/<uuid:code>/", views.take, name="take"),
    path("takes/<uuid:code>/verdict/", views.take_verdict, name="take-verdict"),
    path("boundaries/<uuid:code>/", views.boundary, name="boundary"),
    path("boundaries/<uuid:code>/heal/", views.heal, name="boundary-heal"),
    path("boundaries/<uuid:code>/bridge/", views.use, name="boundary-bridge"),
    path("cuts/<uuid:code>/", views.cut, name="cut"),
    path("cuts/<uuid:code>/verdict/", views.cut_verdict, name="cut-verdict"),
    path("cuts/<uuid:code>/approve/", views.approve, name="cut-approve"),
    path("cuts/<uuid:code>/poster/", views.poster, name="cut-poster"),
]
