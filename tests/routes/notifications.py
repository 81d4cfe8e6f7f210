"""The inbox, what one watches, calendar feeds and webhooks."""

from __future__ import annotations

from tests.routes.kinds import Route, answers, api_act, api_list, page

KEEPS_WEBHOOKS = {"administrator": 200, "business_development": 200, "client_approver": 200}


def api_webhook() -> Route:
    """What the own approver and systems keep, and those of ours who keep all."""
    return Route(answers(404, **KEEPS_WEBHOOKS, read_token=200, write_token=200, anonymous=401), arguments={"pk": "webhook"})


NOTIFICATION_ROUTES = {
    "inbox": page(200),
    "inbox-read-all": page(405, post_only=True),
    "inbox-open": page(404, arguments={"pk": "notification"}),  # a line of somebody who is not asked here
    "inbox-read": page(405, post_only=True, arguments={"pk": "notification"}),
    "notification-settings": page(200),
    "project-choice": page(405, post_only=True),
    "watch-new": page(405, post_only=True),
    "watch-end": page(405, post_only=True, arguments={"pk": "watch"}),
    "milestone-watch": page(405, post_only=True, arguments={"key": "g2"}),
    "calendar-feed-new": page(405, post_only=True),
    "calendar-feed-revoke": page(405, post_only=True, arguments={"pk": "feed"}),
    "calendar-feed": Route(answers(404), arguments={"address": "unknown"}),  # the address itself is the key
    "webhooks": page(403, **KEEPS_WEBHOOKS, foreign_approver=200),
    "webhook-new": page(405, post_only=True),
    "webhook-detail": page(404, **KEEPS_WEBHOOKS, arguments={"pk": "webhook"}),
    "webhook-rotate": page(405, post_only=True, arguments={"pk": "webhook"}),
    "webhook-disable": page(405, post_only=True, arguments={"pk": "webhook"}),
    "webhook-enable": page(405, post_only=True, arguments={"pk": "webhook"}),
    "webhook-replay": page(405, post_only=True, arguments={"pk": "webhook", "delivery": 999_999_999}),
    "api-changes": api_list(),
    "api-changes-seen": api_act(),
    "api-webhook-list": Route(answers(403, **KEEPS_WEBHOOKS, foreign_approver=200, tokens=200, anonymous=401)),
    "api-webhook-detail": api_webhook(),
    "api-webhook-deliveries": api_webhook(),
    "api-webhook-rotate": api_act(pk="webhook"),
    "api-webhook-disable": api_act(pk="webhook"),
    "api-webhook-enable": api_act(pk="webhook"),
    "api-webhook-replay": api_act(pk="webhook", delivery=999_999_999),
}
