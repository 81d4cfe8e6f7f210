"""Conditions of a conditional go: proposed, standing, answered with evidence, confirmed by a second person, locking when overdue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _t

from accounts.capacities import Capacity, capacity, giver_of
from accounts.permissions import allowed, require_permission
from audit.acts import act
from audit.events import record
from audit.hashes import hash_of
from audit.refusals import BadInput, Blocker, NotAllowed, Refused, require_none
from projects import steps
from projects.models import Deliverable, GateCondition, GateReview, Project, ProjectStatus
from projects.permissions import CONFIRMERS_OF_CONDITIONS
from projects.services.locking import locked
from projects.services.waiting import close_waits, open_wait

if TYPE_CHECKING:
    from accounts.models import User
    from projects.gates import Judged


@dataclass(frozen=True)
class NewCondition:
    """A condition as the chair proposes it. `criterion` is the key of the unmet criterion that it stands for, or empty."""

    words: str
    owner: User
    due_on: date
    step: str
    step_number: int = 0
    criterion: str = ""
    tell_client: bool = True
    client_words: str = ""
    untold_reason: str = ""

    @property
    def words_for_client(self) -> str:
        """What the client reads once it is overdue: the words given, else words that give nothing of ours away."""
        return (self.client_words.strip() or usual_client_words()) if self.tell_client else ""

    def as_content(self, number: int) -> dict[str, Any]:
        """What the signers of the proposal sign of it."""
        return {
            "number": number,
            "words": self.words,
            "criterion": self.criterion,
            "owner": self.owner.full_name,
            "due_on": self.due_on,
            "step": self.step,
            "step_number": self.step_number,
            "client_words": self.words_for_client,
            **({} if self.tell_client else {"untold_reason": self.untold_reason.strip()}),
        }


def usual_client_words() -> str:
    return _t("A condition of our last gate decision is overdue. Your project manager tells you what it means for your dates.")


def check_conditions(conditions: Sequence[NewCondition], judged: Iterable[Judged]) -> None:
    """Raises BadInput with the errors of each condition under `conditions-<place>-<field>`."""
    pinned = {item.key: item for item in judged}
    errors: dict[str, list[str]] = {}
    if not conditions:
        go = all(item.passes for item in pinned.values())
        locked = _t("Name a condition for each criterion that is not met; “go” is locked until they are.")
        errors["conditions"] = [_t("Name at least one condition, or propose “go”.") if go else locked]
    for place, condition in enumerate(conditions):
        for name, words in _problems(condition, pinned).items():
            errors[f"conditions-{place}-{name}"] = [words]
    if errors:
        raise BadInput(errors)


def _problems(condition: NewCondition, pinned: dict[str, Judged]) -> dict[str, str]:
    step = steps.find_step(condition.step)
    problems = {}
    if not condition.words.strip():
        problems["words"] = _t("Say what has to be done.")
    if not (condition.owner.is_active and condition.owner.is_internal):
        problems["owner"] = _t("The owner is an active person of ours.")
    if condition.due_on < timezone.localdate():
        problems["due_on"] = _t("The date lies in the past.")
    if step is None:
        problems["step"] = _t("Choose the step that the condition guards.")
    elif condition.step_number and not step.counted:
        problems["step_number"] = _t("This step is not counted.")
    if not condition.tell_client and not condition.untold_reason.strip():
        problems["untold_reason"] = _t(
            "The client is told of an overdue condition; say why not of this one. It is signed with the decision."
        )
    if condition.criterion:
        problems |= _problem_of_criterion(pinned.get(condition.criterion))
    return problems


def _problem_of_criterion(item: Judged | None) -> dict[str, str]:
    if item is None:
        return {"criterion": _t("This gate has no such criterion.")}
    if not item.waivable and not item.finding.met:
        return {"criterion": _t("“%(words)s” is passed only by its evidence, never on a condition.") % {"words": item.words}}
    return {}


def add_conditions(review: GateReview, conditions: Sequence[NewCondition]) -> None:
    """Write the rows of a proposal that is being made; the caller holds the lock and has checked them."""
    for number, new in enumerate(conditions, 1):
        GateCondition.objects.create(
            review=review,
            proposal_number=review.proposal_number,
            number=number,
            words=new.words.strip(),
            criterion_key=new.criterion,
            owner=new.owner,
            due_on=new.due_on,
            step=new.step,
            step_number=new.step_number,
            tell_client=new.tell_client,
            client_words=new.words_for_client,
            untold_reason="" if new.tell_client else new.untold_reason.strip(),
        )


def content_of_conditions(review: GateReview, rows: Iterable[GateCondition] | None = None) -> list[dict[str, Any]]:
    """The conditions of the proposal that stands, as they are signed; `rows`: these, in their order, of a caller that has them."""
    rows = GateCondition.objects.of_proposal(review).select_related("owner") if rows is None else rows
    return [
        NewCondition(
            row.words,
            row.owner,
            row.due_on,
            row.step,
            row.step_number,
            row.criterion_key,
            row.tell_client,
            row.client_words,
            row.untold_reason,
        ).as_content(row.number)
        for row in rows
    ]


def drop_conditions(review: GateReview) -> None:
    """The proposal is taken back: its conditions bind nobody."""
    for row in GateCondition.objects.select_for_update().filter(review=review, state=GateCondition.State.PROPOSED):
        row.leave()
        row.save(update_fields=["state"])


def put_conditions_in_force(review: GateReview, *, actor: User) -> None:
    """Inside the last signature: the conditions of the decision stand; those of earlier rounds of this gate are replaced by it."""
    earlier = GateCondition.objects.standing().filter(review__project=review.project, review__gate=review.gate).exclude(review=review)
    for row in earlier.select_for_update(of=("self",)).select_related("review__project"):
        row.leave()
        row.save(update_fields=["state"])
        close_waits(f"condition:{row.pk}")
        record("condition.replaced", row, actor=actor, label=row.label, gate=review.gate, round=review.round)
    for row in GateCondition.objects.of_proposal(review).select_for_update(of=("self",)).select_related("owner"):
        row.review = review
        row.stand()
        row.save(update_fields=["state"])
        record("condition.set", row, actor=actor, label=row.label, owner=row.owner.full_name, due_on=row.due_on)
        _ask_owner(row)


def _ask_owner(condition: GateCondition) -> None:
    project = condition.review.project
    words = _t("%(code)s: meet the condition “%(words)s”") % {"code": project.code, "words": condition.words}
    open_wait(
        f"condition:{condition.pk}:owner",
        project=project,
        user=condition.owner,
        words=words,
        link=condition.get_absolute_url(),
        due_on=condition.due_on,
    )


def _ask_second_person(condition: GateCondition) -> None:
    project = condition.review.project
    words = _t("%(code)s: confirm that the condition “%(words)s” is met") % {"code": project.code, "words": condition.words}
    open_wait(
        f"condition:{condition.pk}:confirm",
        project=project,
        role="quality_assurance",
        words=words,
        link=condition.get_absolute_url(),
        due_on=condition.due_on,
    )


def _locked_condition(code: str, pk: int, actor: User) -> GateCondition:
    project = locked(code, actor)
    rows = GateCondition.objects.visible_to(actor).select_for_update(of=("self",)).select_related("review", "owner")
    condition = rows.get(pk=pk, review__project=project)
    condition.review.project = project
    return condition


def answer_blockers(condition: GateCondition) -> list[Blocker]:
    """Why nobody can say now that the condition is met."""
    words = {
        GateCondition.State.PROPOSED: _t("The decision is not signed by everybody yet."),
        GateCondition.State.ANSWERED: _t("Its evidence waits for confirmation."),
        GateCondition.State.MET: _t("The condition is met."),
        GateCondition.State.VOID: _t("The condition no longer binds."),
    }.get(GateCondition.State(condition.state))
    return [Blocker("condition.state", words, condition.get_absolute_url())] if words else []


def may_answer(condition: GateCondition, actor: User) -> bool:
    """The owner, or whoever may propose at the gate, answers for it."""
    return condition.owner_id == actor.pk or allowed("projects.propose_gate", actor, condition.review.project)


@transaction.atomic
def answer_condition(code: str, pk: int, *, actor: User, words: str = "", deliverable: str = "") -> GateCondition:
    """Say how a condition is met: a deliverable that is done, or words. It counts once a second person confirmed it.

    Raises NotAllowed, Refused, or BadInput when nothing is given or the deliverable is not done.
    """
    condition = _locked_condition(code, pk, actor)
    if not may_answer(condition, actor):
        raise NotAllowed(_t("The owner of the condition or a project manager says how it is met."))
    require_none(answer_blockers(condition))
    proof = _proof(condition.review.project, deliverable)
    if proof is None and not words.strip():
        raise BadInput({"words": [_t("Name a deliverable that is done, or say how the condition is met.")]})
    condition.deliverable, condition.answer = proof, words.strip()
    condition.answer_hash = _hash_of_answer(condition)
    condition.give_answer(actor, timezone.now())
    condition.save(update_fields=["state", "deliverable", "answer", "answer_hash", "answered_by", "answered_at"])
    evidence = proof.evidence_label if proof else condition.answer
    record("condition.answered", condition, actor=actor, label=condition.label, evidence=evidence)
    close_waits(f"condition:{condition.pk}:owner")
    _ask_second_person(condition)
    return condition


def _proof(project: Project, key: str) -> Deliverable | None:
    if not key:
        return None
    row = Deliverable.objects.filter(project=project, key=key).first()
    if row is None or not row.is_done:
        raise BadInput({"deliverable": [_t("Choose a deliverable of this project that is done.")]})
    return row


def _hash_of_answer(condition: GateCondition) -> str:
    proof = condition.deliverable
    return hash_of({"condition": condition.pk, "words": condition.answer, "evidence": proof.evidence_hash if proof else ""})


def confirmation_blockers(condition: GateCondition, actor: User) -> list[Blocker]:
    """Why this person cannot confirm now; the page shows the same."""
    reasons = []
    if condition.state != GateCondition.State.ANSWERED:
        reasons.append(Blocker("condition.state", _t("Nothing waits for confirmation."), condition.get_absolute_url()))
    acts_as = confirming_as(condition, actor)
    if condition.answered_by_id == actor.pk:
        reasons.append(Blocker("condition.second_person", _t("You gave the evidence; a second person confirms.")))
    elif acts_as is not None and condition.answered_by_id in acts_as.people:
        words = _t("The person for whom you act gave the evidence; a second person confirms.")
        reasons.append(Blocker("condition.second_person", words))
    if condition.state == GateCondition.State.ANSWERED and condition.answer_hash != _hash_of_answer(condition):
        words = _t("The evidence has changed since it was given; reject it, so that it is given again.")
        reasons.append(Blocker("condition.evidence_changed", words))
    return reasons


def confirming_as(condition: GateCondition, actor: User) -> Capacity | None:
    """In which capacity this person would confirm it."""
    return capacity(actor, *CONFIRMERS_OF_CONDITIONS, apart_from=[condition.answered_by_id])


@transaction.atomic
def confirm_condition(code: str, pk: int, *, actor: User) -> GateCondition:
    """The second person saw the evidence: the condition is met and what it locked is open."""
    condition = _locked_condition(code, pk, actor)
    require_permission("projects.confirm_condition", actor, condition.review.project)
    require_none(confirmation_blockers(condition, actor))
    giver = giver_of(confirming_as(condition, actor))
    condition.confirm(actor, timezone.now(), giver)
    condition.save(update_fields=["state", "confirmed_by", "confirmed_for", "confirmed_at"])
    record("condition.met", condition, actor=actor, on_behalf_of=giver, label=condition.label)
    close_waits(f"condition:{condition.pk}")
    return condition


@act
def reject_answer(code: str, pk: int, *, actor: User, reason: str) -> GateCondition:
    """What was given does not meet the condition: it stands again and its owner is asked again."""
    condition = _locked_condition(code, pk, actor)
    require_permission("projects.confirm_condition", actor, condition.review.project)
    if condition.state != GateCondition.State.ANSWERED:
        raise Refused(confirmation_blockers(condition, actor))
    if not reason.strip():
        raise BadInput({"reason": [_t("Say what is missing; it stays in the record.")]})
    giver = giver_of(confirming_as(condition, actor))
    condition.reject()
    condition.save(update_fields=["state", "deliverable", "answer", "answer_hash", "answered_by", "answered_at"])
    record("condition.rejected", condition, actor=actor, on_behalf_of=giver, reason=reason, label=condition.label)
    close_waits(f"condition:{condition.pk}:confirm")
    _ask_owner(condition)
    return condition


def overdue_conditions(project: Project, on: date) -> list[GateCondition]:
    return list(GateCondition.objects.overdue(on).filter(review__project=project).select_related("review__project", "owner"))


def blocker_of(condition: GateCondition) -> Blocker:
    """An overdue condition as a reason: what is locked, by which condition, whose it is."""
    words = _t("Locked by condition %(label)s, due %(day)s and not met: %(words)s") % {
        "label": condition.label,
        "day": date_format(condition.due_on),
        "words": condition.words,
    }
    return Blocker("condition.overdue", words, condition.get_absolute_url(), condition.owner.full_name, condition.due_on)


def condition_locks(step: str, obj: Any) -> list[Blocker]:
    """Guard of every named step: the overdue conditions of the object's project that guard it."""
    if isinstance(obj, GateReview) and obj.gate == "G1" and obj.round == 1:
        return []  # nothing was decided before that could have set one
    project = obj if isinstance(obj, Project) else obj.project
    if project is None:
        return []
    number = obj.number if isinstance(obj, steps.Start) else 0
    rows = [row for row in overdue_conditions(project, timezone.localdate()) if row.step == step]
    return [blocker_of(row) for row in rows if not (number and number < row.step_number)]


