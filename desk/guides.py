"""The first steps of every role, in the words of whoever reads them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.urls import resolve, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import INTERNAL_ROLES, Client, IntegrationToken, Role, User
from catalogue.models import Site
from desk.getting_started import GUIDES, Guide, Sight, Step
from notifications.models import MailMessage

if TYPE_CHECKING:
    from audit.refusals import Words

BOARD = Sight(_("All projects on one board: dates, readiness, what is late"), "portfolio", needs="projects.read_portfolio")
LATE = Sight(_("The projects that are late, the latest first"), "portfolio", "?dates=late&sort=-days_late", "projects.read_portfolio")
GANTT = Sight(_("Every plan on one time line"), "portfolio-gantt", needs="projects.read_portfolio")
FIGURES = Sight(_("Key figures, with the cases behind each"), "kpis", needs="projects.read_portfolio")
VESSELS = Sight(_("Who has which vessel, and where two want the same days"), "occupancy")
PAPERS = Sight(_("Documents in review"), "document-list", "?state=in_review")
INBOX = Sight(_("What happened meanwhile"), "inbox")

PROFILE = Step(
    "profile",
    _("Check your profile"),
    _("Your time zone and your language decide how dates and mails reach you."),
    "profile",
    ("person.updated",),
)
NEWS = Step(
    "news",
    _("Choose how you hear of news"),
    _("At once, in a daily digest, or in the inbox only; for each kind of news."),
    "notification-settings",
    ("preferences.changed", "watch.set", "calendar_feed.created"),
)
SECOND_FACTOR = Step(
    "second_factor",
    _("Protect your sign-in with a second factor"),
    _("An authenticator app; from then on you sign with its code too."),
    "mfa_index",
    missing=lambda user: "" if user.has_second_factor else _t("No authenticator app belongs to your account yet."),
)
VIEW = Step(
    "view",
    _("Keep a view of the list that you use most"),
    _("Filter the list, save it under a name, and put its count on your first page."),
    "project-list",
    ("view.saved", "view.used"),
)


BUSINESS_DEVELOPMENT = Guide(
    Role.BUSINESS_DEVELOPMENT,
    _("First steps in business development"),
    (
        Step(
            "log", _("Log a request"), _("Five fields while the client is on the phone; the rest at leisure."), "rfp-new", ("rfp.logged",)
        ),
        Step(
            "submit",
            _("Complete a request and submit it"),
            _("The page counts what is still to be asked; submitting opens the project."),
            "rfp-list",
            ("rfp.submitted",),
        ),
        Step(
            "quote",
            _("Send a quotation"),
            _("Draft it on the page of the project; two people release it, then the client is asked."),
            "project-list",
            ("quotation.sent",),
        ),
        Step(
            "contact",
            _("Enter a client with a contact"),
            _("Who calls, who decides, and whom our mails reach."),
            "client-list",
            ("client.created", "contact.created"),
        ),
        NEWS,
    ),
    (BOARD, LATE, FIGURES),
)
PROJECT_MANAGER = Guide(
    Role.PROJECT_MANAGER,
    _("First steps in project management"),
    (
        Step(
            "charter",
            _("Draft a charter"),
            _("Its start plans every phase: milestones, deliverables, tasks, and who does them."),
            "project-list",
            ("charter.drafted",),
        ),
        Step(
            "move",
            _("Move a date, with its reason"),
            _("Open a milestone of the plan; everything behind it follows."),
            "portfolio-gantt",
            ("milestone.rescheduled",),
        ),
        Step(
            "publish",
            _("Tell the client the new dates"),
            _("You see the mail before it goes out; nothing is told by itself."),
            "project-list",
            ("milestone.published", "plan.published"),
        ),
        Step(
            "gate",
            _("Propose a gate's decision"),
            _("The page of the gate says what is missing and who owes it."),
            "portfolio",
            ("gate.proposed",),
        ),
        VIEW,
    ),
    (BOARD, LATE, GANTT, VESSELS, FIGURES),
)
QUALITY_ASSURANCE = Guide(
    Role.QUALITY_ASSURANCE,
    _("First steps in quality assurance"),
    (
        Step(
            "confirm",
            _("Confirm a record that you saw"),
            _("Somebody entered its number; you look at it in its system and confirm that it is there."),
            "my-work",
            ("evidence.confirmed", "evidence.rejected"),
        ),
        Step(
            "sign",
            _("Sign a document, or send it back"),
            _("Your password is asked again; the signature covers exactly what is shown."),
            "document-list",
            ("document.signed", "document.refused"),
        ),
        Step(
            "gate",
            _("Sign a gate's decision"),
            _("Each criterion stands there with its evidence."),
            "my-work",
            ("gate.signed", "gate.refused"),
        ),
        SECOND_FACTOR,
        NEWS,
    ),
    (PAPERS, BOARD, LATE),
)
MANAGEMENT = Guide(
    Role.MANAGEMENT,
    _("First steps in management"),
    (
        Step(
            "release",
            _("Release a price"),
            _("A quotation or a change order goes to the client with your signature."),
            "my-work",
            ("quotation.release_signed", "change_order.release_signed", "quotation.released", "change_order.released"),
        ),
        VIEW,
        Step(
            "delegate",
            _("Say who signs while you are away"),
            _("From day to day, for one role, to one person."),
            "delegations",
            ("delegation.given",),
        ),
        NEWS,
    ),
    (BOARD, FIGURES, GANTT, VESSELS),
)


def _department(role: Role, title: Words, page: str, *sights: Sight) -> Guide:
    return Guide(
        role,
        title,
        (
            Step(
                "sheet",
                _("Fill in a feasibility sheet and sign it"),
                _("Is it feasible, what does it cost, how long does it take; it waits under “Waiting for me”."),
                "my-work",
                ("sheet.saved", "sheet.signed_off"),
            ),
            Step(
                "evidence",
                _("Enter where a record lies"),
                _("Its system, its number and its state there; a second person confirms it."),
                page,
                ("evidence.entered", "document.uploaded", "document.requested"),
            ),
            Step("task", _("Finish a task"), _("The day counts on which it was done."), "my-work", ("task.done",)),
            NEWS,
        ),
        (VESSELS, PAPERS, *sights),
    )


DEPARTMENTS = (
    _department(Role.RESEARCH, _("First steps in research"), "project-list"),
    _department(Role.ANALYTICAL, _("First steps in analytical"), "project-list"),
    _department(Role.MATERIAL_CONTROL, _("First steps in material control"), "project-list"),
    _department(Role.PRODUCTION, _("First steps in production"), "occupancy"),
    _department(Role.EHS, _("First steps in environment, health and safety"), "project-list"),
    _department(Role.REGULATORY, _("First steps in regulatory affairs"), "project-list"),
)


def _not_ready(user: User) -> str:
    """What /readyz says that this process lacks."""
    address = reverse("readyz")
    request = HttpRequest()
    request.method = "GET"
    answer = json.loads(resolve(address).func(request).content)
    return "; ".join(f"{name}: {problem}" for name, problem in answer["problems"].items())


def _no_site(user: User) -> str:
    return "" if Site.objects.exists() else _t("There is no site yet.")


def _unheld(user: User) -> str:
    """The roles that nobody holds."""
    held = set(User.objects.active().internal().filter(grants__ended_at=None).values_list("grants__role", flat=True))
    unheld = [str(role.label) for role in Role if role in INTERNAL_ROLES and role not in held]
    return _t("Nobody is yet: %(roles)s.") % {"roles": ", ".join(unheld)} if unheld else ""


def _no_client(user: User) -> str:
    if not Client.objects.exists():
        return _t("There is no client yet.")
    asked = User.objects.active().filter(kind=User.Kind.CLIENT).exists()
    return "" if asked else _t("No client has somebody who can sign in yet.")


def _no_mail(user: User) -> str:
    return "" if MailMessage.objects.filter(state=MailMessage.State.SENT).exists() else _t("No mail has gone out yet.")


ADMINISTRATOR = Guide(
    Role.ADMINISTRATOR,
    _("Setting up the installation"),
    (
        Step(
            "ready",
            _("See that the installation is ready"),
            _("Database, broker, migrations and the rights on the record."),
            "readyz",
            missing=_not_ready,
        ),
        Step(
            "sites",
            _("Enter the sites"),
            _("Each with its country and time zone: its working days move the plans."),
            "sites",
            missing=_no_site,
        ),
        Step(
            "people",
            _("Open the accounts of your people"),
            _("Every role that signs needs somebody; a mailed link lets each choose a password."),
            "people",
            missing=_unheld,
        ),
        Step(
            "clients",
            _("Let the first client in"),
            _("Business development enters the client; you open the accounts of its people."),
            "client-list",
            missing=_no_client,
        ),
        Step(
            "mail",
            _("See that mail goes out"),
            _("The settings EMAIL_HOST and DEFAULT_FROM_EMAIL; the invitation of a person is the simplest trial."),
            "notification-settings",
            missing=_no_mail,
        ),
        SECOND_FACTOR,
    ),
    (VESSELS, INBOX),
)

CLIENT_APPROVER = Guide(
    Role.CLIENT_APPROVER,
    _("First steps for you"),
    (
        Step(
            "answer",
            _("Answer what waits for you"),
            _("A quotation, a change order or a question: open it, accept it with your password, or say what is wrong."),
            "portal",
            (
                "quotation.accepted",
                "quotation.declined",
                "change_order.accepted",
                "change_order.declined",
                "approval.accepted",
                "approval.accepted_with_comment",
                "approval.rejected",
            ),
        ),
        Step(
            "watch",
            _("Choose which dates you hear of"),
            _("We write to you when a date moves by more days than you say."),
            "notification-settings",
            ("watch.set", "preferences.changed"),
        ),
        Step(
            "calendar",
            _("Put our dates into your calendar"),
            _("An address that your calendar reads by itself."),
            "notification-settings",
            ("calendar_feed.created",),
        ),
        Step(
            "systems",
            _("Connect your own system"),
            _("Open an account for it and make a token; your system then reads dates and documents."),
            "tokens",
            ("integration_account.created", "token.created"),
        ),
        PROFILE,
    ),
    (INBOX,),
)
CLIENT_VIEWER = Guide(
    Role.CLIENT_VIEWER,
    _("First steps for you"),
    (
        Step(
            "watch",
            _("Choose which dates you hear of"),
            _("We write to you when a date moves by more days than you say."),
            "notification-settings",
            ("watch.set", "preferences.changed"),
        ),
        Step(
            "calendar",
            _("Put our dates into your calendar"),
            _("An address that your calendar reads by itself."),
            "notification-settings",
            ("calendar_feed.created",),
        ),
        PROFILE,
    ),
    (INBOX,),
)


def _unused(user: User) -> str:
    used = IntegrationToken.objects.filter(user__owner=user).exclude(last_used_at=None).exists()
    return "" if used else _t("None of your systems has called yet.")


INTEGRATION_OWNER = Guide(
    Role.INTEGRATION,
    _("Connecting a system"),
    (
        Step(
            "account",
            _("Open an account for the system"),
            _("It belongs to you until you hand it over."),
            "tokens",
            ("integration_account.created",),
        ),
        Step("token", _("Create a token"), _("It is shown once; the system sends it with every call."), "tokens", ("token.created",)),
        Step(
            "call",
            _("Make the first call"),
            _("The description of the API lets you try each address with the token."),
            "api-docs",
            missing=_unused,
        ),
    ),
)


def register() -> None:
    GUIDES.add(BUSINESS_DEVELOPMENT, PROJECT_MANAGER, QUALITY_ASSURANCE, MANAGEMENT, *DEPARTMENTS, ADMINISTRATOR)
    GUIDES.add(CLIENT_APPROVER, CLIENT_VIEWER, INTEGRATION_OWNER)
