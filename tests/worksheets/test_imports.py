"""Importing a table: every row shown before anything is written, then all of them or none, once."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from decimal import Decimal
from threading import Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Client, Contact, Role, User
from accounts.services import create_client
from audit.files import is_intact
from audit.models import Event
from audit.refusals import BadInput, Missing, NotAllowed, Refused
from projects.models import Milestone, MilestoneLink, Project, Rfp, WaitingFor
from tests.projects import factories as make
from tests.worksheets.tables import CLIENTS, MILESTONES, RFPS, a_client, an_rfp, xlsx
from worksheets import services
from worksheets.models import MOST_TRIES, Import, ImportRow

pytestmark = pytest.mark.django_db
FORTY = [a_client(number) for number in range(40)]


@pytest.fixture
def seller(db: None) -> User:
    return make.person(Role.BUSINESS_DEVELOPMENT)


def take(actor: User, *rows: Any, kind: str = "clients", head: Any = CLIENTS, **more: Any) -> Import:
    sheet = {"clients": "Clients", "rfps": "RFPs", "milestones": "Milestones"}[kind]
    edit = more.pop("edit", None)
    return services.take_import(kind, xlsx(head, *rows, sheet=sheet, edit=edit), "filled.xlsx", actor=actor, **more)


def press(shown: Import, actor: User) -> Import:
    return services.press_import(shown.pk, actor=actor, looked_at=services.hash_of_doubts(services.doubts_of(shown)))


def standings(shown: Import) -> list[str]:
    return list(shown.rows.values_list("standing", flat=True))


def problems(shown: Import) -> list[tuple[int, str, str]]:
    return [(row.number, each["cell"], each["words"]) for row in shown.rows.all() for each in row.problems]


def test_four_bad_rows_of_forty_write_nothing_and_are_all_named(seller: User) -> None:
    rows = [list(row) for row in FORTY]
    rows[4][2] = "Atlantis"
    rows[20][4] = "no address"
    rows[20][3] = ""
    rows[38][4] = ""
    rows[30][5] = "abc"
    events = Event.objects.count()

    shown = take(seller, *rows)

    assert {(number, cell) for number, cell, _words in problems(shown)} == {(6, "C6"), (22, "E22"), (32, "F32"), (40, "")}
    assert "Atlantis" in problems(shown)[0][2]
    assert (Client.objects.count(), Event.objects.count()) == (0, events)
    with pytest.raises(Refused, match="4 of 40 rows"):
        press(shown, seller)


def test_good_rows_are_shown_and_then_all_there_with_the_events_of_work_by_hand(seller: User) -> None:
    shown = take(seller, *FORTY)
    assert (shown.state, standings(shown), Client.objects.count()) == ("checked", ["new"] * 40, 0)

    done = press(shown, seller)

    assert done.state == "done"
    assert (Client.objects.count(), Contact.objects.count()) == (40, 40)
    assert Client.objects.get(name=FORTY[7][0]).country == "CH"
    kinds = Event.objects.filter(actor=seller).values_list("kind", flat=True)
    assert {kind: list(kinds).count(kind) for kind in kinds} == {"client.created": 40, "contact.created": 40, "import.done": 1}
    (event,) = Event.objects.filter(kind="import.done")
    assert event.words == "40 rows of filled.xlsx were imported (Clients)."
    assert event.data["sha256"] == done.sha256
    assert is_intact(done.sha256)
    assert done.rows.first().link == f"/clients/{Client.objects.get(name=FORTY[0][0]).code}/"


def test_pressed_twice_and_uploaded_twice_it_is_imported_once(seller: User) -> None:
    table = xlsx(CLIENTS, *FORTY[:3])
    shown = services.take_import("clients", table, "filled.xlsx", actor=seller)
    first, second = press(shown, seller), press(shown, seller)
    table.seek(0)
    again = services.take_import("clients", table, "renamed.xlsx", actor=seller)

    assert first == second == again
    assert again.state == "done"
    assert Client.objects.count() == 3
    assert Event.objects.filter(kind="import.done").count() == 1
    assert first.sha256 == hashlib.sha256(table.getvalue()).hexdigest()


def test_what_changed_between_preview_and_import_is_refused_with_the_rows(seller: User) -> None:
    shown = take(seller, *FORTY[:2], a_client(2, Code="KEPT"))
    create_client(name="Somebody Else", code="KEPT", actor=seller)

    refused = press(shown, seller)

    assert (refused.state, refused.has_changed) == ("checked", True)
    assert problems(refused) == [(4, "B4", "This is the code of Somebody Else.")]
    assert Client.objects.count() == 1
    assert not Event.objects.filter(kind="import.done").exists()


def test_a_doubt_that_is_new_at_the_import_stops_it_too(seller: User) -> None:
    shown = take(seller, a_client(1, Client="Helvetia Pharma"))
    create_client(name="Helvetia Pharma AG", actor=seller)

    refused = press(shown, seller)

    assert (refused.state, refused.has_changed, Client.objects.count()) == ("checked", True, 1)
    assert "Helvetia Pharma AG" in refused.rows.get().doubts[0]
    assert press(refused, seller).state == "done"


def test_what_resembles_something_is_imported_only_by_somebody_who_looked(seller: User) -> None:
    create_client(name="Helvetia Pharma AG", actor=seller)
    shown = take(seller, a_client(1, Client="Helvetia Pharrma"))

    with pytest.raises(BadInput, match="looked at"):
        services.press_import(shown.pk, actor=seller)

    assert press(shown, seller).state == "done"


def test_what_is_there_already_stays_as_it_is(seller: User) -> None:
    press(take(seller, *FORTY[:2]), seller)
    shown = take(seller, *FORTY[:2], a_client(0, Contact="Another", **{"E-mail": "another@organisation0.example", "Country": "Japan"}))

    assert standings(shown) == ["there", "there", "new"]
    assert "Country" in shown.rows.last().doubts[0]
    press(shown, seller)
    assert Client.objects.get(name=FORTY[0][0]).country == "CH"
    assert Client.objects.get(name=FORTY[0][0]).contacts.count() == 2
    with pytest.raises(Refused, match="there already"):
        press(take(seller, *FORTY[:2], head=[*CLIENTS[:3], "Contact", "E-mail", "Telephone *"]), seller)


def test_a_hidden_row_and_a_formula_are_pointed_at(seller: User) -> None:
    def edit(sheet: Any) -> None:
        sheet.row_dimensions[2].hidden = True
        sheet["D3"] = "=A3"

    shown = take(seller, *FORTY[:2], edit=edit)

    assert "hidden" in shown.rows.first().doubts[0]
    assert [(number, cell) for number, cell, _words in problems(shown)] == [(3, "D3")]


def test_requests_are_logged_as_by_hand_and_their_reference_is_known_again(seller: User) -> None:
    make.a_client()
    soon = timezone.localdate() + timedelta(days=30)
    rows = [
        an_rfp(1, **{"Quotation needed on": soon, "Samples (g)": "1.250,5"}),
        an_rfp(2, Client="Novum Labs", Contact="Ms New", **{"E-mail": "new@novum.example"}),
        an_rfp(3, Client="Novum Labs", Contact="Ms New", **{"E-mail": "new@novum.example"}),
    ]
    shown = take(seller, *rows, kind="rfps", head=RFPS)
    assert (standings(shown), problems(shown), Rfp.objects.count()) == (["new"] * 3, [], 0)
    assert "1250.5" in shown.rows.first().values

    press(shown, seller)

    first = Rfp.objects.get(compound_name="DX-1")
    assert (first.sample_quantity_g, first.quotation_needed_on, first.account_owner) == (Decimal("1250.5"), soon, seller)
    assert Client.objects.get(name="Novum Labs").rfps.count() == 2
    assert Event.objects.filter(kind="rfp.logged").count() == 3
    assert WaitingFor.objects.filter(user=seller).count() == 3
    again = take(seller, *rows[:1], an_rfp(4), kind="rfps", head=RFPS)
    assert standings(again) == ["there", "new"]
    assert again.rows.first().link == first.get_absolute_url()


def test_every_fault_of_a_request_is_said_at_its_cell_at_once(seller: User) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    wrong = an_rfp(1, Channel="Pigeon", **{"E-mail": "", "Quotation needed on": yesterday, "Samples (g)": "1,250"})
    shown = take(seller, wrong, an_rfp(2), an_rfp(2), kind="rfps", head=RFPS)

    cells = {(number, cell) for number, cell, _words in problems(shown)}
    assert cells == {(2, "E2"), (2, "H2"), (2, "I2"), (2, ""), (4, "A4")}


def test_milestones_come_into_the_plan_in_the_order_of_the_rows(seller: User) -> None:
    project = planned()
    rows = [
        ("Polymorph chosen", "Evaluation", "Internal", "", "", date(2030, 3, 12)),
        ("Salt chosen", "Evaluation", "Internal", "polymorph chosen", 10, ""),
    ]
    shown = take(make.manager(), *rows, kind="milestones", head=MILESTONES, scope=project.code, reason="Agreed in the kick-off.")
    assert (standings(shown), Milestone.objects.filter(title="Salt chosen").count()) == (["new", "new"], 0)

    press(shown, make.manager())

    salt = Milestone.objects.get(project=project, title="Salt chosen")
    assert MilestoneLink.objects.get(successor=salt).predecessor.title == "Polymorph chosen"
    assert salt.forecast_on > date(2030, 3, 12)
    events = Event.objects.filter(project_id=project.pk, kind__in=("milestone.added", "import.done"))
    assert [event.reason for event in events] == ["Agreed in the kick-off."] * 3
    wrong = take(
        make.manager(), ("A", "Evaluation", "Gate", "nowhere", "x", ""), kind="milestones", head=MILESTONES, scope=project.code, reason="R"
    )
    assert {cell for _number, cell, _words in problems(wrong)} == {"C2", "D2", "E2"}


def planned() -> Project:
    project = make.a_planned_project()
    return Project.objects.get(pk=project.pk)


def test_who_may_not_do_it_by_hand_may_not_import_it(seller: User) -> None:
    project = planned()
    own = make.person(Role.CLIENT_APPROVER)
    for kind, actor, refusal in (
        ("clients", make.person(Role.RESEARCH), NotAllowed),
        ("rfps", make.person(Role.QUALITY_ASSURANCE), NotAllowed),
        ("clients", own, Missing),
        ("rfps", own, Missing),
    ):
        with pytest.raises(refusal):
            take(actor, *FORTY[:1], kind=kind)
    for actor, refusal in ((make.person(Role.RESEARCH), NotAllowed), (own, Missing), (make.person(Role.ADMINISTRATOR), Missing)):
        with pytest.raises(refusal):
            take(actor, kind="milestones", scope=project.code, reason="R")
    with pytest.raises(Missing):
        take(make.manager(), kind="milestones", reason="R")
    assert not Import.objects.exists()


# In the worker


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Every file is for the worker, and this is what the worker was rung for."""
    found: list[int] = []
    monkeypatch.setattr(services, "AT_ONCE", 0)
    monkeypatch.setattr(services, "_ring", found.append)
    return found


