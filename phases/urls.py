"""Addresses of the phases' own records."""

from django.urls import include, path

urlpatterns = [path("", include("phases.evaluation.urls"))]
