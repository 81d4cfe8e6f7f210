"""Every address of the product, asked for by everybody: what each may reach is written here, and nowhere guessed.

An address that this file does not know fails the test; so does one that answers anybody otherwise than the table says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpResponseBase
from django.test import Client as Browser
from django.test import override_settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.models import Role, User
from audit.models import Event
from documents import registry
from documents.registry import DocumentType
from documents.services import share_document, submit_for_review, upload_version
from notifications.models import Notification
from notifications.services.feeds import create_feed
from notifications.services.webhooks import create_webhook
from notifications.services.wishes import watch_milestone
from projects.attachments import take_upload
from projects.models import ApprovalRequest, GateCondition, MilestoneLink, Phase, Project, Tailoring, Task
from projects.services.agreements import record_agreement
from projects.services.payments import plan_payment
from projects.services.rfp import ask_clarification, attach_rfp_file
from projects.services.saved_views import save_view
from projects.services.scratch import open_scratch
from projects.services.sharing import ask_for_approval
from tests.clients_systems import a_token
from tests.kept import kept_until_the_end
from tests.projects import factories
from tests.projects.vessels import a_vessel, book

pytestmark = pytest.mark.django_db

PORTFOLIO = ("business_development", "project_manager", "quality_assurance", "management")
TEAM = ("research", "analytical", "material_control", "production", "ehs")
OUTSIDE = ("administrator", "regulatory")  # ours, but not on the project's team
STAFF = PORTFOLIO + TEAM + OUTSIDE
OWN = ("client_viewer", "client_approver")
FOREIGN = ("foreign_viewer", "foreign_approver")
TOKENS = ("read_token", "write_token", "foreign_token")
EVERYBODY = ("anonymous", *STAFF, *OWN, *FOREIGN, *TOKENS)

MISSING = {
    "code": "API-1999-0001",
    "client_code": "NOBODY",
    "number": "XXX-1999-0001",
    "pk": 999_999_999,
    "public_id": "00000000-0000-4000-8000-000000000000",
}


@dataclass(frozen=True)
class Route:
    """What each group gets for GET; `post` is what reaches a POST-only address at all, `arguments` name the objects."""

    get: dict[str, int]
    post_only: bool = False
    arguments: dict[str, Any] = field(default_factory=dict)


def answers(default: int, **groups: int) -> dict[str, int]:
    """One status for everybody, then exceptions by group or by single role; later ones win."""
    names = {"staff": STAFF, "portfolio": PORTFOLIO, "team": TEAM, "outside": OUTSIDE, "own": OWN, "foreign": FOREIGN, "tokens": TOKENS}
    table = dict.fromkeys(EVERYBODY, default)
    for name, status in groups.items():
        table.update(dict.fromkeys(names.get(name, (name,)), status))
    return table


def page(default: int = 200, *, post_only: bool = False, arguments: dict[str, Any] | None = None, **groups: int) -> Route:
    """A page asks a stranger to sign in; a token is no sign-in there."""
    return Route(answers(default, **groups, anonymous=302, tokens=302), post_only, arguments or {})


def ours(**groups: int) -> Route:
    """A page of ours without an object: clients find nothing."""
    return page(200, own=404, foreign=404, **groups)


def of_project(**arguments: Any) -> Route:
    """A page of a project: people who see it."""
    return page(200, outside=404, own=404, foreign=404, arguments=arguments)


def act(**arguments: Any) -> Route:
    """A POST-only address below a project or document: GET is the wrong method for ours, nothing for clients."""
    return page(405, own=404, foreign=404, post_only=True, arguments=arguments)


def of_client(**arguments: Any) -> Route:
    """A page of the portal: the client's own people."""
    return page(404, own=200, arguments=arguments)


def seen_as_client(**arguments: Any) -> Route:
    """A page of the portal for those of ours who share with the client."""
    shares = {"project_manager": 200, "business_development": 200}
    return page(403, **shares, outside=404, own=404, foreign=404, arguments=arguments)


def api_list() -> Route:
    return Route(answers(200, anonymous=401))


def api_object(number: str = "number", *, arguments: dict[str, Any] | None = None, **groups: int) -> Route:
    table = answers(200, outside=404, foreign=404, foreign_token=404, anonymous=401, **groups)
    return Route(table, arguments={"number": number, **(arguments or {})})


def api_act(**arguments: Any) -> Route:
    """A POST-only address of the API."""
    return Route(answers(405, anonymous=401), post_only=True, arguments=arguments)


def api_of_clients(**arguments: Any) -> Route:
    """Every client is known to all of ours, and to no client."""
    return api_internal(client_code="DCA", **arguments)


