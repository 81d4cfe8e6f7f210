"""The way in to everything that an administrator keeps, and what this installation is set up to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET

from accounts.decorators import internal_required
from accounts.permissions import allowed, require_permission
from accounts.requests import SignedInRequest
from cdmo import health

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Place:
    """A page of the administration: what is kept there; `missing` says who opens it where this reader does not."""

    title: str
    words: str
    link: str
    icon: str
    missing: str = ""


@internal_required
@require_GET
def administration_page(request: SignedInRequest) -> HttpResponse:
    require_permission("accounts.read_administration", request.user)
    context = {"places": places(request.user), "settings": settings_in_words(), "checks": _checks()}
    return render(request, "cdmo/administration.html", context)


def places(user: User) -> list[Place]:
    people = "" if allowed("accounts.manage_people", user) else _t("Opened by administrators.")
    tokens = "" if allowed("accounts.manage_tokens", user) else _t("Opened by administrators, business development, project managers.")
    return [
        Place(_t("People"), _t("Accounts, second factors, and the roles of each person."), reverse("people"), "users", people),
        Place(
            _t("Roles"), _t("What each role may do and sign, who holds it, and when that was reviewed."), reverse("roles"), "shield-check"
        ),
        Place(_t("Sites and vessels"), _t("Where we work, in which country and zone, and with what."), reverse("sites"), "building"),
        Place(_t("Clients"), _t("Organisations, their contacts, and whether they see our people by name."), reverse("client-list"), "flag"),
        Place(_t("Working days"), _t("Public holidays and own days of sites and clients."), reverse("calendars"), "calendar"),
        Place(_t("Default plan"), _t("Milestones and deliverables that a project begins with."), reverse("default-plan"), "hierarchy-2"),
        Place(
            _t("Document templates"),
            _t("Types of documents, who signs them, their guidance and fixed texts."),
            reverse("document-templates"),
            "file-text",
        ),
        Place(_t("Tokens"), _t("Accounts and tokens of clients’ systems."), reverse("tokens"), "lock-open", tokens),
    ]


def _checks() -> list[tuple[str, str]]:
    titles = {
        "database": _t("Database"),
        "broker": _t("Queue of the background work"),
        "migrations": _t("Tables as this release needs them"),
        "record": _t("The application cannot change the record"),
        "clients": _t("The database hides each client’s rows from every other client"),
    }
    return [(titles[name], problem) for name, problem in health.findings().items()]


def settings_in_words() -> list[tuple[str, str]]:
    """Set where the product is installed and read-only here. No secret, no password, no address of a server inside."""
    on, off = _t("on"), _t("off")
    minutes = _t("after %(minutes)d minutes without a sign of life, %(hours)d hours at most")
    return [
        (_t("Organisation"), settings.ORGANISATION_NAME),
        (_t("Environment"), settings.ENVIRONMENT),
        (_t("Address in mails"), settings.SITE_URL),
        (_t("Encrypted connections only"), on if settings.HTTPS else off),
        (_t("Sign-in"), _t("through %(name)s") % {"name": settings.OIDC_NAME} if settings.OIDC_ISSUER else _t("e-mail and password")),
        (_t("Our people need a second factor"), on if settings.SECOND_FACTOR_REQUIRED else off),
        (_t("Signed out"), minutes % {"minutes": settings.IDLE_TIMEOUT_SECONDS // 60, "hours": settings.SESSION_COOKIE_AGE // 3600}),
        (_t("Time zone of the server"), settings.TIME_ZONE),
        (_t("Languages of messages and mails"), ", ".join(str(name) for _code, name in settings.LANGUAGES)),
        (_t("Mails are sent from"), settings.DEFAULT_FROM_EMAIL),
        (_t("Files are kept in"), _t("an object store") if settings.FILES_BUCKET else _t("a folder of the server")),
        (_t("Largest file"), f"{settings.UPLOAD_MAX_BYTES // (1024 * 1024)} MB"),
        (_t("Database roles apart"), on if "owner" in settings.DATABASES or settings.PRODUCTION else off),
        (_t("Errors are reported to Sentry"), on if settings.SENTRY_DSN else off),
    ]