def guard_of(step: str) -> Callable[[Any], list[Blocker]]:
    return partial(condition_locks, step)


def register_guards() -> None:
    for step in steps.named_steps():
        steps.register_guard(step.key, guard_of(step.key))


def tell_overdue_conditions(on: date | None = None) -> int:
    """Every night: record once that a condition became overdue, which tells the client where that was agreed. How many were told."""
    rows = GateCondition.objects.overdue(on or timezone.localdate()).filter(
        overdue_told_at=None, review__project__status=ProjectStatus.ACTIVE
    )
    return sum(_tell_overdue(pk, on or timezone.localdate()) for pk in rows.values_list("pk", flat=True))


@transaction.atomic
def _tell_overdue(pk: int, on: date) -> bool:
    rows = GateCondition.objects.overdue(on).select_for_update(of=("self",)).select_related("review__project")
    condition = rows.filter(pk=pk, overdue_told_at=None).first()
    if condition is None:
        return False
    condition.overdue_told_at = timezone.now()
    condition.save(update_fields=["overdue_told_at"])
    record(
        "condition.overdue",
        condition,
        actor=None,
        label=condition.label,
        words=condition.words,
        step=condition.step_words,
        due_on=condition.due_on,
        concerns=[condition.owner_id],
        link=condition.get_absolute_url(),
    )
    if condition.tell_client:  # an event of its own: what a client may read holds nothing of the words among ourselves
        project = condition.review.project
        record("condition.told", project, actor=None, words=condition.client_words, due_on=condition.due_on)
    return True