def api_internal(default: int = 200, *, post_only: bool = False, **arguments: Any) -> Route:
    """An address of the API that no caller of a client finds."""
    return Route(answers(default, own=404, foreign=404, tokens=404, anonymous=401), post_only, arguments)


OPEN_TO_ALL = Route(answers(200))
SIGN_IN_ROUTES = {
    "account_login": Route(answers(302, anonymous=200, tokens=200)),
    "account_logout": page(200),
    "account_reauthenticate": page(200),
    "account_change_password": page(200),
    "account_set_password": page(302),
    "account_reset_password": OPEN_TO_ALL,
    "account_reset_password_done": OPEN_TO_ALL,
    "account_reset_password_from_key": Route(answers(200), arguments={"uidb36": "1", "key": "wrong"}),
    "account_reset_password_from_key_done": OPEN_TO_ALL,
    "mfa_index": page(200),
    "mfa_authenticate": Route(answers(302)),
    "mfa_reauthenticate": page(302),
    "mfa_activate_totp": page(302),
    "mfa_deactivate_totp": page(404),  # nobody here has a second factor
    "mfa_view_recovery_codes": page(404),
    "mfa_generate_recovery_codes": page(302),
    "mfa_download_recovery_codes": page(404),
}
ACCOUNT_ROUTES = {
    "people": ours(staff=403, administrator=200),
    "person-new": ours(staff=403, administrator=200),
    "person-detail": ours(staff=403, administrator=200),
    "person-change": act(),
    "person-reset-second-factor": act(),
    "sites": ours(),
    "site-detail": page(200, own=404, foreign=404, arguments={"key": "site"}),
    "vessels": page(200, own=404, foreign=404, arguments={"key": "site"}),
    "vessel-detail": page(200, own=404, foreign=404, arguments={"key": "site", "tag": "R-302"}),
    "vessel-out-of-service": act(key="site", tag="R-302"),
    "vessel-in-service": act(key="site", tag="R-302"),
    "person-grant": act(),
    "grant-end": act(),
    "person-deactivate": act(),
    "person-reactivate": act(),
    "person-invite": act(),
    "client-list": ours(),
    "client-new": ours(),  # the page says who may enter one
    "client-detail": page(200, own=404, foreign=404, arguments={"client_code": "DCA"}),
    "client-edit": page(200, own=404, foreign=404, arguments={"client_code": "DCA"}),
    "contact-new": page(200, own=404, foreign=404, arguments={"client_code": "DCA"}),
    "contact-detail": page(200, own=404, foreign=404, arguments={"client_code": "DCA", "pk": "contact"}),
    "contact-leave": act(client_code="DCA", pk="contact"),
    "contact-return": act(client_code="DCA", pk="contact"),
    "api-client-list": Route(answers(200, own=404, foreign=404, tokens=404, anonymous=401)),
    "api-client-detail": api_of_clients(),
    "api-contact-list": api_of_clients(),
    "api-contact-detail": api_of_clients(pk="contact"),
    "api-contact-left": api_act(client_code="DCA", pk="contact"),
    "api-contact-returned": api_act(client_code="DCA", pk="contact"),
    "tokens": page(403, administrator=200, business_development=200, project_manager=200, client_approver=200, foreign_approver=200),
    "token-new": page(405, post_only=True),
    "integration-account-new": page(405, post_only=True),
    "integration-account": page(
        403,
        administrator=200,
        business_development=200,
        project_manager=200,
        client_approver=200,
        foreign=404,
        arguments={"pk": "account"},
    ),
    "integration-account-close": page(405, post_only=True, arguments={"pk": "account"}),
    "integration-account-hand-over": page(405, post_only=True, arguments={"pk": "account"}),
    "token-revoke": page(405, post_only=True),
    "profile": page(200),
    "delegations": ours(),
    "delegation-end": act(pk="delegation"),
    "keep-alive": Route(answers(200)),
}
API_ROUTES = {
    "api-root": api_list(),
    "api-schema": OPEN_TO_ALL,
    "api-docs": OPEN_TO_ALL,
    "api-project-list": api_list(),
    "api-project-detail": api_object(),
    "api-project-gate": api_object(own=404, tokens=404),
    "api-project-gate-proposal": api_act(),
    "api-project-gate-withdrawal": api_act(),
    "api-project-gate-waivers": api_act(),
    "api-project-gates": api_object(own=404, tokens=404),
    "api-project-gate-round": api_object(own=404, tokens=404, arguments={"gate": "G1", "round": 1}),
    "api-milestone-list": api_list(),
    "api-waiting": api_list(),
    "api-deliverable-list": api_list(),
    "api-rfp-list": api_list(),
    "api-rfp-detail": api_object(own=404, tokens=404, number="rfp"),
    "api-rfp-submit": api_act(number="rfp"),
    "api-rfp-decline": api_act(number="rfp"),
    "api-rfp-files": api_object(own=404, tokens=404, number="rfp"),
    "api-rfp-file": api_object(own=404, tokens=404, number="rfp", arguments={"pk": "attached"}),
    "api-rfp-file-remove": api_act(number="rfp", pk="attached"),
    "api-document-list": api_list(),
    "api-document-detail": api_object(),
    "api-document-file": api_object(),
}
PROJECT_ROUTES = {
    "project-gate": of_project(),
    "gate-propose": act(),
    "gate-withdraw": act(),
    "gate-sign": act(role="research"),
    "gate-refuse": act(role="research"),
    "gate-review": of_project(gate="G1", number=1),
    "deliverable-detail": of_project(key="route_selection_report"),
    "deliverable-assign": act(key="route_selection_report"),
    "deliverable-loop": act(key="route_selection_report"),
    "deliverable-share": act(key="route_selection_report"),
    "deliverable-unshare": act(key="route_selection_report"),
    "reference-enter": act(key="route_selection_report"),
    "reference-confirm": act(key="route_selection_report", pk="reference"),
    "reference-reject": act(key="route_selection_report", pk="reference"),
    "reference-file": of_project(key="route_selection_report", pk="reference"),
    "project-plan": of_project(),
    "project-plan-svg": of_project(),
    "milestone-detail": of_project(key="g2"),
    "milestone-reschedule": act(key="g2"),
    "milestone-achieve": act(key="g2"),
    "milestone-share": act(key="g2"),
    "milestone-unshare": act(key="g2"),
    "project-status": of_project(),
    "project-hold": act(),
    "project-resume": act(),
    "project-cancel": act(),
    "project-return": act(),
    "project-complete": act(),
    "project-out-of-scope": act(),
    "quotation-new": of_project(),
    "quotation-detail": of_project(revision=2),
    "quotation-edit": of_project(revision=2),
    "quotation-release": act(revision=2),
    "quotation-send": act(revision=2),
    "quotation-compare": of_project(before=1, after=2),
    "agreement-new": of_project(),
    "agreement-detail": of_project(pk="agreement"),
    "agreement-sign": act(pk="agreement"),
    "agreement-file": of_project(pk="agreement"),
    "agreement-keep-file": act(pk="agreement"),
    "agreement-withdraw": act(pk="agreement"),
    "project-charter": of_project(),
    "project-team": of_project(),
    "compound-sources": of_project(),
}
GATE_ROUTES = {
    "gate-meeting": act(),
    "gate-request": act(),
    "gate-assess": act(gate="G1", number=1, key="charter"),
    "tailoring-add": act(),
    "tailoring-remove": act(pk=1),
    "gate-minutes": act(),
    "gate-conditional": page(403, project_manager=409, outside=404, own=404, foreign=404),  # its gate opens on evidence alone
    "condition-detail": of_project(pk="condition"),
    "condition-answer": act(pk="condition"),
    "condition-confirm": act(pk="condition"),
    "condition-reject": act(pk="condition"),
    "waiver-request": act(key="route"),
    "waiver-grant": act(pk="waiver"),
    "waiver-refuse": act(pk="waiver"),
    "waiver-withdraw": act(pk="waiver"),
    "api-assessment-list": api_object(own=404, tokens=404, arguments={"gate": "G1", "round": 1}),
    "api-tailoring-list": api_object(own=404, tokens=404),
    "api-tailoring-detail": api_object(own=404, tokens=404, arguments={"pk": "tailoring"}),
    "api-condition-answer": api_act(pk="condition"),
    "api-condition-confirm": api_act(pk="condition"),
    "api-condition-reject": api_act(pk="condition"),
    "api-condition-list": api_object(own=404, tokens=404),
    "api-condition-detail": api_object(own=404, tokens=404, arguments={"pk": "condition"}),
}
PLAN_ROUTES = {
    "project-plan-png": of_project(),
    "project-plan-pdf": of_project(),
    "project-publish": of_project(),
    "project-milestones": of_project(),
    "milestone-change": act(key="g2"),
    "milestone-remove": act(key="g2"),
    "milestone-start": act(key="g2"),
    "milestone-correct": act(key="g2"),
    "task-add": act(),
    "task-change": act(pk="task"),
    "task-start": act(pk="task"),
    "task-finish": act(pk="task"),
    "task-reopen": act(pk="task"),
    "task-remove": act(pk="task"),
    "api-task-list": api_object(own=404, tokens=404),
    "api-task-detail": api_object(own=404, tokens=404, arguments={"pk": "task"}),
    "api-task-start": api_act(pk="task"),
    "api-task-done": api_act(pk="task"),
    "task-report": act(pk="task"),
    "project-risks": of_project(),
    "risk-change": act(number="risk"),
    "risk-close": act(number="risk"),
    "risk-reopen": act(number="risk"),
    "risk-report": act(number="risk"),
    "project-account": of_project(),
    "milestone-explain": act(key="g2"),
    "portal-account": of_client(),
    "portal-account-acknowledge": page(404, own=405, foreign=405, post_only=True),
    "portal-account-object": page(404, own=405, foreign=405, post_only=True),
    "api-milestone-explain": api_act(key="g2"),
    "project-dependencies": of_project(),
    "dependency-change": act(pk="dependency"),
    "dependency-remove": act(pk="dependency"),
    "project-plan-xlsx": of_project(),
    "project-baselines": of_project(),
    "baseline-compare": of_project(),
    "project-scratches": of_project(),
    "scratch-detail": of_project(pk="scratch"),
    "scratch-apply": act(pk="scratch"),
    "scratch-discard": act(pk="scratch"),
    "project-payments": of_project(),
    "payment-correct": act(key="payment_1"),
    "payment-invoice": act(key="payment_1"),
    "payment-paid": act(key="payment_1"),
    "project-change-orders": of_project(),
    "change-order-new": of_project(),
    "change-order-detail": of_project(sequence=1, revision=1),
    "change-order-edit": of_project(sequence=1, revision=1),
    "change-order-release": act(sequence=1, revision=1),
    "change-order-send": act(sequence=1, revision=1),
    "portal-change-order": of_client(sequence=1, revision=1),
    "portal-change-order-accept": page(404, own=405, foreign=405, post_only=True, arguments={"sequence": 1, "revision": 1}),
    "portal-change-order-decline": page(404, own=405, foreign=405, post_only=True, arguments={"sequence": 1, "revision": 1}),
    "api-change-order-list": api_list(),
    "api-change-order-detail": api_object(number="change_order"),
    "api-change-order-revise": api_act(number="change_order"),
    "api-change-order-release": api_act(number="change_order"),
    "api-change-order-send": api_act(number="change_order"),
    "api-evidence-list": api_object(own=404, tokens=404, arguments={"key": "route_selection_report"}),
    "api-evidence-confirm": api_act(key="route_selection_report", pk="reference"),
    "api-evidence-reject": api_act(key="route_selection_report", pk="reference"),
    "api-change-order-accept": api_act(number="change_order"),
    "api-change-order-decline": api_act(number="change_order"),
    "api-milestone-detail": api_object(arguments={"key": "g2"}),
    "api-milestone-add": api_act(),
    "api-milestone-remove": api_act(key="g2"),
    "api-dependency-list": api_object(own=404, tokens=404, arguments={"key": "g2"}),
    "api-dependency-detail": api_object(own=404, tokens=404, arguments={"key": "g2", "pk": "dependency"}),
    "api-dependency-remove": api_act(key="g2", pk="dependency"),
    "api-account": api_object(),
    "api-account-acknowledge": api_act(),
    "api-account-object": api_act(),
    "api-account-reply": api_act(),
    "api-milestone-reschedule": api_act(key="g2"),
    "api-milestone-achieve": api_act(key="g2"),
    "api-publication-preview": api_act(),
    "api-publication": api_act(),
    "api-deliverable-detail": api_object(own=404, tokens=404, arguments={"key": "route_selection_report"}),
    "api-sharing-list": api_object(own=404, tokens=404),
    "api-sharing-log": api_object(own=404, tokens=404),
    "api-loop-open": api_act(key="route_selection_report"),
    "api-sharing": api_object(own=404, tokens=404, arguments={"kind": "milestone", "key": "g2"}),
}
EVALUATION_ROUTES = {
    "project-evaluation": of_project(),
    "evaluation-recommend": act(),
    "sheet-detail": of_project(department="research"),
    "sheet-autosave": act(department="research"),
    "sheet-sign-off": act(department="research"),
    "sheet-reopen": act(department="research"),
    "sheet-assign": act(department="research"),
}
RFP_ROUTES = {
    "rfp-list": ours(),
    "rfp-new": ours(staff=403, business_development=200, project_manager=200),
    "rfp-parties": ours(),
    "rfp-similar": ours(),
    "rfp-detail": of_project(number="rfp"),
    "rfp-autosave": act(number="rfp"),
    "rfp-standing": of_project(number="rfp"),
    "rfp-structure": of_project(number="rfp"),
    "rfp-upload": act(number="rfp"),
    "rfp-files": of_project(number="rfp"),
    "rfp-file": of_project(number="rfp", pk="attached"),
    "rfp-file-remove": act(number="rfp", pk="attached"),
    "rfp-ask": act(number="rfp"),
    "rfp-answer": act(number="rfp", pk="clarification"),
    "rfp-decline": act(number="rfp"),
    "rfp-submit": act(number="rfp"),
}
DOCUMENT_ROUTES = {
    "document-list": page(200),
    "document-new": ours(),  # asks for the project
    "document-upload": ours(),
    "document-detail": page(200, outside=404, foreign=404),
    "project-documents": of_project(),
    "document-withdraw": act(),
    "document-share": act(),
    "document-unshare": act(),
    "document-status": page(200, outside=404, foreign=404, arguments={"version": 1}),
    "document-text": page(404, arguments={"version": 1, "section": "summary"}),  # a file made elsewhere has no text of ours
    "document-submit": act(version=1),
    "document-sign": act(version=1),
    "document-refuse": act(version=1),
    "document-retry": act(version=1),
    "document-snapshot": page(200, outside=404, foreign=404, arguments={"version": 1}),
    "document-uploaded": page(200, outside=404, foreign=404, arguments={"version": 1}),
    "document-pdf": page(404, arguments={"version": 1, "kind": "effective"}),  # this version is a file made elsewhere
}
DESK_ROUTES = {
    "home": page(200, own=302, foreign=302),
    "my-work": ours(),
    "project-list": ours(),
    "project-by-id": page(302, outside=404, own=404, foreign=404, arguments={"pk": "project"}),
    "project-gate-by-id": page(302, outside=404, own=404, foreign=404, arguments={"pk": "project"}),
    "project-detail": of_project(),
    "project-activity": of_project(),
    "search": page(200),
    "portal": page(404, own=200, foreign=200),
    "portal-project": of_client(),
    "status-report": of_project(),
    "project-sharing": of_project(),
    "project-sharing-log": of_project(),
    "project-sharing-csv": of_project(),
    "portal-approval": of_client(pk="approval"),
    "portal-approval-accept": page(404, own=405, foreign=405, post_only=True, arguments={"pk": "approval"}),
    "portal-approval-reject": page(404, own=405, foreign=405, post_only=True, arguments={"pk": "approval"}),
    "api-approval-list": api_list(),
    "api-approval-detail": api_object(arguments={"pk": "approval"}),
    "api-approval-accept": api_act(pk="approval"),
    "api-approval-decline": api_act(pk="approval"),
    "portal-quotation": of_client(revision=2),
    "portal-quotation-accept": page(404, own=405, foreign=405, post_only=True, arguments={"revision": 2}),
    "portal-seen": page(404, own=405, foreign=405, post_only=True),
    "as-client": seen_as_client(),
    "as-client-quotation": seen_as_client(revision=2),
    "as-client-change-order": seen_as_client(sequence=1, revision=1),
    "as-client-document": seen_as_client(),
    "portal-quotation-decline": page(404, own=405, foreign=405, post_only=True, arguments={"revision": 2}),
}
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
PORTFOLIO_ROUTES = {
    "portfolio": ours(),
    "portfolio-csv": ours(),
    "portfolio-xlsx": ours(),
    "portfolio-gantt": ours(),
    "portfolio-gantt-svg": ours(),
    "portfolio-gantt-png": ours(),
    "portfolio-gantt-pdf": ours(),
    "kpis": page(403, portfolio=200, own=404, foreign=404),
    "kpis-csv": page(403, portfolio=200, own=404, foreign=404),
    "kpis-xlsx": page(403, portfolio=200, own=404, foreign=404),
}
EVERY_PROJECTS_ROUTES = {  # what lies above the projects: everybody of ours opens it, the services say who may change it
    "calendars": ours(),
    "calendar-remove": act(kind="site", name="nowhere", first="2026-01-01"),
    "calendar-region": act(kind="site", name="nowhere"),
}
OCCUPANCY_ROUTES = {
    "occupancy": ours(),
    "occupancy-csv": ours(),
    "occupancy-xlsx": ours(),
    "occupancy-svg": ours(),
    "occupancy-png": ours(),
    "occupancy-pdf": ours(),
    "occupancy-book": ours(),
    "occupancy-detail": of_project(pk="occupancy"),
    "occupancy-move": act(pk="occupancy"),
    "occupancy-confirm": act(pk="occupancy"),
    "occupancy-release": act(pk="occupancy"),
    "api-vessel-list": api_internal(),
    "api-vessel-detail": api_internal(pk="vessel"),
    "api-occupancy-list": api_internal(),
    "api-occupancy-detail": api_object(own=404, tokens=404, arguments={"pk": "occupancy"}),
    "api-occupancy-confirm": api_internal(405, post_only=True, pk="occupancy"),
    "api-occupancy-release": api_internal(405, post_only=True, pk="occupancy"),
}
VIEW_ROUTES = {  # questions to lists, of the person who keeps them: no list shows more for them
    "view-save": page(405, own=404, foreign=404, post_only=True),
    "view-change": act(pk="view"),
    "view-delete": act(pk="view"),
    "view-default": act(pk="view"),
    "view-tile": act(pk="view"),
    "api-view-list": Route(answers(200, own=404, foreign=404, tokens=404, anonymous=401)),
    # its owner alone: it is not shared
    "api-view-detail": Route(answers(404, project_manager=200, anonymous=401), arguments={"pk": "view"}),
    "api-view-default": api_act(pk="view"),
    "api-view-tile": api_act(pk="view"),
}
HEALTH_ROUTES = {"healthz": OPEN_TO_ALL, "readyz": OPEN_TO_ALL, "metrics": Route(answers(404))}  # metrics: only by token or address
ROUTES: dict[str, Route] = {
    **HEALTH_ROUTES,
    **SIGN_IN_ROUTES,
    **ACCOUNT_ROUTES,
    **API_ROUTES,
    **PROJECT_ROUTES,
    **GATE_ROUTES,
    **PLAN_ROUTES,
    **EVALUATION_ROUTES,
    **RFP_ROUTES,
    **DOCUMENT_ROUTES,
    **DESK_ROUTES,
    **NOTIFICATION_ROUTES,
    **PORTFOLIO_ROUTES,
    **EVERY_PROJECTS_ROUTES,
    **OCCUPANCY_ROUTES,
    **VIEW_ROUTES,
}
MEMO = DocumentType(key="memo", title="Memo", phase=Phase.EVALUATION, number_prefix="MEM")


