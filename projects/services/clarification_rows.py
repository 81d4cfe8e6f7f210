"""The questions to the client of a request, row by row as its table saves them: by the services that ask and answer."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _t

from audit.refusals import BadInput, Blocker
from projects.models import Clarification, Rfp
from projects.services.clarifications import answer_clarification, ask_clarification
from worksheets.rows import Rows


def question_blockers(rfp: Rfp) -> list[Blocker]:
    return [Blocker("rfp.declined", _t("This request was declined."))] if rfp.state == Rfp.State.DECLINED else []


class ClarificationRows(Rows):
    def new(self) -> Clarification:
        row: Clarification = super().new()
        row.asked_by = self.actor
        return row

    def clean(self, row: Clarification, changed: Collection[str]) -> None:
        if row.owner is not None and "owner" in changed and not Rfp.objects.visible_to(row.owner).filter(pk=self.parent.pk).exists():
            raise BadInput({"owner": _t("%(name)s does not see this request.") % {"name": row.owner}})

    def add(self, row: Clarification) -> Clarification:
        asked = ask_clarification(self.parent.number, question=row.question, owner=row.owner, actor=self.actor)
        self.recorded.add(asked.pk)
        return self._answered(asked, row.answer) if row.answer else asked

    def change(self, row: Clarification, changed: Collection[str]) -> Clarification:
        if "owner" in changed:
            row.save(update_fields=["owner"])
        if "answer" not in changed:
            return row
        if set(changed) == {"answer"}:
            self.recorded.add(row.pk)
        return self._answered(row, row.answer)

    def _answered(self, row: Clarification, answer: str) -> Clarification:
        return answer_clarification(self.parent.number, row.pk, answer=answer, actor=self.actor)

    def remove(self, row: Clarification) -> None:
        raise BadInput({"": _t("What was asked stays in the record; write what came of it as the answer.")})
