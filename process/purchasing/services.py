"""Everything that happens to a purchase inquiry as a whole: prepared by research, sent by material control, closed or withdrawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.models import Department, Role
from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, require_none, require_reason
from audit.seen import require_unchanged, words_of
from catalogue.models import Supplier
from documents.models import Document, DocumentVersion
from documents.services import request_document, submit_for_review, withdraw_document, withdrawal_blockers
from process.purchasing.letters import TYPE, is_current, papers_of
from process.purchasing.mails import SupplierMail
from process.purchasing.models import InquiryAsk, InquiryLine, InquirySupplier, PurchaseInquiry
from process.purchasing.proposing import ProposedLine, lines_for
from process.purchasing.sellers import LEAST_SUPPLIERS
from process.routes.building import steps_of
from process.routes.mending import blockers_of
from process.routes.models import RouteVersion
from process.routes.services.shared import Values, as_data, take
from projects.models import TeamMember
from projects.services.locking import locked, next_number, not_active, require_active
from projects.services.waiting import close_waits, open_wait

if TYPE_CHECKING:
    from accounts.models import User

FIELDS = ("answer_by", "note")
MAIL_DUE = "process.tasks.send_supplier_mail"


@act
def prepare_inquiry(
    version_pk: int, *, target_kg: Decimal, answer_by: date, note: str = "", with_priced: bool = False, actor: User
) -> PurchaseInquiry:
    """Lines and suppliers as the record proposes them, and their letters. Raises Refused where there is nothing to ask for."""
    version = RouteVersion.objects.visible_to(actor).select_related("route__project").get(pk=version_pk)
    project = locked(version.route.project.code, actor)
    require_permission("process.prepare_inquiry", actor, project)
    require_active(project)
    steps = list(steps_of(version))
    proposed, faults = lines_for(steps, target_kg, on=project.today, with_priced=with_priced)
    require_none(blockers_of(faults, version, steps))
    errors = wrong_day({"answer_by": answer_by}, project.today)
    if not proposed:
        errors["with_priced"] = [_t("Every input of this route has a price that holds. Tick this to ask for other prices all the same.")]
    if errors:
        raise BadInput(errors)
    number = next_number(PurchaseInquiry.objects.filter(project=project))
    inquiry = PurchaseInquiry(project=project, route_version=version, number=number, prepared_by=actor, target_kg=target_kg)
    _fill(inquiry, {"answer_by": answer_by, "note": note})
    inquiry.save(force_insert=True)
    _propose(inquiry, proposed)
    TeamMember.objects.get_or_create(project=project, department=Department.objects.get(key=Role.MATERIAL_CONTROL))  # who sends it sees it
    record("inquiry.prepared", inquiry, actor=actor, after=as_data(inquiry, ("target_kg", *FIELDS)), **told_of(inquiry))
    make_letters(inquiry, actor)
    open_wait(
        f"inquiry.send:{inquiry.pk}",
        project=project,
        role=Role.MATERIAL_CONTROL,
        words=_t("%(code)s: send purchase inquiry %(number)s") % {"code": project.code, "number": inquiry},
        link=inquiry.get_absolute_url(),
    )
    return inquiry


@act
def change_inquiry(pk: int, values: Values, *, actor: User, version: str = "") -> PurchaseInquiry:
    """version: of what the form showed (`audit.seen`). Raises BadInput at the field."""
    inquiry = locked_inquiry(pk, actor)
    require_permission("process.prepare_inquiry", actor, inquiry.project)
    require_none(editing_blockers(inquiry))
    before = inquiry_values(inquiry)
    require_unchanged(version, now=before, wanted=values, words=partial(words_of, inquiry))
    changed = _fill(inquiry, values)
    if changed:
        inquiry.save(update_fields=changed)
        was = {name: str(before[name]) for name in changed}
        record("inquiry.changed", inquiry, actor=actor, before=was, after=as_data(inquiry, changed), **told_of(inquiry))
    return inquiry


@act
def write_letters(pk: int, *, actor: User) -> PurchaseInquiry:
    """The letters of all suppliers as they would be sent now; those that say it already stay."""
    inquiry = locked_inquiry(pk, actor)
    require_permission("process.prepare_inquiry", actor, inquiry.project)
    require_none(editing_blockers(inquiry))
    make_letters(inquiry, actor)
    return inquiry


@act
def send_inquiry(pk: int, *, actor: User) -> PurchaseInquiry:
    """The letters take effect, and go by mail to every supplier whose address is known. Raises Refused with all that is missing."""
    project_id = PurchaseInquiry.objects.visible_to(actor).values_list("project_id", flat=True).get(pk=pk)
    list(Document.objects.select_for_update().filter(project=project_id, type_key=TYPE))  # before the project, as their services do
    inquiry = locked_inquiry(pk, actor)
    require_permission("process.send_inquiry", actor, inquiry.project)
    require_none(send_blockers(inquiry))
    now, papers = timezone.now(), papers_of(inquiry)
    inquiry.send(by=actor, at=now)
    inquiry.save(update_fields=["state", "sent_by", "sent_at"])
    addressees = addressees_of(inquiry)
    for addressee in addressees:
        paper = papers[addressee.reference]
        submit_for_review(paper.document.number, paper.number, actor=actor)
        if addressee.goes_by_mail:
            post_letter(addressee, paper)
    _tell_of_sending(inquiry, addressees, actor)
    close_waits(f"inquiry.send:{inquiry.pk}")
    await_answers(inquiry)
    return inquiry


@act
def close_inquiry(pk: int, *, reason: str, actor: User) -> PurchaseInquiry:
    """No more answers are awaited."""
    inquiry = locked_inquiry(pk, actor)
    require_permission("process.send_inquiry", actor, inquiry.project)
    require_none(answering_blockers(inquiry))
    require_reason(reason)
    inquiry.close(at=timezone.now(), because=reason.strip())
    return _end(inquiry, "inquiry.closed", reason, actor)


@act
def withdraw_inquiry(pk: int, *, reason: str, actor: User) -> PurchaseInquiry:
    """It is asked no more; letters that were not sent are taken out. Suppliers that have theirs are told by whoever sent them."""
    inquiry = locked_inquiry(pk, actor)
    require_permission("process.prepare_inquiry" if inquiry.is_prepared else "process.send_inquiry", actor, inquiry.project)
    require_none(withdrawing_blockers(inquiry))
    require_reason(reason)
    if inquiry.is_prepared:
        _take_out(papers_of(inquiry).values(), actor, reason)
    inquiry.withdraw(at=timezone.now(), because=reason.strip())
    return _end(inquiry, "inquiry.withdrawn", reason, actor)


def editing_blockers(inquiry: PurchaseInquiry) -> list[Blocker]:
    """Why what is asked cannot be changed; the tables and the page show the same."""
    if inquiry.is_prepared:
        return not_active(inquiry.project)
    words = _t("%(number)s is %(state)s: what was asked stays as it is.")
    said = {"number": inquiry, "state": inquiry.get_state_display().lower()}
    return [Blocker("inquiry.not_prepared", words % said, inquiry.get_absolute_url())]


def answering_blockers(inquiry: PurchaseInquiry) -> list[Blocker]:
    """Why no answer can be filed, nor the inquiry closed."""
    if inquiry.is_out:
        return not_active(inquiry.project)
    words = {
        PurchaseInquiry.State.PREPARED: _t("%(number)s is not sent yet: there is nothing to answer."),
        PurchaseInquiry.State.CLOSED: _t("%(number)s is closed: a later price is entered beside its material."),
    }.get(inquiry.state, _t("%(number)s is withdrawn."))
    return [Blocker("inquiry.not_out", words % {"number": inquiry}, inquiry.get_absolute_url())]


def withdrawing_blockers(inquiry: PurchaseInquiry) -> list[Blocker]:
    if inquiry.state in (PurchaseInquiry.State.PREPARED, PurchaseInquiry.State.SENT):
        return not_active(inquiry.project)
    words = _t("%(number)s is %(state)s; it is closed, not withdrawn.")
    said = {"number": inquiry, "state": inquiry.get_state_display().lower()}
    return [Blocker("inquiry.not_open", words % said, inquiry.get_absolute_url())]


def letters_at(inquiry: PurchaseInquiry) -> str:
    return f"{inquiry.get_absolute_url()}#letters"


def send_blockers(
    inquiry: PurchaseInquiry,
    addressees: Sequence[InquirySupplier] | None = None,
    papers: Mapping[str, DocumentVersion] | None = None,
    lines: Sequence[InquiryLine] | None = None,
) -> list[Blocker]:
    """Everything that has to be there before it goes out; who has read the letters and for whom they are passes them on."""
    if found := editing_blockers(inquiry):
        return found
    found = list(_too_few(inquiry, lines_of(inquiry) if lines is None else lines))
    if inquiry.answer_by < inquiry.project.today:
        link = f"{inquiry.get_absolute_url()}#id_change-answer_by"
        found.append(Blocker("inquiry.late", _t("The day until which they should answer is over."), link))
    addressees = addressees_of(inquiry) if addressees is None else addressees
    papers = papers_of(inquiry) if papers is None else papers
    return found + [blocker for each in addressees for blocker in _paper_blockers(each, papers.get(each.reference))]


def addressees_of(inquiry: PurchaseInquiry) -> list[InquirySupplier]:
    """The suppliers that are asked for something, each with its lines, in two queries."""
    asked: dict[int, list[InquiryAsk]] = {}
    for ask in InquiryAsk.objects.filter(inquiry=inquiry).select_related("line__material").order_by("line__position", "line_id"):
        asked.setdefault(ask.supplier_id, []).append(ask)
    rows = list(InquirySupplier.objects.filter(inquiry=inquiry, supplier__in=list(asked)).select_related("supplier", "handed_over_by"))
    for row in rows:
        row.inquiry, row.asked = inquiry, asked[row.supplier_id]
    return rows


def inquiry_values(inquiry: PurchaseInquiry) -> dict[str, Any]:
    return {name: getattr(inquiry, name) for name in FIELDS}


def await_answers(inquiry: PurchaseInquiry) -> None:
    open_wait(
        f"inquiry.answers:{inquiry.pk}",
        project=inquiry.project,
        role=Role.MATERIAL_CONTROL,
        words=_t("%(code)s: file the answers to purchase inquiry %(number)s") % {"code": inquiry.project.code, "number": inquiry},
        link=inquiry.get_absolute_url(),
        due_on=inquiry.answer_by,
    )


def lines_of(inquiry: PurchaseInquiry) -> list[InquiryLine]:
    """Each with the number of suppliers that are `asked` for it."""
    return list(inquiry.lines.select_related("material").annotate(asked=Count("asks")))


def lacking(lines: Iterable[InquiryLine]) -> list[InquiryLine]:
    """For which fewer than two are asked, and nobody has said why; and those for which nobody is."""
    return [line for line in lines if not line.asked or (line.asked < LEAST_SUPPLIERS and not line.single_because)]  # type: ignore[attr-defined]


def empty_blockers(inquiry: PurchaseInquiry, lines: Sequence[InquiryLine]) -> list[Blocker]:
    link = f"{inquiry.get_absolute_url()}#sheet-inquiry-lines"
    return [] if lines else [Blocker("inquiry.empty", _t("It asks for nothing yet."), link)]


def _too_few(inquiry: PurchaseInquiry, lines: Sequence[InquiryLine]) -> Iterable[Blocker]:
    page = inquiry.get_absolute_url()
    yield from empty_blockers(inquiry, lines)
    for line in lacking(lines):
        if not line.asked:  # type: ignore[attr-defined]
            yield Blocker("inquiry.nobody", _t("%(material)s: no supplier is asked.") % {"material": line}, f"{page}#sheet-inquiry-asks")
        else:
            words = _t("%(material)s: one supplier is asked. Ask a second one, or say at the line why not.")
            row = reverse("worksheet-row", args=[f"inquiry-lines:{inquiry.pk}", line.pk])
            yield Blocker("inquiry.single", words % {"material": line}, row)


def _paper_blockers(addressee: InquirySupplier, paper: DocumentVersion | None) -> list[Blocker]:
    name = {"supplier": addressee.supplier}
    if paper is None or not is_current(paper, addressee):
        words = _t("The letter to %(supplier)s does not say what is asked now; write the letters anew.") % name
        return [Blocker("inquiry.letter", words, letters_at(addressee.inquiry))]
    link = paper.document.get_absolute_url()
    if paper.state in DocumentVersion.QUEUE or (paper.state == DocumentVersion.State.DRAFT and paper.review_pdf is None):
        return [Blocker("inquiry.letter", _t("The letter to %(supplier)s is being made; it is there in a moment.") % name, link)]
    if paper.state == DocumentVersion.State.FAILED:
        return [
            Blocker("inquiry.letter", _t("The letter to %(supplier)s could not be made; look at the error and try again.") % name, link)
        ]
    if paper.missing_characters:
        words = _t("The letter to %(supplier)s holds characters that cannot be printed: %(characters)s.")
        return [Blocker("inquiry.letter", words % (name | {"characters": paper.missing_characters}), link)]
    return []


def _propose(inquiry: PurchaseInquiry, proposed: list[ProposedLine]) -> None:
    rows = [
        InquiryLine(
            inquiry=inquiry, position=place, material=each.material, quantity_kg=each.quantity_kg, specification=each.material.grade
        )
        for place, each in enumerate(proposed, 1)
    ]
    InquiryLine.objects.bulk_create(rows)
    add_addressees(inquiry, dict.fromkeys(seller.supplier for each in proposed for seller in each.sellers))
    InquiryAsk.objects.bulk_create(
        InquiryAsk(inquiry=inquiry, line=line, supplier=seller.supplier, because=seller.because)
        for line, each in zip(rows, proposed, strict=True)
        for seller in each.sellers
    )


def add_addressees(inquiry: PurchaseInquiry, suppliers: Iterable[Supplier]) -> None:
    """A number for each that has none; a number once given stays, because a letter is named after it."""
    known = dict(InquirySupplier.objects.filter(inquiry=inquiry).values_list("supplier_id", "number"))
    last = max(known.values(), default=0)
    new = [supplier for supplier in suppliers if supplier.pk not in known]
    rows = [InquirySupplier(inquiry=inquiry, supplier=each, number=last + place) for place, each in enumerate(new, 1)]
    InquirySupplier.objects.bulk_create(rows)


def make_letters(inquiry: PurchaseInquiry, actor: User) -> None:
    papers, asked = papers_of(inquiry), addressees_of(inquiry)
    for addressee in asked:
        paper = papers.get(addressee.reference)
        if paper is None or not is_current(paper, addressee):
            request_document(TYPE, project=inquiry.project, about=addressee.reference, actor=actor)
    still = {each.reference for each in asked}
    _take_out((paper for reference, paper in papers.items() if reference not in still), actor, _t("This supplier is not asked any more."))


def _take_out(papers: Iterable[DocumentVersion], actor: User, reason: str) -> None:
    for paper in papers:
        if not withdrawal_blockers(paper.document):
            withdraw_document(paper.document.number, actor=actor, reason=reason)


def _tell_of_sending(inquiry: PurchaseInquiry, addressees: Sequence[InquirySupplier], actor: User) -> None:
    """Who gets a letter by mail, and to whom somebody has to hand it over: that one is prepared, not sent."""
    mailed, by_hand = ([each for each in addressees if each.goes_by_mail is by_mail] for by_mail in (True, False))
    said = told_of(inquiry)
    if mailed:
        record("inquiry.sent", inquiry, actor=actor, suppliers=", ".join(map(str, mailed)), **said)
    if by_hand:
        record("inquiry.to_hand_over", inquiry, actor=actor, suppliers=", ".join(map(str, by_hand)), **said)
    for addressee in by_hand:
        open_wait(
            f"inquiry.mail:{inquiry.pk}:{addressee.supplier_id}",
            project=inquiry.project,
            role=Role.MATERIAL_CONTROL,
            words=_t("%(code)s: hand over the letter of purchase inquiry %(number)s to %(supplier)s") % {**said, "supplier": addressee},
            link=inquiry.get_absolute_url(),
        )


def post_letter(addressee: InquirySupplier, paper: DocumentVersion) -> SupplierMail:
    """To the address that is known now. It leaves when the PDF is made (`posting`)."""
    return SupplierMail.objects.create(addressee=addressee, version=paper, to=addressee.supplier.email)


def _end(inquiry: PurchaseInquiry, kind: str, reason: str, actor: User) -> PurchaseInquiry:
    inquiry.save(update_fields=["state", "ended_at", "ended_because"])
    for wait in ("send", "answers", "mail"):
        close_waits(f"inquiry.{wait}:{inquiry.pk}")
    record(kind, inquiry, actor=actor, reason=reason, **told_of(inquiry))
    return inquiry


def told_of(inquiry: PurchaseInquiry) -> Mapping[str, Any]:
    return {"code": inquiry.project.code, "number": str(inquiry), "link": inquiry.get_absolute_url()}


def locked_inquiry(pk: int, actor: User) -> PurchaseInquiry:
    """The project before the inquiry. Raises PurchaseInquiry.DoesNotExist for absent and foreign alike."""
    code = PurchaseInquiry.objects.visible_to(actor).values_list("project__code", flat=True).get(pk=pk)
    project = locked(code, actor)
    inquiry = PurchaseInquiry.objects.select_for_update(of=("self",)).get(pk=pk)
    inquiry.project = project
    return inquiry


def _fill(inquiry: PurchaseInquiry, values: Values) -> list[str]:
    """Raises BadInput at every field that is wrong."""
    return take(inquiry, values, FIELDS, wrong_day(values, inquiry.project.today, kept=inquiry.answer_by))


def wrong_day(values: Values, today: date, *, kept: date | None = None) -> dict[str, list[str]]:
    """By this day answers are wanted: it is still to come, unless it was entered earlier."""
    by = values.get("answer_by")
    return {"answer_by": [_t("This day is over.")]} if by is not None and by != kept and by < today else {}