@pytest.fixture(autouse=True)
def own_cache(settings: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "routes"}}
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    cache.clear()


@dataclass
class World:
    """Everybody, and one of each thing that an address can name."""

    callers: dict[str, Browser]
    things: dict[str, Any]

    def arguments(self, name: str, pattern: str) -> dict[str, Any]:
        """What stands in the address: the route's own arguments, else the thing of that name."""
        own = ROUTES[name].arguments
        found = {}
        for key in re.findall(r"<(?:\w+:)?(\w+)>", pattern) or list(own):
            value = own.get(key, self.things.get(f"{pattern.split('/')[0]}.{key}", self.things.get(key)))
            found[key] = self.things.get(value, value) if isinstance(value, str) else value
        return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return tmp_path_factory.mktemp("files")


@pytest.fixture(autouse=True)
def own_files(settings: Any, folder: Any) -> None:
    """The files of this module's world, in place of a folder for each test."""
    settings.FILES_DIR = folder


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, folder: Any) -> Iterator[World]:
    registry._types["memo"] = MEMO
    with override_settings(FILES_DIR=folder), kept_until_the_end(django_db_blocker):
        yield make_world()
    del registry._types["memo"]


def make_world() -> World:
    project = a_busy_project()
    foreign = factories.a_client("DCB")
    things = things_of(project)
    people = {role: factories.person(role) for role in (*STAFF, *OWN)}
    people |= {f"foreign_{kind}": factories.person(f"client_{kind}", client=foreign) for kind in ("viewer", "approver")}
    callers = {"anonymous": Browser(), **{name: signed_in(person) for name, person in people.items()}}
    for name, client, scope in (
        ("read_token", project.client, "read"),
        ("write_token", project.client, "write"),
        ("foreign_token", foreign, "write"),
    ):
        callers[name] = Browser(headers={"authorization": f"Bearer {a_token(client, scope)[1]}"})
    return World(callers, {**things, "accounts.pk": people["research"].pk, "accounts.grant": people["research"].grants.get().pk})


