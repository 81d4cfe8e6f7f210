"""A change order that the client accepted is carried out: scope, milestones, dates, payments, and the new baseline, all or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t

from audit.context import following
from audit.events import record
from projects.forecasting import calendar_for
from projects.models import ChangeOrder, ChangeOrderAddition, Milestone, MilestoneLink, Project
from projects.services.baselines import take_order_baseline
from projects.services.milestones import free_key, place_in
from projects.services.payments import put_payment
from projects.services.plan import update_forecasts
from projects.services.publishing import publish_agreed
from projects.services.scope import change_scope, drop_milestones
from projects.services.sharing import share_as_planned

if TYPE_CHECKING:
    from accounts.models import User


def carry_out(order: ChangeOrder, *, actor: User) -> None:
    """What was agreed happens: phases, milestones and payments come and go, milestones may fall later by the agreed days.

    The agreed dates are the new baseline, and the client reads what it has just agreed to. Runs inside the acceptance.
    """
    name = _t("Change order %(number)d") % {"number": order.sequence}
    days = dict(order.effects.values_list("milestone_id", "days"))
    project = order.project
    doer = _t("the system, by change order %(number)d accepted by %(name)s") % {"number": order.sequence, "name": actor.full_name}
    with following(doer, reason=f"{name}: {order.title}"):
        change_scope(project, order, actor=actor)
        for addition in order.additions.select_related("after"):
            _add(project, addition, name=name, actor=actor)
        drop_milestones(Milestone.objects.filter(drops__change_order=order), order, actor=actor)  # one may have left with its phase
        for milestone in Milestone.objects.open().filter(pk__in=days).select_for_update(of=("self",)):
            milestone.project = project
            _move(milestone, days[milestone.pk], name=name, actor=actor)
        for row in order.payments.all():
            put_payment(project, title=row.title, source=row.source, amount=row.amount, reason=name, share_at_launch=True, actor=actor)
        update_forecasts(project, actor=actor)
        take_order_baseline(project, days, name=name, actor=actor)
        _show(project, actor=actor)


def _add(project: Project, addition: ChangeOrderAddition, *, name: str, actor: User) -> None:
    """Agreed for its day, which holds in the baseline; the plan comes no earlier, and later where what it waits for is late."""
    milestone = Milestone.objects.create(
        project=project,
        key=free_key(project, addition.title),
        title=addition.title,
        phase=addition.phase,
        kind=addition.kind,
        order=place_in(project, addition.phase),
        by_hand=True,
        share_at_launch=True,
        earliest_on=addition.planned_on,
        baseline_on=addition.planned_on,
    )
    if addition.after is not None:
        MilestoneLink.objects.create(predecessor=addition.after, successor=milestone, by_hand=True)
    addition.milestone = milestone
    addition.save(update_fields=["milestone"])
    record("milestone.added", milestone, actor=actor, reason=name, title=milestone.title, after={"planned_on": addition.planned_on})


def _show(project: Project, *, actor: User) -> None:
    """What came with the order, the client sees from now on, with the dates that it agreed to. Of a payment it agreed to none."""
    dated = Milestone.objects.open().filter(project=project, share_at_launch=True, published_on=None).exclude(kind=Milestone.Kind.PAYMENT)
    wanted = list(dated.exclude(baseline_on=None).values_list("pk", flat=True))
    share_as_planned(project, actor=actor)
    publish_agreed(project, list(Milestone.objects.filter(pk__in=wanted).select_for_update(of=("self",))), actor=actor)


def _move(milestone: Milestone, days: int, *, name: str, actor: User) -> None:
    """Later: not before its forecast plus the days. Earlier: what held it back is lifted by the days; its predecessors still bind."""
    start = milestone.forecast_on if days > 0 else milestone.earliest_on
    if start is None:
        return
    before = milestone.earliest_on
    milestone.earliest_on = calendar_for(milestone, milestone.project).add_working_days(start, days)
    milestone.save(update_fields=["earliest_on", "updated_at"])
    record(
        "milestone.rescheduled",
        milestone,
        actor=actor,
        reason=name,
        before={"earliest_on": before},
        after={"earliest_on": milestone.earliest_on},
        title=milestone.title,
    )
