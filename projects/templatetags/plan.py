"""How tables write what the plan counts."""

from __future__ import annotations

from django import template

from projects.variance import variance_words

register = template.Library()
register.filter("variance", variance_words)