def signed_in(person: User) -> Browser:
    browser = Browser()
    browser.force_login(person)
    return browser


def a_busy_project() -> Project:
    """In small scale, with two revisions of its quotation, agreements, evidence that waits."""
    project = factories.a_project()
    factories.sign_off_sheets(project)
    factories.recommend(project.code, recommendation="bid", reason="Feasible.", actor=factories.person(Role.BUSINESS_DEVELOPMENT))
    factories.a_quotation(project)
    factories.accepted_quotation(project)
    factories.signed_agreements(project)
    factories.charter(project)
    factories.tailor(project, "deliverable", "method_validation_report")
    factories.finish_phase(project)
    return factories.decide_with_conditions(project)


def things_of(project: Project) -> dict[str, Any]:
    manager, business = factories.manager(), factories.person(Role.BUSINESS_DEVELOPMENT)
    stored = take_upload(BytesIO(b"%PDF-1.7 a record\n%%EOF\n"), "record.pdf")
    reference = factories.a_reference(project, "route_selection_report", stored=stored)
    version = upload_version("memo", upload=BytesIO(b"%PDF-1.7 a memo\n%%EOF\n"), name="memo.pdf", actor=manager, project=project)
    if version.effective_at is None:
        submit_for_review(version.document.number, 1, actor=manager)
    share_document(version.document.number, actor=manager)
    asked = ask_clarification(project.rfp.number, question="Which polymorph?", actor=business)
    attached = attach_rfp_file(project.rfp.number, stored=stored, actor=business)
    agreement = record_agreement(
        project.code, kind="quality", number="QAA-1", effective_on=timezone.localdate(), stored=stored, actor=business
    )
    order = factories.sent_change_order(project)
    ask_for_approval(project.code, "milestone", "g2", actor=manager)
    plan_payment(project.code, title="Second payment", source="gate:G2", actor=business)
    vessel = a_vessel()
    scratch = open_scratch(project.code, name="Two weeks later", actor=manager)
    token = a_token(project.client)[0]
    return {
        **things_of_notifications(project),
        "change_order": order.number,
        "approval": ApprovalRequest.objects.get(project=project).pk,
        "dependency": MilestoneLink.objects.filter(successor__project=project, successor__key="g2").values_list("pk", flat=True)[0],
        "scratch": scratch.pk,
        "vessel": vessel.pk,
        "occupancy": book(vessel, 10, 14, project=project).pk,
        "task": Task.objects.filter(project=project).values_list("pk", flat=True)[0],
        "risk": factories.a_risk(project).number,
        "code": project.code,
        "project": project.pk,
        "rfp": project.rfp.number,
        "number": version.document.number,
        "reference": reference.pk,
        "agreement": agreement.pk,
        "clarification": asked.pk,
        "attached": attached.pk,
        "condition": GateCondition.objects.get(review__project=project).pk,
        "tailoring": Tailoring.objects.get(project=project).pk,
        "waiver": factories.a_waiver(project, "route").pk,
        "delegation": factories.a_delegation(manager, business, Role.PROJECT_MANAGER).pk,
        "public_id": token.public_id,
        "account": token.user_id,
        "site": project.site.key if project.site else "",
        "view": save_view("rfps", name="Drafts", query="state=draft", shared=False, actor=manager).pk,
        "client": project.client_id,
        "contact": project.rfp.contact_id,
    }


