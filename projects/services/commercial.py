"""Quotations by revision: drafted, released, sent. What the client answers is in `quotation_answers`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.events import record
from audit.hashes import hash_of
from audit.refusals import BadInput, Blocker, Refused, require_none
from audit.seen import Overtaken, require_unchanged, words_of
from projects.default_plan import newest
from projects.delivery import delivery
from projects.models import Quotation, RevisionRemark, RevisionRequest
from projects.money import fitted
from projects.price_sources import with_assumptions
from projects.quotations import COMPARED
from projects.services.answering import approver_blockers
from projects.services.locking import locked, require_active
from projects.services.quotation_parts import (
    PARTS,
    ROW_BY_ROW,
    TERMS,
    Line,
    Parts,
    incomplete,
    rows_of_lines,
    rows_of_part,
    write_content,
    wrong_content,
)
from projects.services.releasing import releasing_as, sign_release, signer_blockers
from projects.services.replies import Replies, replies_in, reply, take_over, unanswered_blockers, values_of, wrong_replies
from projects.services.waiting import close_waits, open_wait

if TYPE_CHECKING:
    from accounts.models import User
    from accounts.signing import Authentication
    from audit.models import Signature
    from projects.models import Project

NO_PARTS = Parts()


def locked_quotation(code: str, revision: int, actor: User) -> Quotation:
    project = locked(code, actor)
    quotation = Quotation.objects.visible_to(actor).select_for_update(of=("self",)).get(project=project, revision=revision)
    quotation.project = project
    return quotation


def state_blockers(quotation: Quotation, *states: str) -> list[Blocker]:
    """Why this cannot be done in the state that the revision is in."""
    if quotation.state in states:
        return []
    words = _t("%(label)s is %(state)s.") % {"label": quotation.label, "state": quotation.get_state_display().lower()}
    if quotation.state == Quotation.State.SUPERSEDED:
        words = _t("%(label)s is superseded by a later revision: it cannot be changed, sent or answered any more.")
        words %= {"label": quotation.label}
    return [Blocker(key="quotation.state", words=words, link=quotation.get_absolute_url())]


def draft_blockers(latest: Quotation | None) -> list[Blocker]:
    """Why no further revision can be drafted: the client accepted the latest one."""
    if latest is None or latest.state != Quotation.State.ACCEPTED:
        return []
    words = _t("%(label)s is accepted; a change takes a change order.") % {"label": latest.label}
    return [Blocker(key="quotation.accepted", words=words, link=latest.get_absolute_url())]


@transaction.atomic
def draft_quotation(
    code: str,
    *,
    currency: str,
    valid_until: date,
    scope: str,
    lines: Sequence[Line],
    actor: User,
    version: str = "",
    parts: Parts = NO_PARTS,
    replies: Replies | None = None,
    unjudged: Collection[str] = (),
    **terms: Any,
) -> Quotation:
    """Draft the next revision; the one before it is superseded and can no longer be accepted. An accepted one stays. What the price
    assumes comes into its text by itself (`price_sources.take_assumptions_by`).

    terms: of `quotation_parts.TERMS`. replies: what becomes of the remarks that the client made to the one before, by their id.
    version: of the revision that the form went out from (`latest_version`); another, or a change of it, is not superseded unseen.
    unjudged: tables that are written afterwards; what their rows lack is asked before the release.
    """
    project = locked(code, actor)
    require_permission("projects.quote", actor, project)
    require_active(project)
    _check_quotation(project, currency, valid_until, scope, lines, parts, terms, kept=unjudged, replies=replies)
    previous = Quotation.objects.filter(project=project).select_for_update().order_by("-revision").first()
    reasons = draft_blockers(previous)
    if reasons:
        raise Refused(reasons)
    _require_latest(previous, version)
    if previous is not None:
        _supersede(previous, actor=actor)
    quotation = Quotation.objects.create(
        project=project,
        number=previous.number if previous else project.code.replace("API", "QUO"),
        revision=previous.revision + 1 if previous else 1,
        currency=currency,
        valid_until=valid_until,
        scope=scope,
        prepared_by=actor,
        prepared_at=timezone.now(),
        default_plan=newest(),
        **(TERMS | terms),
    )
    write_content(quotation, lines, parts)
    if previous is not None:
        take_over(previous, quotation)
        reply(quotation, replies or {})
    record(
        "quotation.drafted", quotation, actor=actor, label=quotation.label, total=str(fitted(quotation.total, currency)), currency=currency
    )
    return with_assumptions(quotation, actor=actor)


@transaction.atomic
def draft_from_latest(code: str, *, actor: User, **said: Any) -> Quotation:
    """Draft the next revision with the rows of the latest, the first with none: they are tables of the draft. said, raises: as
    `draft_quotation`.
    """
    latest = Quotation.objects.filter(project=locked(code, actor)).order_by("-revision").first()
    lines, parts = _rows_of(latest) if latest else ([], NO_PARTS)
    return draft_quotation(code, lines=lines, parts=parts, unjudged=ROW_BY_ROW, actor=actor, **said)


def _rows_of(quotation: Quotation) -> tuple[list[Line], Parts]:
    parts = {name: [kind(**values) for values in rows_of_part(quotation, name)] for name, (_model, kind) in PARTS.items()}
    return [Line(**values) for values in rows_of_lines(quotation)], Parts(**parts)


@transaction.atomic
def change_quotation(
    code: str,
    revision: int,
    *,
    currency: str,
    valid_until: date,
    scope: str,
    lines: Sequence[Line],
    actor: User,
    version: str = "",
    parts: Parts = NO_PARTS,
    replies: Replies | None = None,
    **terms: Any,
) -> Quotation:
    """Change a draft. A released or sent revision is never edited; draft the next one. version: as shown (`audit.seen`)."""
    quotation = locked_quotation(code, revision, actor)
    require_permission("projects.quote", actor, quotation.project)
    require_active(quotation.project)
    require_none(state_blockers(quotation, Quotation.State.DRAFT))
    values = {"currency": currency, "valid_until": valid_until, "scope": scope, **TERMS, **terms}
    wanted = values | {"lines": [vars(line) for line in lines]} | values_of(replies or {})
    wanted |= {name: [vars(row) for row in getattr(parts, name)] for name in PARTS}
    now = quotation_values(quotation)
    kept = [name for name in ROW_BY_ROW if wanted[name] == now[name]]
    _check_quotation(quotation.project, currency, valid_until, scope, lines, parts, terms, kept=kept, replies=replies)
    require_unchanged(version, now=now, wanted=wanted, words=partial(_words_now, quotation))
    changed = [name for name in wanted if wanted[name] != now.get(name)]
    if not changed:
        return quotation
    for name, value in values.items():
        setattr(quotation, name, value)
    quotation.default_plan = newest()
    quotation.save()
    write_content(quotation, lines, parts, only=changed)
    reply(quotation, replies or {})
    before, after = ({name: said[name] for name in changed if name in said} for said in (now, wanted))
    record("quotation.changed", quotation, actor=actor, before=before, after=after, label=quotation.label)
    return quotation


@transaction.atomic
def change_in_draft(found: Quotation, *, actor: User, lines: Sequence[Line] | None = None, **changed: Any) -> Quotation:
    """Change some of what a draft says, by field, line or part; the rest stays as it is now. Raises as `change_quotation`."""
    draft = locked_quotation(found.project.code, found.revision, actor)
    rows, parts = _rows_of(draft)
    terms = {name: getattr(draft, name) for name in ("currency", "valid_until", "scope", *TERMS)}
    return change_quotation(
        draft.project.code,
        draft.revision,
        lines=rows if lines is None else lines,
        parts=replace(parts, **{name: changed.pop(name) for name in PARTS if name in changed}),
        actor=actor,
        **(terms | changed),
    )


def draft_of(project: Project) -> Quotation | None:
    return Quotation.objects.current().filter(project=project, state=Quotation.State.DRAFT).select_related("project").first()


def quotation_values(quotation: Quotation) -> dict[str, Any]:
    """What the form of a draft shows."""
    rows = {name: rows_of_part(quotation, name) for name in PARTS} | {"lines": rows_of_lines(quotation)}
    return {name: getattr(quotation, name) for name in COMPARED} | rows | values_of(replies_in(quotation))


def _words_now(quotation: Quotation, name: str) -> str:
    if name == "lines":
        rows = [f"{line.get_phase_display()}, {line.description}: {words_of(line, 'amount')}" for line in quotation.lines.all()]
        return "; ".join(rows)
    if name.startswith("replies-"):
        said = values_of(replies_in(quotation))[name]
        return str(dict(RevisionRemark.Outcome.choices).get(said, said)) or _t("nothing")
    if name in PARTS:
        columns = [field.name for field in fields(PARTS[name][1])]
        return "; ".join(", ".join(words_of(row, column) for column in columns) for row in getattr(quotation, name).all())
    return words_of(quotation, name)


def latest_version(latest: Quotation | None) -> str:
    """Of the form of the next revision: which one it went out from, and what that one said."""
    return f"{latest.revision}:{hash_of(quotation_values(latest))}" if latest else "0"


def _require_latest(latest: Quotation | None, version: str) -> None:
    if not version or latest is None or version == latest_version(latest):
        return
    names = {"name": latest.prepared_by.full_name, "label": latest.label}
    words = _t("%(name)s has drafted %(label)s meanwhile. Save again to supersede it with yours.")
    if version.startswith(f"{latest.revision}:"):
        words = _t("%(label)s has been changed meanwhile; look at it first. Save again to supersede it with yours.")
    raise Overtaken({"": words % names}, latest_version(latest))


def _check_quotation(
    project: Project,
    currency: str,
    valid_until: date,
    scope: str,
    lines: Sequence[Line],
    parts: Parts,
    terms: Mapping[str, Any],
    *,
    kept: Collection[str] = (),
    replies: Replies | None = None,
) -> None:
    """kept: the tables that stay as they are; what their rows lack is asked before the release."""
    errors = wrong_content(currency, valid_until, scope, lines, parts, terms, today=project.today, kept=kept)
    if errors := errors | wrong_replies(replies or {}):
        raise BadInput(errors)


def _supersede(quotation: Quotation, *, actor: User) -> None:
    quotation.supersede()
    quotation.save(update_fields=["state"])
    close_waits(f"quotation.release:{quotation.pk}")
    close_waits(f"quotation.answer:{quotation.pk}")
    record("quotation.superseded", quotation, actor=actor, label=quotation.label)


def release_blockers(quotation: Quotation, actor: User, given: list[Signature] | None = None) -> list[Blocker]:
    """Why this person cannot add a release signature now."""
    reasons = state_blockers(quotation, Quotation.State.DRAFT) or signer_blockers(quotation, actor, "quotation", given)
    return reasons or [*unanswered_blockers(quotation), *_incomplete_blockers(quotation)]


def _incomplete_blockers(quotation: Quotation) -> list[Blocker]:
    """Each leads to its table, or to the box that confirms it."""
    page, form = quotation.get_absolute_url(), reverse("quotation-edit", args=[quotation.project.code, quotation.revision])
    places = {"rise_confirmed": f"{form}#id_rise_confirmed"}
    return [
        Blocker("quotation.incomplete", words, link=places.get(table, f"{page}#sheet-quotation-{table}"))
        for table, words in incomplete(quotation)
    ]


@transaction.atomic
def release_quotation(code: str, revision: int, *, actor: User, authentication: Authentication, expected_hash: str = "") -> Quotation:
    """Sign the internal release; with business development's and management's signature the price is released."""
    quotation = locked_quotation(code, revision, actor)
    require_permission("projects.release_quotation", actor, quotation.project)
    require_active(quotation.project)
    reasons, acts_as = release_blockers(quotation, actor), releasing_as(quotation, actor)
    if reasons or acts_as is None:
        raise Refused(reasons)
    if sign_release(quotation, acts_as, kind="quotation", authentication=authentication, expected_hash=expected_hash):
        quotation.release(timezone.now())
        quotation.save(update_fields=["state", "released_at"])
        record("quotation.released", quotation, actor=actor, on_behalf_of=acts_as.giver, label=quotation.label)
    return quotation


def sending_blockers(quotation: Quotation) -> list[Blocker]:
    """Why a released revision cannot be sent yet; the page shows the same."""
    return [*delivery().blockers(quotation), *approver_blockers(quotation.project.client_id)]


@transaction.atomic
def send_quotation(code: str, revision: int, *, actor: User) -> Quotation:
    """Make the released revision visible to the client, with its PDF, and ask it for an answer. Refused while there is no PDF of it."""
    delivery().lock(code, actor)
    quotation = locked_quotation(code, revision, actor)
    require_permission("projects.quote", actor, quotation.project)
    require_active(quotation.project)
    require_none(state_blockers(quotation, Quotation.State.RELEASED))
    require_none(sending_blockers(quotation))
    quotation.send(timezone.now())
    quotation.save(update_fields=["state", "sent_at"])
    record("quotation.sent", quotation, actor=actor, label=quotation.label)
    ask_for_answer(quotation)
    for asked in RevisionRequest.objects.filter(answered_in=quotation):
        close_waits(f"quotation.changes:{asked.quotation_id}")
    delivery().hand_over(quotation, actor=actor)
    return quotation


def ask_for_answer(quotation: Quotation) -> None:
    """The client's approver is waited for, until the offer ends."""
    code = quotation.project.code
    open_wait(
        f"quotation.answer:{quotation.pk}",
        project=quotation.project,
        client=quotation.project.client,
        role="client_approver",
        words=_t("%(code)s: answer quotation %(label)s") % {"code": code, "label": quotation.label},
        link=reverse("portal-quotation", args=[code, quotation.revision]),
        due_on=quotation.valid_until,
    )
