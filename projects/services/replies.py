"""What became of the client's remarks: the next revision takes them over and says it of each, before anybody releases it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from audit.refusals import BadInput, Blocker
from projects.models import Quotation, RevisionRemark, RevisionRequest


@dataclass(frozen=True)
class Reply:
    """What became of a remark; empty while nobody has said it."""

    outcome: str
    words: str = ""


Replies = Mapping[int, Reply]


def take_over(before: Quotation, after: Quotation) -> None:
    """What the client asked of the revision before is answered in this one, and what that one was to answer and never was sent."""
    open_rows = RevisionRequest.objects.filter(quotation=before, withdrawn_at=None, answered_in=None)
    unsent = RevisionRequest.objects.filter(answered_in=before) if before.sent_at is None else RevisionRequest.objects.none()
    for row in (open_rows | unsent).select_for_update():
        row.answered_in = after
        row.save(update_fields=["answered_in"])


def remarks_to_answer(latest: Quotation) -> list[RevisionRemark]:
    """What the revision after this one answers. One query."""
    asked = Q(request__quotation=latest, request__withdrawn_at=None, request__answered_in=None)
    unsent = Q(request__answered_in=latest) if latest.sent_at is None else Q(pk__in=[])
    return list(RevisionRemark.objects.filter(asked | unsent).select_related("line", "request__asked_by", "request__quotation"))


def remarks_answered_in(quotation: Quotation) -> list[RevisionRemark]:
    """What was asked, and what this revision says became of it. One query, none where `with_parts` has read it."""
    if "answers" in getattr(quotation, "_prefetched_objects_cache", ()):
        read = [remark for request in quotation.answers.all() for remark in request.remarks.all()]
        return sorted(read, key=lambda row: (row.request.asked_at, row.line is None, row.line.order if row.line else 0, row.pk))
    rows = RevisionRemark.objects.filter(request__answered_in=quotation)
    return list(rows.select_related("line", "request__asked_by", "request__quotation").order_by("request__asked_at", "line__order", "pk"))


def values_of(replies: Replies) -> dict[str, str]:
    """As a form has them: two fields for each."""
    said = ((f"replies-{pk}", each) for pk, each in replies.items())
    return {f"{name}-{part}": value for name, each in said for part, value in (("outcome", each.outcome), ("words", each.words.strip()))}


def replies_in(quotation: Quotation) -> dict[int, Reply]:
    """What this revision says became of each remark, by its id."""
    return {row.pk: Reply(row.outcome, row.reply) for row in remarks_answered_in(quotation)}


def reply(quotation: Quotation, replies: Replies) -> None:
    """Keep what becomes of each remark. Raises BadInput for one that the client did not make, or not of a revision that this one answers,
    and where one that is not wholly taken over gets no word.
    """
    remarks = {row.pk: row for row in remarks_answered_in(quotation)}
    errors = {f"replies-{pk}-outcome": [_t("There is no such remark to answer.")] for pk in replies.keys() - remarks.keys()}
    if errors := wrong_replies(replies) | errors:
        raise BadInput(errors)
    for pk, said in replies.items():
        row = remarks[pk]
        if (row.outcome, row.reply) != (said.outcome, said.words.strip()):
            row.outcome, row.reply = said.outcome, said.words.strip()
            row.save(update_fields=["outcome", "reply"])


def wrong_replies(replies: Replies) -> dict[str, list[str]]:
    """By themselves, whatever was asked."""
    errors = {}
    for pk, said in replies.items():
        if said.outcome not in ("", *RevisionRemark.Outcome.values):
            errors[f"replies-{pk}-outcome"] = [_t("Choose what became of it.")]
        elif said.outcome in (RevisionRemark.Outcome.PARTLY, RevisionRemark.Outcome.KEPT) and not said.words.strip():
            errors[f"replies-{pk}-words"] = [_t("Say why; the client reads it.")]
    return errors


def unanswered_blockers(quotation: Quotation) -> list[Blocker]:
    """Why the revision cannot be released: it does not say yet what became of everything that the client asked."""
    number = sum(not row.outcome for row in remarks_answered_in(quotation))
    if not number:
        return []
    words = ngettext(
        "Say what became of the client's remarks first: %(number)d has no answer.",
        "Say what became of the client's remarks first: %(number)d have no answer.",
        number,
    )
    return [Blocker("quotation.unanswered", words % {"number": number}, quotation.get_absolute_url())]