def things_of_notifications(project: Project) -> dict[str, Any]:
    """A webhook of the client; line, watch and calendar feed of somebody of ours who is not asked here."""
    somebody = factories.person(Role.PROJECT_MANAGER, name="Somebody Else")
    approver = factories.person(Role.CLIENT_APPROVER, client=project.client)
    event = Event.objects.filter(project_id=project.pk).latest("pk")
    with override_settings(WEBHOOK_LOOPBACK=True):
        webhook, _secret = create_webhook(project.client_id, url="http://127.0.0.1/hook", actor=approver)
    return {
        "notification": Notification.objects.create(user=somebody, event=event, group="project", delivery="inbox").pk,
        "watch": watch_milestone(project.code, "g2", days=5, actor=somebody).pk,
        "feed": create_feed(actor=somebody)[0].pk,
        "webhook": webhook.pk,
    }


def every_pattern() -> list[tuple[str, str]]:
    """(name, pattern) of every address, read from the resolver itself."""

    def walk(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, str]]:
        for pattern in resolver.url_patterns:
            whole = before + str(pattern.pattern).removeprefix("^")
            if isinstance(pattern, URLPattern):
                yield pattern.name or whole, whole
            else:
                yield from walk(pattern, whole)

    return list(dict.fromkeys(walk(get_resolver())))


