"""What a change order does to scope, milestones and payments: checked when drafted and again when accepted, all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pgtrigger
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from audit.models import Event
from audit.refusals import BadInput, Refused
from audit.signatures import content_hash
from desk.change_order_document import change_order as document_of
from projects.forms.order_lines import choices_of
from projects.models import ApprovalRequest, Baseline, ChangeOrder, Deliverable, Milestone, MilestoneLink, Phase, Project, Quotation, Task
from projects.price import agreed_price
from projects.services import change_orders as services
from projects.services import payments, plan
from projects.services.milestones import remove_milestone
from projects.services.order_lines import NewMilestone, NewPayment, outdated_blockers
from projects.services.plan import achieve_milestone
from projects.services.sharing import ask_for_approval, set_visibility
from projects.services.tasks import TaskDraft, add_task
from projects.signed_contents import change_order_content
from tests.kept import kept_until_the_end
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
Check = Callable[[Callable[[], object], type[Exception]], Exception]


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    with kept_until_the_end(django_db_blocker):
        yield make.a_project_in(Phase.SMALL_SCALE, last=Phase.VALIDATION).pk


@pytest.fixture
def project(made: int, db: None) -> Project:
    return Project.objects.get(pk=made)


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def added(**values: Any) -> NewMilestone:
    given = {"title": "Salt chosen", "phase": "small_scale", "kind": "contract", "planned_on": in_days(400), "after": "g2"}
    return NewMilestone(**{**given, **values})


def paid(**values: Any) -> NewPayment:
    return NewPayment(**{"title": "Salt screen", "source": "gate:G2", "amount": Decimal("24000.00"), **values})


def a_shared_one(project: Project) -> Milestone:
    """Open, known to the client, no gate, and no task feeds it or waits for it."""
    rows = Milestone.objects.open().filter(project=project, visibility="shared", tasks=None, followers=None)
    found = rows.exclude(kind="gate").exclude(published_on=None).first()
    assert found is not None
    return found


def refused(project: Project, nothing_written: Check, **lines: Any) -> dict[str, list[str]]:
    refusal = nothing_written(lambda: make.a_change_order(project, **{"days": 0, **lines}), BadInput)
    assert isinstance(refusal, BadInput)
    return refusal.errors


def test_money_of_an_order_has_as_many_decimals_as_its_currency(project: Project, nothing_written: Check) -> None:
    with pgtrigger.ignore("projects.Quotation:accepted_is_frozen"):
        Quotation.objects.filter(project=project).update(currency="JPY")

    refused = nothing_written(lambda: make.a_change_order(project, payments=[paid(amount=Decimal("24000.50"))]), BadInput)
    order = make.a_change_order(project, payments=[paid()])
    browser = Client()
    browser.force_login(make.person(Role.BUSINESS_DEVELOPMENT))
    names = {"change-order-detail": (1, 1), "project-change-orders": (), "change-order-edit": (1, 1)}
    pages = [browser.get(reverse(name, args=[project.code, *numbers])).content.decode() for name, numbers in names.items()]

    assert isinstance(refused, BadInput) and refused.errors == {"payments-0-amount": ["An amount in JPY is not finer than 1."]}
    assert order.currency == "JPY"
    assert all("24,000" in page for page in pages)
    assert not any("24,000.00<" in page for page in pages)


def test_acceptance_applies_every_line_with_the_baseline_and_the_price(project: Project) -> None:
    gone = a_shared_one(project)
    before = agreed_price(project)

    order = make.accept_change_order(make.sent_change_order(project, added=[added()], dropped=[gone.key], payments=[paid()]))

    new = Milestone.objects.get(project=project, title="Salt chosen")
    baseline = Baseline.objects.get(project=project, name="Change order 1")
    kept = set(baseline.milestones.values_list("milestone_id", flat=True))
    payment = Milestone.objects.get(project=project, kind="payment")
    price = agreed_price(project)
    assert (new.baseline_on, new.published_on, new.is_shared) == (in_days(400), in_days(400), True)
    assert list(new.predecessors.values_list("predecessor__key", flat=True)) == ["g2"]
    assert order.additions.get().milestone == new
    assert (new.pk in kept, gone.pk in kept) == (True, False)
    assert not Milestone.objects.filter(pk=gone.pk).exists()
    assert Milestone.everything.get(pk=gone.pk).dropped_by == order
    assert (payment.amount, payment.source, payment.phase) == (Decimal("24000.00"), "gate:G2", "small_scale")
    assert before and price and price.total == before.total + Decimal("24000.00")
    assert payment.is_shared and payment.published_on is None  # of what it agreed to pay it was told no day


def test_a_payment_that_is_due_already_is_shown_and_the_plan_is_worked_out_for_all_at_once(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, worked_out = make.sent_change_order(project, payments=[paid(title=f"Part {n}", source="gate:G1") for n in range(3)]), []
    for place in (payments, plan):
        monkeypatch.setattr(place, "update_forecasts", lambda *_args, **_values: worked_out.append(1))

    make.accept_change_order(order)

    rows = Milestone.objects.filter(project=project, kind="payment")
    assert [(row.is_shared, row.actual_on is not None) for row in rows] == [(True, True)] * 3
    assert worked_out == []


def test_an_order_names_no_deliverable_that_the_client_does_not_see(project: Project, nothing_written: Check) -> None:
    ours, shown = Deliverable.objects.filter(project=project, phase=Phase.SMALL_SCALE, visibility="internal")[:2]
    set_visibility(project.code, "deliverable", shown.key, visibility="shared", actor=make.manager())
    sources = dict(choices_of(project)["payments"]["choices"]["source"])

    errors = refused(project, nothing_written, payments=[paid(source=f"deliverable:{ours.key}")])
    make.a_change_order(project, payments=[paid(source=f"deliverable:{shown.key}")])

    assert list(errors) == ["payments-0-source"]
    assert f"deliverable:{shown.key}" in sources and "gate:G2" in sources
    assert f"deliverable:{ours.key}" not in sources


def test_what_waited_for_a_dropped_milestone_waits_for_what_it_waited_for(project: Project) -> None:
    gone = a_shared_one(project)
    ahead = set(gone.predecessors.values_list("predecessor_id", flat=True))
    behind = set(gone.successors.values_list("successor_id", flat=True))

    make.accept_change_order(make.sent_change_order(project, days=0, dropped=[gone.key]))

    pairs = set(MilestoneLink.objects.filter(successor__project=project).values_list("predecessor_id", "successor_id"))
    assert {(a, b) for a in ahead for b in behind} <= pairs
    assert not MilestoneLink.objects.filter(successor=gone).exists()
    told = Event.objects.get(kind="milestone.dropped", object_id=str(gone.pk))
    assert (told.client_visible, told.client_data["milestone"]) == (True, gone.key)


def test_a_declined_or_superseded_order_changes_nothing(project: Project) -> None:
    gone, rows = a_shared_one(project), set(Milestone.objects.filter(project=project).values_list("pk", "forecast_on"))
    lines: dict[str, Any] = {"added": [added()], "dropped": [gone.key], "payments": [paid()], "last_phase": "pilot"}
    make.sent_change_order(project, **lines)
    services.decline_change_order(project.code, 1, 1, actor=make.person(Role.CLIENT_APPROVER), reason="No.")
    make.a_change_order(project, sequence=1)

    assert set(Milestone.objects.filter(project=project).values_list("pk", "forecast_on")) == rows
    assert Project.objects.get(pk=project.pk).last_phase == Phase.VALIDATION


def test_a_phase_that_is_added_brings_its_plan(project: Project) -> None:
    order = make.accept_change_order(make.sent_change_order(project, last_phase="commercial"))

    project = Project.objects.get(pk=project.pk)
    rows = Milestone.objects.filter(project=project, phase=Phase.COMMERCIAL)
    g5 = rows.get(key="g5")
    assert (project.last_phase, order.phases_added, order.phases_dropped) == ("commercial", ["commercial"], [])
    assert g5.baseline_on == g5.forecast_on is not None
    assert MilestoneLink.objects.filter(successor__in=rows, predecessor__project=project).exclude(predecessor__in=rows).exists()
    owed = Deliverable.objects.filter(project=project, phase=Phase.COMMERCIAL)
    assert owed.exists() and not owed.filter(due_on=None).exists()
    assert all(row.published_on == row.baseline_on for row in rows if row.is_shared)
    phases = list(Milestone.objects.filter(project=project).exclude(kind="payment").values_list("phase", flat=True))
    assert phases == sorted(phases, key=list(Phase).index)


def test_a_phase_that_is_dropped_is_struck_out_and_may_come_back(project: Project) -> None:
    g4 = Milestone.objects.get(project=project, key="g4")
    struck = Deliverable.objects.filter(project=project, phase=Phase.VALIDATION)
    assert g4.published_on and g4.forecast_on
    ask_for_approval(project.code, "milestone", "g4", actor=make.manager())
    make.accept_change_order(make.sent_change_order(project, last_phase="pilot"))

    assert Project.objects.get(pk=project.pk).last_phase == Phase.PILOT
    assert not Milestone.objects.filter(project=project, phase=Phase.VALIDATION).exists()
    assert not Task.objects.filter(project=project, milestone__phase=Phase.VALIDATION).exists()
    assert struck.exists() and not struck.filter(not_applicable="").exists()
    assert not ApprovalRequest.objects.open().exists()
    delay = g4.forecast_on + timedelta(days=90)
    Milestone.objects.filter(project=project, key="g3").update(earliest_on=delay)

    make.accept_change_order(make.sent_change_order(project, last_phase="validation"))

    back = Milestone.objects.get(project=project, key="g4")
    assert back.pk == g4.pk
    assert back.baseline_on == back.forecast_on == back.published_on
    assert back.published_on and back.published_on > delay
    assert (back.visibility, back.share_at_launch) == ("shared", False)
    assert not struck.exclude(not_applicable="").exists()


def test_what_has_begun_or_happened_stays(project: Project, nothing_written: Check) -> None:
    begun = refused(project, nothing_written, first_phase="pilot")
    over = refused(project, nothing_written, first_phase="validation", last_phase="pilot")
    make.a_reference(project, Deliverable.objects.filter(project=project, phase=Phase.PILOT).values_list("key", flat=True)[0])
    kept = refused(project, nothing_written, last_phase="small_scale")

    assert begun == {"first_phase": ["Small scale has begun; it stays in the contracted scope."]}
    assert over == {"last_phase": ["The last contracted phase cannot come before the first."]}
    assert len(kept["last_phase"]) == 1 and "stays in scope" in kept["last_phase"][0]


def test_each_wrong_line_is_named_at_its_field(project: Project, nothing_written: Check) -> None:
    internal = Milestone.objects.filter(project=project, visibility="internal").values_list("key", flat=True)
    wrong = [
        added(title=" ", phase="commercial", kind="gate", planned_on=in_days(-1), after="nowhere"),
        added(phase="evaluation", after=internal[0] if internal else "nowhere"),
    ]

    errors = refused(project, nothing_written, added=wrong, payments=[paid(title="", source="gate:G5", amount=Decimal(0))])
    drops = refused(project, nothing_written, dropped=["g2", "nowhere"])

    first = {f"added-0-{name}" for name in ("title", "phase", "kind", "planned_on", "after")}
    assert set(errors) == first | {"added-1-phase", "added-1-after"} | {f"payments-0-{name}" for name in ("title", "source", "amount")}
    assert set(drops) == {"dropped"}


def test_what_a_task_feeds_or_what_is_moved_too_is_not_dropped(project: Project, nothing_written: Check) -> None:
    gone = a_shared_one(project)
    add_task(project.code, TaskDraft("Prepare it", gone.key, owner=make.manager()), actor=make.manager())

    errors = refused(project, nothing_written, days=5, key=gone.key, dropped=[gone.key])

    assert errors["dropped"][0].endswith("cannot be moved and dropped at once.")
    assert "“Prepare it” feeds it" in errors["dropped"][1]


def test_an_order_that_no_longer_fits_the_plan_is_not_accepted(project: Project, nothing_written: Check) -> None:
    gone = a_shared_one(project)
    order = make.sent_change_order(project, days=0, dropped=[gone.key])
    Milestone.objects.filter(pk=gone.pk).update(source="")
    achieve_milestone(project.code, gone.key, on=timezone.localdate(), actor=make.manager())

    refusal = nothing_written(lambda: make.accept_change_order(order), Refused)

    assert str(refusal) == f"The plan has changed since {order.label} was sent; we have to send a new revision."
    detail = outdated_blockers(ChangeOrder.objects.get(pk=order.pk), for_client=False)
    assert "Only open milestones" in str(detail[0])


def test_a_milestone_that_an_order_names_is_not_removed_beside_it(project: Project, nothing_written: Check) -> None:
    gone = a_shared_one(project)
    make.a_change_order(project, days=0, dropped=[gone.key])

    nothing_written(partial(remove_milestone, project.code, gone.key, reason="No.", actor=make.manager()), Refused)


def test_the_signature_covers_the_lines_and_an_order_without_them_signs_what_it_always_did(project: Project) -> None:
    plain = make.a_change_order(project)
    before, content = content_hash(plain), change_order_content(plain)
    plain.payments.create(title="Salt screen", source="gate:G2", amount=Decimal("24000.00"))

    assert set(content) == {*("number", "revision", "project", "title", "reason", "scope", "currency", "valid_until", "lines", "days")}
    assert content_hash(ChangeOrder.objects.get(pk=plain.pk)) != before


def test_what_is_signed_stays_when_the_plan_is_put_in_another_order(project: Project) -> None:
    order = make.a_change_order(project, last_phase="commercial", first_phase="evaluation")
    one, other = Milestone.objects.filter(project=project, key__in=("g3", "g4"))
    for number, row in enumerate((one, other)):
        order.effects.create(milestone=row, days=number + 1)
        order.drops.create(milestone=row)
    before = content_hash(order)

    Milestone.objects.filter(pk=one.pk).update(order=other.order + 1)

    assert content_hash(ChangeOrder.objects.get(pk=order.pk)) == before


def test_both_sides_read_the_same_lines(project: Project) -> None:
    gone = a_shared_one(project)
    order = make.sent_change_order(project, added=[added()], dropped=[gone.key], payments=[paid()], last_phase="commercial")
    ours, theirs = Client(), Client()
    ours.force_login(make.manager())
    theirs.force_login(make.person(Role.CLIENT_APPROVER))
    pages = [
        ours.get(order.get_absolute_url()).content.decode(),
        theirs.get(reverse("portal-change-order", args=[project.code, 1, 1])).content.decode(),
    ]
    document = document_of(project, order.number)
    data = ours.get(f"/api/v1/change-orders/{order.number}/").json()

    for page in pages:
        for words in ("Salt chosen", f"<s>{gone.title}</s>", "Salt screen", "Commercial"):
            assert words in page
    assert [row[:2] for row in document["milestones"]["rows"]] == [["added", "Salt chosen"], ["dropped", gone.title]]
    assert document["payments"]["rows"][0][0] == "Salt screen"
    assert document["phases"][0] == {"label": "Added", "value": "Commercial"}
    assert (data["added"][0]["title"], data["dropped"], data["phases_added"]) == ("Salt chosen", [gone.key], ["commercial"])

    make.accept_change_order(order)

    for page in (ours.get(f"/projects/{project.code}/plan/"), theirs.get(f"/portal/{project.code}/")):
        assert f"<s>{gone.title}</s>" in page.content.decode()


TYPED = {
    "title": "Salt screen",
    "reason": "The form is not stable.",
    "scope": "Three salts.",
    "valid_until": "2099-01-01",
    "first_phase": "evaluation",
    "last_phase": "validation",
    "lines-TOTAL_FORMS": "0",
    "lines-INITIAL_FORMS": "0",
    "added-TOTAL_FORMS": "2",
    "added-INITIAL_FORMS": "0",
    "added-1-title": "Salt chosen",
    "added-1-phase": "small_scale",
    "added-1-kind": "contract",
    "added-1-after": "g2",
    "added-1-planned_on": "2099-06-01",
    "payments-TOTAL_FORMS": "1",
    "payments-INITIAL_FORMS": "0",
    "payments-0-title": "Salt screen",
    "payments-0-source": "gate:G2",
    "payments-0-amount": "24,000.00",
}


def typed(**values: Any) -> dict[str, Any]:
    return TYPED | values


def test_the_form_writes_its_rows_and_puts_each_refusal_in_its_row(project: Project) -> None:
    ours = Client()
    ours.force_login(make.person(Role.BUSINESS_DEVELOPMENT))
    address, gone = reverse("change-order-new", args=[project.code]), a_shared_one(project)

    more = ours.post(address, typed(add_milestone="1"))
    wrong = ours.post(address, typed(**{"added-1-planned_on": "2020-01-01", "payments-0-source": "gate:G5", "dropped": [gone.key]}))
    none = ChangeOrder.objects.filter(project=project).exists()
    right = ours.post(address, typed(dropped=[gone.key]))

    order = ChangeOrder.objects.get(project=project)
    page = wrong.content.decode()
    assert (more.status_code, wrong.status_code, right.status_code, none) == (200, 400, 302, False)
    assert "Salt chosen" in more.content.decode()
    assert 'href="#id_added-1-planned_on"' in page and 'href="#id_payments-0-source"' in page
    assert f'value="{gone.key}"' in page and "checked" in page
    assert (order.additions.get().title, order.drops.get().milestone, order.payments.get().amount, order.first_phase) == (
        "Salt chosen",
        gone,
        Decimal("24000.00"),
        "",
    )
