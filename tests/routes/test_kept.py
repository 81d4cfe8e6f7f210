"""Every address of the product, asked for by our people who are not named: nothing of a project under confidentiality is in any answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.http import HttpResponseBase
from django.test import Client as Browser
from django.urls import reverse

from accounts.services.clients import NAME_READ
from audit.events import events_of
from catalogue.chemistry import parse_structure
from projects.models import Agreement, Phase, Project, Rfp
from projects.services.agreements import withdraw_agreement
from projects.services.lifecycle import return_project
from tests.kept import kept_until_the_end
from tests.projects import factories
from tests.projects.confidential import keep, secrets_of
from tests.projects.people import business, manager, person
from tests.routes.kinds import STAFF
from tests.routes.table import ROUTES
from tests.routes.test_routes import PATTERNS
from tests.routes.world import World, signed_in
from worksheets.exports import all_exports

pytestmark = pytest.mark.django_db

NAMED = ("business_development", "project_manager")  # who logged it, who manages it
OTHERS = {"another_seller": "business_development", "another_manager": "project_manager"}
UNNAMED = ("administrator", "management", "research", *OTHERS)
ACCOUNTS = "Which organisations have accounts is kept by administrators; none of it says that there is a request, or of what."
REVIEW = "The review of access names every account with its organisation: one that is left out would not be reviewed."
MAY_TELL = {  # the client's name alone; the record says who read it there
    ("administrator", "people"): ACCOUNTS,
    ("administrator", "tokens"): ACCOUNTS,
    ("administrator", "integration-account"): ACCOUNTS,
    ("administrator", "webhooks"): ACCOUNTS,
    ("administrator", "webhook-detail"): ACCOUNTS,
    ("administrator", "role-holders-csv"): REVIEW,
    ("administrator", "role-holders-xlsx"): REVIEW,
    ("management", "role-holders-csv"): REVIEW,
    ("management", "role-holders-xlsx"): REVIEW,
}
CLIENT, CONTACT = "Helios Sealed Pharma", "Ursina Sealed"


@pytest.fixture(scope="module")
def kept(world: World, django_db_blocker: Any) -> Iterator[Project]:
    """The world's project, sent back to its evaluation after its confidentiality agreement was withdrawn; so for all tests of this file."""
    with kept_until_the_end(django_db_blocker), pytest.MonkeyPatch.context() as patch:
        project = Project.objects.select_related("client", "rfp__contact").get(code=world.things["code"])
        _become_confidential(world, project)
        for name, role in OTHERS.items():
            patch.setitem(world.callers, name, signed_in(person(role, name=f"Another {role}")))
        yield project


def _become_confidential(world: World, project: Project) -> None:
    seller = business()
    keep(project.client)
    agreement = Agreement.objects.get(project=project, kind=Agreement.Kind.CONFIDENTIALITY)
    return_project(project.code, to_phase=Phase.EVALUATION, actor=manager(), reason="The client was sold.")
    withdraw_agreement(project.code, agreement.pk, reason="Signed by the wrong company.", actor=seller)
    Rfp.objects.filter(number=world.things["sent"]).update(account_owner=seller)  # nobody else of business development sees it now
    project.client.name, project.rfp.contact.name = CLIENT, CONTACT  # no example of a form, and nobody else, is called so
    for row in (project.client, project.rfp.contact):
        row.save(update_fields=["name"])


def text_of(answer: HttpResponseBase) -> str:
    body = b"".join(answer) if answer.streaming else answer.content  # type: ignore[arg-type, attr-defined]
    if body.startswith(b"PK"):
        with ZipFile(BytesIO(body)) as file:
            body = b"\n".join(file.read(name) for name in file.namelist())
    return body.decode(errors="replace")


def addresses_of(world: World) -> Iterator[tuple[str, str]]:
    for name, pattern in PATTERNS:
        if not ROUTES[name].post_only:
            yield name, reverse(name, kwargs=world.arguments(name, pattern))
    for each in all_exports():
        if each.of_project:
            yield each.key, reverse("project-list-csv", args=[world.things["code"], each.key])
        else:
            yield each.key, reverse("list-csv", args=[each.key])