PATTERNS = every_pattern()


def test_every_address_is_in_the_table_and_the_table_names_no_other() -> None:
    assert sorted(name for name, _pattern in PATTERNS) == sorted(ROUTES)


@pytest.mark.parametrize(("name", "pattern"), PATTERNS, ids=[name for name, _pattern in PATTERNS])
def test_everybody_gets_what_the_table_says(world: World, name: str, pattern: str) -> None:
    address = reverse(name, kwargs=world.arguments(name, pattern))

    found = {caller: status_of(browser, address) for caller, browser in world.callers.items()}

    expected = ROUTES[name].get
    assert {k: v for k, v in found.items() if v != expected[k]} == {}, f"{address}: {found}"


def status_of(browser: Browser, address: str) -> int:
    answer = browser.get(address)
    if answer.streaming:
        b"".join(answer)  # type: ignore[arg-type]  # read to its end, the file behind it is closed
    return answer.status_code


def names_an_object(pattern: str) -> bool:
    return bool(re.search(r"<(?:\w+:)?(code|client_code|number|pk|public_id)>", pattern))


OF_OBJECTS = [(name, pattern) for name, pattern in PATTERNS if name in ROUTES and names_an_object(pattern)]


@pytest.mark.parametrize("caller", ["foreign_approver", "foreign_viewer", "foreign_token"])
@pytest.mark.parametrize(("name", "pattern"), OF_OBJECTS, ids=[name for name, _pattern in OF_OBJECTS])
def test_foreign_object_answers_exactly_like_a_missing_one(world: World, name: str, pattern: str, caller: str) -> None:
    arguments = world.arguments(name, pattern)
    browser = world.callers[caller]
    ask = browser.post if ROUTES[name].post_only else browser.get
    real, missing = (reverse(name, kwargs=each) for each in (arguments, of_nothing(arguments)))

    of_real, of_missing = ask(real), ask(missing)

    assert of_real.status_code in (302, 404) if caller == "foreign_token" else of_real.status_code == 404
    assert without_own_words(of_real, real) == without_own_words(of_missing, missing)


