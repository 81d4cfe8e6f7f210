"""The world in which every address is asked for: everybody, and one of each thing that an address can name."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.test import Client as Browser
from django.test import override_settings
from django.utils import timezone

from accounts.adapter import SEEN_AT, SIGNED_IN_AT
from accounts.models import Role, User
from audit.models import Event
from catalogue.services import create_or_find_compound
from documents.services import share_document, submit_for_review, upload_version
from notifications.models import Notification
from notifications.services.feeds import create_feed
from notifications.services.webhooks import create_webhook
from notifications.services.wishes import watch_milestone
from process.assumptions.ledger import take_over
from process.models import InquiryLine, RouteVersion
from process.purchasing.services import prepare_inquiry
from projects.attachments import take_upload
from projects.models import ApprovalRequest, GateCondition, MilestoneLink, Project, Quotation, Tailoring, Task
from projects.services.agreements import record_agreement, record_client_agreement, record_signatory
from projects.services.clarifications import ask_clarification
from projects.services.intake import take_intake
from projects.services.payments import plan_payment
from projects.services.quotation_answers import record_outcome
from projects.services.request_drafts import attach_to_draft, begin_draft, send_draft
from projects.services.rfp import attach_rfp_file
from projects.services.saved_views import save_view
from projects.services.scratch import open_scratch
from projects.services.sharing import ask_for_approval
from tests.clients_systems import a_token
from tests.process import factories as process
from tests.projects import factories
from tests.projects.mails import a_mail
from tests.projects.vessels import a_vessel, book
from tests.routes.kinds import OWN, STAFF
from tests.routes.sessions import SIGNED_IN
from tests.routes.table import ROUTES
from tests.worksheets.rows import a_material, a_price
from tests.worksheets.tables import CLIENTS, a_client, xlsx
from worksheets.models import Import
from worksheets.services import take_import


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
            thing = self.things.get(f"{pattern.split('/')[0]}.{key}", self.things.get(key))
            value = own.get(key, thing)
            found[key] = self.things.get(value, value) if isinstance(value, str) and key in own else value
        return found


def make_world() -> World:
    project = a_busy_project()
    requests = requests_of(project)
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
    return World(
        callers,
        {
            **things,
            **requests,
            "accounts.pk": people["research"].pk,
            "accounts.grant": people["research"].grants.get().pk,
            "grant": people["research"].grants.get().pk,
        },
    )


def signed_in(person: User) -> Browser:
    """Active just now for hours to come: that somebody is seen is not written again by each of thousands of requests."""
    browser = Browser()
    browser.force_login(person)
    session = browser.session
    session[SIGNED_IN_AT] = session[SEEN_AT] = int(time.time()) + 3 * 3600
    session.save()
    SIGNED_IN[session.session_key] = dict(session)
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
    paper = {"kind": "quality", "number": "QAA-1", "effective_on": timezone.localdate(), "stored": stored}
    agreement = record_agreement(project.code, actor=business, **paper)
    client_agreement = record_client_agreement(project.client.code, actor=business, **paper)
    for code, each in ((project.code, agreement), (None, client_agreement)):
        record_signatory(
            code, each.pk, side="cdmo", name="A. Director", function="Director", signed_on=timezone.localdate(), actor=business
        )
    order = factories.sent_change_order(project)
    ask_for_approval(project.code, "milestone", "g2", actor=manager)
    plan_payment(project.code, title="Second payment", source="gate:G2", actor=business)
    vessel = a_vessel()
    scratch = open_scratch(project.code, name="Two weeks later", actor=manager)
    token = a_token(project.client)[0]
    how_it_is_made(project)
    return {
        **things_of_notifications(project),
        "change_order": order.number,
        "quotation": an_outcome(project).number,
        "approval": ApprovalRequest.objects.get(project=project).pk,
        "dependency": MilestoneLink.objects.filter(successor__project=project, successor__key="g2").values_list("pk", flat=True)[0],
        "scratch": scratch.pk,
        "vessel": vessel.pk,
        "import": an_import(business).pk,
        **things_of_the_catalogue(),
        "occupancy": book(vessel, 10, 14, project=project).pk,
        "task": Task.objects.filter(project=project).values_list("pk", flat=True)[0],
        "risk": factories.a_risk(project).number,
        "code": project.code,
        "project": project.pk,
        "rfp": project.rfp.number,
        "number": version.document.number,
        "reference": reference.pk,
        "agreement": agreement.pk,
        "client_agreement": client_agreement.pk,
        "clarification": asked.pk,
        "attached": attached.pk,
        "condition": GateCondition.objects.get(review__project=project).pk,
        "tailoring": Tailoring.objects.get(project=project).pk,
        "waiver": factories.a_waiver(project, "route").pk,
        "delegation": factories.a_delegation(manager, business, Role.PROJECT_MANAGER).pk,
        "public_id": token.public_id,
        "account": token.user_id,
        "assumption": an_assumption(project),
        "inquiry_line": InquiryLine.objects.filter(inquiry__project=project).earliest("pk").pk,
        "site": project.site.key if project.site else "",
        "calendars.kind": "site",
        "calendars.name": factories.a_site().key,
        "view": save_view("rfps", name="Drafts", query="state=draft", shared=False, actor=manager).pk,
        "client": project.client_id,
        "contact": project.rfp.contact_id,
    }


def how_it_is_made(project: Project) -> None:
    """A route with one step, beside a reference and a cost scenario."""
    process.a_reference(project)
    process.a_scenario(project, process.draft_of(process.a_whole_route(project)))


def an_assumption(project: Project) -> int:
    """Of the scenario, beside an inquiry to one supplier for what the route buys."""
    ledger = take_over(project.code, 1, actor=factories.person(Role.BUSINESS_DEVELOPMENT))
    version = RouteVersion.objects.get(route__project=project)
    given = {"target_kg": Decimal(10), "answer_by": timezone.localdate() + timedelta(days=7), "with_priced": True}
    prepare_inquiry(version.pk, actor=factories.person(Role.RESEARCH), **given)
    return ledger[0].pk


def an_outcome(project: Project) -> Quotation:
    """The accepted revision, with how we read the acceptance."""
    quotation = Quotation.objects.accepted().get(project=project)
    record_outcome(project.code, quotation.revision, why="price", position="field", actor=factories.person(Role.BUSINESS_DEVELOPMENT))
    return quotation


def requests_of(project: Project) -> dict[str, Any]:
    """What came in from outside: a message that nobody knows yet whose it is, and what the client writes and has sent in the portal."""
    approver, business = factories.person(Role.CLIENT_APPROVER, client=project.client), factories.person(Role.BUSINESS_DEVELOPMENT)
    sent = begin_draft(actor=approver)
    attach_to_draft(sent.pk, stored=take_upload(BytesIO(b"%PDF-1.7 a sheet\n%%EOF\n"), "sds.pdf"), actor=approver)
    rfp = send_draft(sent.pk, values={"contact_name": "Ann", "compound_name": "DC-417", "wanted": "50 g"}, actor=approver)
    return {
        "intake": take_intake(BytesIO(a_mail(sender="ann@stranger.example")), "mail.eml", actor=business)[0].pk,
        "request": begin_draft(actor=approver).pk,
        "sent": rfp.number,
        "sent_file": rfp.files.get().pk,
        "question": ask_clarification(rfp.number, question="Which salt?", actor=business).pk,
    }


def an_import(actor: User) -> Import:
    return take_import("clients", xlsx(CLIENTS, a_client(1)), "clients.xlsx", actor=actor)


def things_of_the_catalogue() -> dict[str, Any]:
    price = a_price(a_material())
    toluene = create_or_find_compound(name="Toluene", cas_number="108-88-3", actor=factories.person(Role.RESEARCH))
    return {"material": price.material_id, "seller": price.supplier_id, "compound": toluene.pk}


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
