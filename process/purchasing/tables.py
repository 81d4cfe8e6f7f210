"""What is true of a row of an inquiry's tables, and how an answer becomes a price beside its material."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t

from audit.events import record
from audit.refusals import BadInput
from catalogue.models import Supplier
from catalogue.services.supply import wrong_quote
from process.purchasing.models import InquiryAnswer, InquiryAsk, InquiryLine, PurchaseInquiry, answered
from process.purchasing.services import add_addressees, await_answers, told_of
from projects.services.waiting import close_waits
from worksheets.changing import ADD, CHANGE, REMOVE, Change, change_rows
from worksheets.reading_cells import told
from worksheets.rows import Rows, cells

if TYPE_CHECKING:
    from django.db.models import QuerySet

OF_A_QUOTE = (
    "quantity_from_kg",
    "price_per_kg",
    "currency",
    "pack_kg",
    "minimum_order_kg",
    "lead_time_days",
    "purity_pct",
    "origin",
    "quoted_on",
    "valid_until",
    "note",
)
ONLY_OF_AN_OFFER = ("currency", "pack_kg", "minimum_order_kg", "lead_time_days", "purity_pct", "origin", "valid_until")


class LineRows(Rows):
    def weigh(self, row: InquiryLine, changed: Collection[str], wrong: Collection[str]) -> dict[str, str]:
        (day,) = cells(row, ["wanted_on"], wrong)
        is_over = day is not None and "wanted_on" in changed and day < self.parent.project.today
        return {"wanted_on": _t("This day is over.")} if is_over else {}

    def clean(self, row: InquiryLine, changed: Collection[str]) -> None:
        """The grade of the catalogue where no other is wanted."""
        row.specification = row.specification or row.material.grade


class AskRows(Rows):
    def weigh(self, row: InquiryAsk, changed: Collection[str], wrong: Collection[str]) -> dict[str, str]:
        (supplier,) = cells(row, ["supplier"], wrong)
        if supplier is None or supplier.status not in Supplier.NOT_ASKED:
            return {}
        words = _t("%(supplier)s is %(status)s; nobody is asked there.")
        return {"supplier": words % {"supplier": supplier, "status": supplier.get_status_display().lower()}}

    def add(self, row: InquiryAsk) -> InquiryAsk:
        add_addressees(self.parent, [row.supplier])
        super().add(row)
        return row

    def change(self, row: InquiryAsk, changed: Collection[str]) -> InquiryAsk:
        """Whoever is put there was not proposed."""
        row.because = ""
        add_addressees(self.parent, [row.supplier])
        super().change(row, changed)
        return row


class AnswerRows(Rows):
    """An offer is a price beside its material too, by the door of that table; both are one change."""

    def weigh(self, row: InquiryAnswer, changed: Collection[str], wrong: Collection[str]) -> dict[str, str]:
        """What the table of the prices will say of an offer is said here with everything else."""
        row.quoted_on = row.quoted_on or self.parent.project.today
        row.reference = row.reference or str(self.parent)
        errors: dict[str, str] = {}
        if "price_per_kg" not in wrong:
            errors = _offer_errors(row, wrong) if row.is_offer else _none_errors(row, wrong)
        line, supplier = cells(row, ("line", "supplier"), wrong)
        if None not in (line, supplier) and not InquiryAsk.objects.filter(line=line, supplier=supplier).exists():
            words = _t("%(supplier)s is not asked for %(material)s in this inquiry.")
            errors["supplier"] = words % {"supplier": supplier, "material": line}
        return errors

    def add(self, row: InquiryAnswer) -> InquiryAnswer:
        self._file(row)
        super().add(row)
        return row

    def change(self, row: InquiryAnswer, changed: Collection[str]) -> InquiryAnswer:
        self._file(row)
        super().change(row, changed)
        return row

    def remove(self, row: InquiryAnswer) -> None:
        """Its price goes with it, unless something counts with that price."""
        material, quote = row.line.material, row.quote_id
        super().remove(row)
        if quote is not None:
            self._write(material.code, Change(REMOVE, quote))

    def done(self) -> None:
        """The last answer of those who were asked completes the inquiry; one taken back opens it again."""
        inquiry = PurchaseInquiry.objects.select_for_update(of=("self",)).select_related("project").get(pk=self.parent.pk)
        awaited = unanswered(inquiry).exists()
        if awaited and inquiry.state == PurchaseInquiry.State.ANSWERED:
            inquiry.await_again()
            inquiry.save(update_fields=["state"])
            await_answers(inquiry)
            record("inquiry.reopened", inquiry, actor=self.actor, **told_of(inquiry))
        elif not awaited and inquiry.state == PurchaseInquiry.State.SENT:
            inquiry.complete()
            inquiry.save(update_fields=["state"])
            close_waits(f"inquiry.answers:{inquiry.pk}")
            record("inquiry.answered", inquiry, actor=self.actor, **told_of(inquiry))

    def _file(self, row: InquiryAnswer) -> None:
        close_waits(f"inquiry.mail:{self.parent.pk}:{row.supplier_id}")  # who has answered has the letter, whatever became of its mail
        if not row.is_offer:
            if row.quote_id is not None:
                quote, row.quote = row.quote_id, None
                InquiryAnswer.objects.filter(pk=row.pk).update(quote=None)
                self._write(row.line.material.code, Change(REMOVE, quote))
            return
        values = {name: told(getattr(row, name)) for name in OF_A_QUOTE} | {"supplier": str(row.supplier), "reference": row.reference}
        if row.quote_id is None:
            row.quote_id = self._write(row.line.material.code, Change(ADD, values=values))
        else:
            self._write(row.line.material.code, Change(CHANGE, row.quote_id, values))

    def _write(self, code: str, change: Change) -> Any:
        """Raises BadInput at the columns of the answer, which are called as those of the price."""
        why = self.reason or _t("Answer to %(number)s") % {"number": self.parent}
        (result,) = change_rows(f"material-prices:{code}", [change], actor=self.actor, reason=why).results
        if not result.is_saved:
            typed = {column.name for column in self.sheet.typed}
            raise BadInput({name if name in typed else "": words for name, words in result.errors.items()})
        return result.pk


def unanswered(inquiry: PurchaseInquiry) -> QuerySet[InquiryAsk]:
    """The lines that were asked for and of which their supplier has said nothing yet."""
    return InquiryAsk.objects.filter(~answered(), inquiry=inquiry).select_related("line__material", "supplier")


def _offer_errors(row: InquiryAnswer, wrong: Collection[str]) -> dict[str, str]:
    errors = wrong_quote(row, wrong)
    if row.no_offer_because and "no_offer_because" not in wrong:
        errors["no_offer_because"] = _t("There is a price: empty one of the two.")
    if not row.currency and "currency" not in wrong:
        errors["currency"] = _t("A price needs its currency.")
    return errors


def _none_errors(row: InquiryAnswer, wrong: Collection[str]) -> dict[str, str]:
    if "no_offer_because" in wrong:
        return {}
    if not row.no_offer_because:
        return {"price_per_kg": _t("Enter the price, or say why there is no offer.")}
    given = [name for name, value in zip(ONLY_OF_AN_OFFER, cells(row, ONLY_OF_AN_OFFER, wrong), strict=True) if value not in (None, "")]
    return {name: _t("This belongs to an offer; without a price leave it empty.") for name in given}
