"""Errors told to Sentry, where an installation is configured for it."""

from __future__ import annotations

from typing import Any

import sentry_sdk
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.django import DjangoIntegration

from audit import context


def start_reporting(dsn: str, *, environment: str, traces: float, **more: Any) -> None:
    """From here on unhandled errors and logged ones are sent, with the request id of our own log lines. What people wrote stays here:
    no bodies, no local variables, no names, no addresses."""
    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        traces_sample_rate=traces,
        include_local_variables=False,
        max_request_body_size="never",
        integrations=[DjangoIntegration(), CeleryIntegration()],
        default_integrations=True,
        before_send=_with_request_id,
        **more,
    )


def _with_request_id(event: Any, hint: dict[str, Any]) -> Any:
    event.setdefault("tags", {})["request_id"] = context.current().request_id
    for part in ("query_string", "cookies", "env"):
        event.get("request", {}).pop(part, None)
    return event
