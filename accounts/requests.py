"""Requests of somebody who is signed in, for type checkers: behind the decorators the user is one of our users."""

from __future__ import annotations

from django.http import HttpRequest
from rest_framework.request import Request

from accounts.models import User


class SignedInRequest(HttpRequest):
    """What a view behind `login_required`, `internal_required` or `client_required` gets."""

    user: User


class ApiRequest(Request):
    """What an API view behind `IsAuthenticated` gets."""

    user: User
