"""The account of the delay, agreed by both sides: we state it by what we publish, the client acknowledges it or objects, we reply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import as_json, record
from audit.hashes import hash_of
from audit.refusals import BadInput, Blocker, Refused, require_none
from projects.accounts_of_delay import accounts_of_delay
from projects.models import AccountAnswer
from projects.services.locking import locked
from projects.services.waiting import close_waits, open_wait

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import User
    from projects.models import Project
    from projects.slippage import Account

Kind = AccountAnswer.Kind


def account_content(accounts: Iterable[Account]) -> dict[str, Any]:
    """The account as both sides read it: every milestone that moved, from its contract date to its last, by side."""
    rows = [
        {
            "key": row.key,
            "title": row.title,
            "from": row.baseline,
            "to": row.ends_on,
            "achieved": row.actual is not None,
            "days": dict(row.days),
            "unassigned": row.unassigned,
        }
        for row in accounts
        if row.moved
    ]
    return as_json({"rows": rows})


def account_hash(accounts: Iterable[Account]) -> str:
    return hash_of(account_content(accounts))


def latest_answer(project: Project) -> AccountAnswer | None:
    return AccountAnswer.objects.filter(project=project).select_related("actor").order_by("-answered_at", "-pk").first()


def objection_blockers(accounts: Iterable[Account]) -> list[Blocker]:
    """Why there is nothing to object to."""
    if any(row.moved for row in accounts):
        return []
    return [Blocker(key="account.empty", words=_t("No date differs from the contract's: there is no account yet."))]


def acknowledgement_blockers(project: Project, accounts: list[Account]) -> list[Blocker]:
    """Why the account cannot be acknowledged now; the page's disabled button shows the same."""
    reasons = objection_blockers(accounts)
    unassigned = sum(abs(row.unassigned) for row in accounts)
    if unassigned:
        words = ngettext("%(days)d working day is on nobody's side yet.", "%(days)d working days are on nobody's side yet.", unassigned)
        reasons.append(Blocker(key="account.unassigned", words=words % {"days": unassigned}))
    latest = latest_answer(project)
    if latest is not None and latest.kind == Kind.ACKNOWLEDGED and latest.account_hash == account_hash(accounts):
        words = _t("%(name)s has acknowledged the account as it stands.") % {"name": latest.actor.full_name}
        reasons.append(Blocker(key="account.acknowledged", words=words))
    return reasons


def reply_blockers(project: Project) -> list[Blocker]:
    """Why there is nothing to reply to."""
    latest = latest_answer(project)
    if latest is not None and latest.kind == Kind.OBJECTED:
        return []
    return [Blocker(key="account.no_objection", words=_t("No objection of the client is open."))]


@act
def acknowledge_account(code: str, *, actor: User, words: str = "", expected_hash: str = "") -> AccountAnswer:
    """The client's approver agrees to the account as it was shown."""
    project = locked(code, actor)
    require_permission("projects.answer_account", actor, project)
    accounts = accounts_of_delay([project])[project.pk]
    _require_shown(accounts, expected_hash)
    require_none(acknowledgement_blockers(project, accounts))
    answer = _answer(project, accounts, Kind.ACKNOWLEDGED, words, actor)
    _stop_asking(project)
    return answer


@act
def object_to_account(code: str, *, actor: User, words: str, expected_hash: str = "") -> AccountAnswer:
    """The client's approver does not agree, and says with what; the project manager is asked to reply."""
    project = locked(code, actor)
    require_permission("projects.answer_account", actor, project)
    accounts = accounts_of_delay([project])[project.pk]
    _require_shown(accounts, expected_hash)
    require_none(objection_blockers(accounts))
    answer = _answer(project, accounts, Kind.OBJECTED, _needed(words, _t("Say what of the account is not as you see it.")), actor)
    _stop_asking(project)
    open_wait(
        f"account.objection:{answer.pk}",
        project=project,
        user=project.project_manager,
        role="" if project.project_manager_id else "project_manager",
        words=_t("%(code)s: the client objects to the account of the delay") % {"code": code},
        link=reverse("project-account", args=[code]),
    )
    return answer


@act
def reply_to_objection(code: str, *, actor: User, words: str) -> AccountAnswer:
    """The project manager answers the client's objection; both stay in the record."""
    project = locked(code, actor)
    require_permission("projects.reply_to_account", actor, project)
    require_none(reply_blockers(project))
    accounts = accounts_of_delay([project])[project.pk]
    answer = _answer(project, accounts, Kind.REPLIED, _needed(words, _t("Say what you reply; the client reads it.")), actor)
    _stop_asking(project)
    return answer


def _stop_asking(project: Project) -> None:
    """Whatever is said last, nobody waits for a reply to what was said before."""
    for pk in AccountAnswer.objects.filter(project=project, kind=Kind.OBJECTED).values_list("pk", flat=True):
        close_waits(f"account.objection:{pk}")


def _require_shown(accounts: list[Account], expected_hash: str) -> None:
    if expected_hash and expected_hash != account_hash(accounts):
        words = _t("The account has changed since you looked. Nothing was recorded; read it again.")
        raise Refused([Blocker(key="account.changed", words=words)])


def _needed(words: str, otherwise: str) -> str:
    if not words.strip():
        raise BadInput({"words": [otherwise]})
    return words


def _answer(project: Project, accounts: list[Account], kind: AccountAnswer.Kind, words: str, actor: User) -> AccountAnswer:
    content = account_content(accounts)
    values = {"account": content, "account_hash": hash_of(content), "actor": actor, "answered_at": timezone.now()}
    answer = AccountAnswer.objects.create(project=project, kind=kind, words=words.strip(), **values)
    record(f"account.{kind}", answer, actor=actor, reason=answer.words, account_hash=answer.account_hash)
    return answer