def of_nothing(arguments: dict[str, Any]) -> dict[str, Any]:
    """The same address of a thing that does not exist; a number that counts stays a number."""
    return {key: MISSING["pk"] if isinstance(value, int) else MISSING.get(key, value) for key, value in arguments.items()}


def without_own_words(answer: HttpResponseBase, address: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and body without what any two answers differ in: the address asked for, the nonce, the CSRF token."""
    varying = {"Content-Security-Policy", "Content-Length", "X-Request-ID"}
    headers = {name: value.replace(address, "…") for name, value in answer.items() if name not in varying}
    text = re.sub(r"\b[0-9A-Za-z]{64}\b", "token", getattr(answer, "content", b"").decode().replace(address, "…"))
    text = re.sub(r'nonce="[^"]+"', "nonce", text)
    text = re.sub(r"\b[0-9a-f]{32}\b", "request", text)
    return answer.status_code, headers, text


POST_ONLY = [(name, pattern) for name, pattern in PATTERNS if name in ROUTES and ROUTES[name].post_only and names_an_object(pattern)]


@pytest.mark.parametrize(("name", "pattern"), POST_ONLY, ids=[name for name, _pattern in POST_ONLY])
def test_nobody_acts_on_what_is_not_theirs(world: World, name: str, pattern: str) -> None:
    """An empty POST of people who do not see the object finds nothing; of a stranger, it leads to the sign-in."""
    address = reverse(name, kwargs=world.arguments(name, pattern))
    hidden_from = [*FOREIGN] + [role for role in OUTSIDE if name not in ACCOUNT_ROUTES | NOTIFICATION_ROUTES | EVERY_PROJECTS_ROUTES]

    found = {caller: world.callers[caller].post(address).status_code for caller in hidden_from}

    assert found == dict.fromkeys(hidden_from, 404)
    assert world.callers["anonymous"].post(address).status_code in (302, 401)


@pytest.mark.parametrize("caller", [*FOREIGN, *OUTSIDE])
def test_search_finds_nothing_of_a_project_that_one_does_not_see(world: World, caller: str) -> None:
    for words in (world.things["code"], "Paracetamol", "103-90-2", world.things["number"]):
        found = world.callers[caller].get("/search/", {"q": words}).content.decode()
        nothing = world.callers[caller].get("/search/", {"q": "qqqqqqqq"}).content.decode()

        assert re.sub(r'value="[^"]*"', "", found).replace(words, "…").count("/projects/API-") == 0
        assert f'href="/projects/{world.things["code"]}' not in found
        assert found.count("<li") == nothing.count("<li")


@pytest.mark.parametrize("address", ["/portal/", "/documents/", "/"])
def test_lists_and_counters_of_a_foreign_client_show_nothing(world: World, address: str) -> None:
    page = world.callers["foreign_approver"].get(address, follow=True).content.decode()

    assert world.things["code"] not in page
    assert world.things["number"] not in page
    assert "Paracetamol" not in page