def told_at(browser: Browser, world: World, secrets: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name, address in addresses_of(world):
        words = text_of(browser.get(address))
        yield from ((name, what) for what, secret in secrets.items() if secret in words)


@pytest.mark.usefixtures("accounts_once", "refusals_in_short")
@pytest.mark.parametrize("caller", UNNAMED)
def test_no_address_tells_who_is_not_named(world: World, kept: Project, caller: str) -> None:
    assert not set(UNNAMED) & set(NAMED) and {OTHERS.get(each, each) for each in UNNAMED} < set(STAFF)

    told = set(told_at(world.callers[caller], world, secrets_of(kept)))

    allowed = {(name, "client") for who, name in MAY_TELL if who == caller}
    assert told == allowed, "told where it may not be, or no more where it may"
    assert events_of(kept.client).filter(kind=NAME_READ).count() == bool(allowed)


@pytest.mark.parametrize("caller", NAMED)
def test_the_same_question_finds_it_where_it_is_told(world: World, kept: Project, caller: str) -> None:
    """The test above looks for what stands there: a named person reads all of it."""
    browser = world.callers[caller]
    addresses = (kept.rfp.get_absolute_url(), reverse("project-similar", args=[kept.code]), f"/api/v1/rfps/{kept.rfp.number}/")

    words = "".join(text_of(browser.get(address)) for address in (*addresses, reverse("rfp-structure", args=[kept.rfp.number])))

    assert [what for what, secret in secrets_of(kept).items() if secret not in words] == []


@pytest.mark.parametrize("caller", UNNAMED)
def test_search_finds_nothing_of_it(world: World, kept: Project, caller: str) -> None:
    structure = parse_structure(factories.PARACETAMOL)
    known = (kept.client.name, kept.client.code, kept.rfp.contact.name, "Paracetamol", "103-90-2", structure.inchikey)
    for words in (*known, factories.PARACETAMOL, kept.code, kept.rfp.number):
        for address in ("/search/", "/api/v1/search/"):
            found = text_of(world.callers[caller].get(address, {"q": words}))

            assert not re.search(rf"/(projects|rfps)/({kept.code}|{kept.rfp.number})", found), words
            assert f"/clients/{kept.client.code}" not in found


def test_a_structure_that_is_typed_finds_nothing_of_it(world: World, kept: Project) -> None:
    asked = {"structure_text": factories.PARACETAMOL, "cas_number": "103-90-2", "compound_name": "Paracetamol"}

    words = text_of(world.callers["management"].get(reverse("rfp-similar"), asked))

    assert words == text_of(world.callers["management"].get(reverse("rfp-similar"), {"compound_name": "Unheard of"}))


# Lists of many, forms that offer many, pages of accounts: there nobody reads one request.
MANY = """
api-approval-list api-change-order-list api-client-list api-deliverable-list api-document-list api-milestone-list api-occupancy-list
api-project-list api-quotation-list api-rfp-list api-waiting bids calendars client-agreements client-list clients compounds contacts
document-list document-new document-upload documents home integration-account kpis list-csv list-xlsx my-work notification-settings
occupancy occupancy-book occupancy-svg portfolio portfolio-csv portfolio-gantt portfolio-gantt-svg portfolio-xlsx project-list projects
rfp-confidentiality rfp-intake-detail rfp-intake-new rfp-list rfp-new rfps tokens webhook-detail webhooks
"""


@pytest.mark.usefixtures("accounts_once", "refusals_in_short")
def test_who_reads_something_of_it_stands_in_the_record(world: World, kept: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    monkeypatch.setattr("desk.looking.note_looks", lambda rows, actor: looks.extend(rows.values_list("pk", flat=True)))
    told = (kept.client.name, kept.rfp.contact.name, kept.code, kept.rfp.number, kept.title)
    silent = set()
    for caller in NAMED:
        for name, address in addresses_of(world):
            looks.clear()
            answer = world.callers[caller].get(address)
            if answer.status_code == 200 and any(secret in text_of(answer) for secret in told) and kept.rfp_id not in looks:
                silent.add(name)

        looks.clear()
        world.callers[caller].get(reverse("list-csv", args=["client-agreements"]), {"client": kept.client.code})
        assert kept.rfp_id in looks, "of one client it is as its page"

    assert silent == set(MANY.split()), "nothing is noted where it should be, or is told no more where it need not be"