def test_a_large_file_is_checked_and_imported_by_the_worker_in_the_name_of_who_pressed(seller: User, rung: list[int]) -> None:
    shown = take(seller, *FORTY[:3])
    assert (shown.state, rung, shown.rows.count()) == ("checking", [shown.pk], 0)
    with pytest.raises(Refused, match="still being checked"):
        press(shown, seller)

    services.run(shown.pk)
    assert Import.objects.get(pk=shown.pk).state == "checked"
    assert press(shown, seller).state == "importing"
    services.run(shown.pk)

    assert (Import.objects.get(pk=shown.pk).state, Client.objects.count()) == ("done", 3)
    assert {(event.actor, event.channel) for event in Event.objects.filter(kind="client.created")} == {(seller, "worker")}


def test_a_lost_worker_loses_nothing_and_the_sweep_takes_it_up_again(
    seller: User, rung: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = take(seller, *FORTY[:3])
    services.run(shown.pk)
    press(shown, seller)
    monkeypatch.setattr(services, "_keep", lost)
    with pytest.raises(SystemExit):
        services.run(shown.pk)
    monkeypatch.undo()
    monkeypatch.setattr(services, "_ring", rung.append)
    assert (Client.objects.count(), Import.objects.get(pk=shown.pk).state) == (0, "importing")

    rung.clear()
    assert services.sweep() == 1
    services.run(*rung)

    assert (Client.objects.count(), Import.objects.get(pk=shown.pk).state) == (3, "done")
    assert services.sweep() == 0


def lost(*_arguments: Any) -> None:
    """As when the machine goes: nothing after it runs."""
    raise SystemExit


def test_what_ends_every_worker_is_not_tried_for_ever(seller: User, rung: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    shown = take(seller, *FORTY[:1])
    with monkeypatch.context() as broken:
        broken.setattr(services, "_keep", lost)
        for _try in range(MOST_TRIES):
            with pytest.raises(SystemExit):
                services.run(shown.pk)
    services.run(shown.pk)

    failed = Import.objects.get(pk=shown.pk)
    assert (failed.state, failed.failed, services.sweep()) == ("checked", True, 0)
    with pytest.raises(Refused, match="Nothing was written"):
        press(failed, seller)
    assert take(seller, *FORTY[:1]).failed is False  # uploaded again, it is tried again


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_the_same_import_do_it_once(seller: User, rung: list[int]) -> None:
    shown = take(seller, *FORTY[:2])
    services.run(shown.pk)
    press(shown, seller)
    with transaction.atomic():
        Import.objects.select_for_update().get(pk=shown.pk)  # the first has it
        second = Thread(target=in_a_thread, args=[shown.pk])
        second.start()
        second.join(20)
        assert not second.is_alive()
    assert Client.objects.count() == 0
    services.run(shown.pk)
    assert (Client.objects.count(), ImportRow.objects.filter(of=shown).count()) == (2, 2)


def in_a_thread(pk: int) -> None:
    try:
        services.run(pk)
    finally:
        connection.close()
