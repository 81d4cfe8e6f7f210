"""What does not apply to a project: chosen with the charter's draft, approved by quality assurance with the issued charter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.events import record
from audit.refusals import BadInput, Blocker, require_none
from projects.gates import gate_of
from projects.models import PHASES, Charter, Deliverable, Phase, Project, Tailoring
from projects.plans import phase_plan
from projects.services.locking import locked, not_active
from projects.services.waiting import close_waits

if TYPE_CHECKING:
    from accounts.models import User

Kind = Tailoring.Kind


@dataclass(frozen=True)
class Offer:
    """Something that may be taken out of a project."""

    kind: Kind
    key: str
    phase: Phase
    title: str
    deliverables: tuple[str, ...] = ()

    @property
    def value(self) -> str:
        return f"{self.kind}:{self.key}"


def offers(project: Project) -> list[Offer]:
    """Criteria and deliverables of the contracted phases after evaluation; not those without which a gate never opens."""
    return [offer for phase in PHASES[1:] if project.in_scope(phase) for offer in _offers_of(phase)]


def _offers_of(phase: Phase) -> Iterator[Offer]:
    criteria = gate_of(phase).criteria
    never = {key for criterion in criteria if not criterion.waivable for key in criterion.deliverables}
    for criterion in criteria:
        if criterion.waivable:
            yield Offer(Kind.CRITERION, criterion.key, phase, str(criterion.words), criterion.deliverables)
    for item in phase_plan(phase).deliverables:
        if item.key not in never:
            yield Offer(Kind.DELIVERABLE, item.key, phase, str(item.title))


def tailoring_blockers(project: Project) -> list[Blocker]:
    """Why what applies cannot be chosen now."""
    link, charter = reverse("project-charter", args=[project.code]), Charter.objects.filter(project=project).first()
    if charter is None:
        return [*not_active(project), Blocker("tailoring.no_charter", _t("Draft the charter first: it plans what may be taken out."), link)]
    if charter.state == Charter.State.ISSUED:
        words = _t(
            "The charter is issued. What applies changes only by a change order, and the text of one cannot carry it: what is not met is "
            "waived at its gate, with the signature of quality assurance."
        )
        return [*not_active(project), Blocker("tailoring.issued", words, link)]
    return not_active(project)


def _locked_project(code: str, actor: User) -> Project:
    project = locked(code, actor)
    require_permission("projects.draft_charter", actor, project)
    require_none(tailoring_blockers(project))
    return project


@transaction.atomic
def tailor(code: str, *, kind: str, key: str, justification: str, actor: User) -> Tailoring:
    """Choose that a criterion or a deliverable does not apply. A criterion takes out with it the deliverables that nothing else needs.

    Raises BadInput for what always applies, was chosen before, has evidence, or has no justification.
    """
    project = _locked_project(code, actor)
    known = offers(project)
    offer = next((each for each in known if (each.kind, each.key) == (kind, key)), None)
    errors: dict[str, list[str]] = {}
    if offer is None:
        errors["item"] = [_t("This always applies: G1, and what is passed only by its evidence, cannot be taken out.")]
    elif Tailoring.objects.filter(project=project, kind=kind, key=key).exists():
        errors["item"] = [_t("It is chosen already.")]
    elif Deliverable.objects.filter(project=project, key__in=_taken(offer)).exclude(done_at=None).exists():
        errors["item"] = [_t("It has evidence already: it applies.")]
    if not justification.strip():
        errors["justification"] = [_t("Say why it does not apply; quality assurance signs it with the charter.")]
    if errors or offer is None:
        raise BadInput(errors)
    return _take_out(project, offer, known, justification.strip(), actor)


def _taken(offer: Offer) -> Sequence[str]:
    return [offer.key] if offer.kind == Kind.DELIVERABLE else offer.deliverables


def _take_out(project: Project, offer: Offer, known: Sequence[Offer], justification: str, actor: User) -> Tailoring:
    out = set(Tailoring.objects.filter(project=project).values_list("kind", "key")) | {(offer.kind, offer.key)}
    needed = {key for each in known if each.kind == Kind.CRITERION and (each.kind, each.key) not in out for key in each.deliverables}
    alone = [each for each in known if each.kind == Kind.DELIVERABLE and each.key in offer.deliverables and each.key not in needed]
    now = timezone.now()
    rows = [
        Tailoring.objects.create(
            project=project,
            kind=each.kind,
            key=each.key,
            phase=each.phase,
            title=each.title,
            justification=justification,
            with_criterion="" if each is offer else offer.key,
            set_by=actor,
            set_at=now,
        )
        for each in (offer, *(each for each in alone if (each.kind, each.key) not in out))
    ]
    record("tailoring.chosen", project, actor=actor, reason=justification, title=offer.title, items=[row.title for row in rows])
    return rows[0]


@transaction.atomic
def remove_tailoring(code: str, pk: int, *, actor: User) -> None:
    """It applies after all, and so does what went out with it."""
    project = _locked_project(code, actor)
    row = Tailoring.objects.select_for_update().get(project=project, pk=pk)
    if row.kind == Kind.CRITERION:
        Tailoring.objects.filter(project=project, with_criterion=row.key).delete()
    row.delete()
    record("tailoring.removed", project, actor=actor, title=row.title)


def drop_out_of_scope(project: Project, *, actor: User) -> None:
    """Phases that left the draft's scope take their choices with them."""
    out = [phase for phase in PHASES if not project.in_scope(phase)]
    for row in Tailoring.objects.filter(project=project, phase__in=out, in_force_at=None):
        row.delete()
        record("tailoring.removed", project, actor=actor, title=row.title)


def pending(project: Project) -> list[Tailoring]:
    """What takes force when the charter is issued."""
    return list(Tailoring.objects.filter(project=project, in_force_at=None))


def put_in_force(project: Project, *, approved_with: str, actor: User) -> None:
    """With the issued charter: the items are struck out and nobody is waited for on their account."""
    rows, now = pending(project), timezone.now()
    for row in rows:
        row.in_force_at, row.approved_with = now, approved_with
        row.save(update_fields=["in_force_at", "approved_with"])
    reasons = {row.key: row.justification for row in rows if row.kind == Kind.DELIVERABLE}
    for deliverable in Deliverable.objects.select_for_update().filter(project=project, key__in=reasons).prefetch_related("references"):
        deliverable.not_applicable = reasons[deliverable.key]
        deliverable.save(update_fields=["not_applicable"])
        close_waits(f"deliverable:{deliverable.pk}")
        for reference in deliverable.references.all():
            close_waits(f"evidence.confirm:{reference.pk}")
    if rows:
        record("tailoring.approved", project, actor=actor, count=len(rows), items=[row.title for row in rows], charter=approved_with)
