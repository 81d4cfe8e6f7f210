"""The currencies that prices are given in."""

from __future__ import annotations

from django.db import models


class Currency(models.TextChoices):
    """ISO 4217 codes that we quote in and buy in."""

    CHF = "CHF", "CHF"
    CNY = "CNY", "CNY"
    EUR = "EUR", "EUR"
    GBP = "GBP", "GBP"
    INR = "INR", "INR"
    JPY = "JPY", "JPY"
    USD = "USD", "USD"
