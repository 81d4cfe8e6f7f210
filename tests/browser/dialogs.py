"""Every dialog of the templates: whose it is and where it stands; opened by the keyboard, looked at by axe, closed again.

Which dialogs there are is read from the templates: a new one is named in DIALOGS, or a test fails.
"""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings
from django.urls import resolve
from playwright.sync_api import Page

from tests.browser.seeing import FOCUS, barriers

TEMPLATES = Path(settings.BASE_DIR) / "templates"
ONE_OF_MANY = ("_form_dialog.html", "_signing_dialog.html", "projects/_view_dialog.html")  # they stand where they are included
WRITTEN = re.compile(r'<dialog id="([\w-]+)"|(?:_form|_signing|_view)_dialog\.html" with id="?([\w.-]+)')

DIALOGS = {  # template and id as it is written there: person, name of the page's route, id or how it begins
    "_shortcuts.html shortcuts": "bd rfp-list shortcuts",
    "_structure_dialog.html structure-editor": "bd rfp-detail structure-editor",
    "accounts/person_detail.html correct": "admin person-detail correct",
    "accounts/person_detail.html reset-factor": "admin person-detail reset-factor",
    "accounts/person_detail.html sign-out": "admin person-detail sign-out",
    "desk/_offer_answer.html accept": "approver.a portal-change-order accept",
    "desk/_offer_answer.html decline": "approver.a portal-change-order decline",
    "desk/portal_approval.html accept": "approver.a portal-approval accept",
    "desk/portal_approval.html reject": "approver.a portal-approval reject",
    "desk/portal_project.html watch": "approver.a portal-project watch",
    "desk/portal_request_draft.html discard": "approver.a portal-request-draft discard",
    "documents/_version_actions.html refuse-document": "qa document-detail refuse-document",
    "documents/_version_actions.html sign-document": "qa document-detail sign-document",
    "documents/document_detail.html withdraw": "pm document-detail withdraw",
    "notifications/_watch_button.html watch": "pm milestone-detail watch",
    "phases/evaluation/sheet.html assign": "pm sheet-detail assign",
    "phases/evaluation/sheet.html reopen": "pm sheet-detail reopen",
    "phases/evaluation/sheet.html sign-off": "production sheet-detail sign-off",
    "projects/_gate_meeting.html meeting": "pm project-gate meeting",
    "projects/_gate_meeting.html minutes": "pm project-gate minutes",
    "projects/_gate_meeting.html request-decision": "qa project-gate request-decision",
    "projects/_gate_proposal.html dialog": "qa project-gate refuse-quality_assurance",
    "projects/_gate_proposal.html row.dialog": "qa project-gate sign-quality_assurance",
    "projects/_gate_proposal.html withdraw": "pm project-gate withdraw",
    "projects/_gate_propose.html other-decision": "pm project-gate other-decision",
    "projects/_references.html row.dialog": "qa deliverable-detail reject-",
    "projects/_risk_dialog.html risk": "pm project-risks risk",
    "projects/_tailoring.html tailor": "pm project-charter tailor",
    "projects/_task_dialogs.html task": "pm project-plan task",
    "projects/_task_dialogs.html task-new": "pm project-plan task-new",
    "projects/_view_bar.html view-change": "pm project-list view-change",
    "projects/_view_bar.html view-delete": "pm project-list view-delete",
    "projects/_view_bar.html view-save": "pm project-list view-save",
    "projects/_waivers_waiting.html grant_id": "qa project-gate grant-",
    "projects/_waivers_waiting.html refuse_id": "qa project-gate refuse-waiver-",
    "projects/account.html reply": "pm project-account reply",
    "projects/agreement.html change": "bd agreement-detail change",
    "projects/agreement.html dialog": "bd agreement-detail mend-",
    "projects/agreement.html file": "bd agreement-detail file",
    "projects/agreement.html withdraw": "bd agreement-detail withdraw",
    "projects/calendars.html region": "pm calendars region",
    "projects/calendars.html remove": "pm calendars remove",
    "projects/change_order.html release": "bd change-order-detail release",
    "projects/condition.html answer": "pm condition-detail answer",
    "projects/condition.html reject-answer": "qa condition-detail reject-answer",
    "projects/deliverable.html assign": "pm deliverable-detail assign",
    "projects/deliverable.html enter-reference": "pm deliverable-detail enter-reference",
    "projects/deliverable.html new-round": "pm deliverable-detail new-round",
    "projects/dependencies.html change": "pm project-dependencies change",
    "projects/gate.html row.dialog": "pm project-gate waive-",
    "projects/gate_review.html minutes": "pm gate-review minutes",
    "projects/gate_review.html row.assess_dialog": "qa gate-review assess-",
    "projects/milestone.html achieve": "pm milestone-detail achieve",
    "projects/milestone.html correct": "pm milestone-detail correct",
    "projects/milestone.html explain": "pm milestone-detail explain",
    "projects/milestone.html reschedule": "pm milestone-detail reschedule",
    "projects/milestone.html start": "pm milestone-detail start",
    "projects/milestones.html change": "pm project-milestones change",
    "projects/occupancy_detail.html move": "pm occupancy-detail move",
    "projects/occupancy_detail.html release": "pm occupancy-detail release",
    "projects/payments.html correct": "bd project-payments correct",
    "projects/payments.html invoice": "bd project-payments invoice",
    "projects/payments.html paid": "bd project-payments paid",
    "projects/quotation.html record-outcome": "bd quotation-detail record-outcome",
    "projects/_quotation_acts.html release": "bd quotation-detail release",
    "projects/rfp_confidentiality.html id": "bd rfp-confidentiality off-",
    "projects/rfp_detail.html client": "bd rfp-detail client",
    "projects/rfp_detail.html decline": "bd rfp-detail decline",
    "projects/rfp_intake.html aside": "bd rfp-intake-detail aside",
    "projects/rfp_detail.html remove": "bd rfp-detail remove",
    "projects/scratch.html apply": "pm scratch-detail apply",
    "projects/status.html row.move.name": "pm project-status project-",
}
ASIDE = {  # where only the dialogs are looked at; some open with the address
    "bd": [
        "/projects/{code}/change-orders/{drafted}/1/",
        "/projects/{code}/payments/?amount={later}",
        "/projects/{code}/payments/?invoice={ready}",
        "/projects/{code}/payments/?paid={invoiced}",
        "/rfps/{logged}/?remove={attached}",
    ],
    "pm": [
        "/projects/?phase=small_scale",
        "/projects/?phase=pilot",
        "/projects/{code}/plan/?task=new",
        "/projects/{code}/plan/?task={task}",
        "/projects/{code}/plan/{achieved}/",
        "/projects/{code}/plan/{begun_work}/",
        "/projects/{passed}/plan/{unexplained}/",
        "/projects/{code}/milestones/?change=g2",
        "/projects/{code}/dependencies/?change={link}",
        "/projects/{code}/risks/?risk={risk}",
        "/projects/{code}/deliverables/{repeated}/",
        "/projects/{passed}/gate/",
        "/projects/{passed}/gate/G2/1/",
        "/projects/{evaluated}/charter/",
        "/projects/{evaluated}/sheets/research/",
        "/projects/{evaluated}/sheets/production/",
        "/documents/{begun}/",
        "/calendars/?region=site-basel",
        "/calendars/?remove=site-basel-{day_off}",
    ],
    "admin": ["/accounts/people/{protected}/"],
    "approver.a": ["/portal/{code}/?watch=g2"],
    "qa": [
        "/projects/{code}/deliverables/{unconfirmed}/",
        "/projects/{code}/gate/",
        "/projects/{code}/gate/G1/1/",
        "/projects/{passed}/gate/",
        "/projects/{passed}/conditions/{answered}/",
        "/documents/{reviewed}/",
    ],
    "production": ["/projects/{evaluated}/sheets/production/"],
}

OPENERS = """() => [...document.querySelectorAll("main [data-dialog], main [data-structure-editor]")]
  .filter((each) => each.checkVisibility({visibilityProperty: true}) && each.ariaDisabled !== "true" && !each.disabled)
  .map((each, place) => {
    each.dataset.place = place;
    const id = each.dataset.dialog ?? "structure-editor", dialog = document.getElementById(id);
    const fields = [...(dialog?.querySelectorAll("input:not([type=hidden]), select, textarea, [type=submit]") ?? [])];
    const sent = dialog?.querySelector("form") ? new URL(dialog.querySelector("form").action).pathname : "";
    return [place, sent, fields.map((field) => field.name || field.innerText.trim()).join()];
  })"""
STANDING = """() => {
  const dialog = document.querySelector("dialog[open]"), box = dialog.getBoundingClientRect();
  const faults = [];
  if (!document.getElementById(dialog.getAttribute("aria-labelledby"))?.innerText.trim()) faults.push("has no name");
  if (!dialog.contains(document.activeElement)) faults.push("does not take the focus");
  if (box.left < 0 || box.right > innerWidth || dialog.scrollWidth > dialog.clientWidth) faults.push("is wider than the screen");
  return faults;
}"""
CLOSING = """() => {
  document.querySelectorAll("[data-told]").forEach((each) => delete each.dataset.told);
  const dialog = document.querySelector("dialog[open]");
  dialog.addEventListener("close", () => { dialog.dataset.told = "yes"; }, {once: true});
}"""  # a dialog is closed before the page is told, and only then the focus goes back
OPEN = "dialog[open]"
IS_OPEN = "() => document.querySelector('dialog[open]') !== null"


def written_dialogs() -> set[str]:
    """Template and id of every dialog, as it is written there."""
    pages = {str(path.relative_to(TEMPLATES)): path.read_text() for path in TEMPLATES.rglob("*.html")}
    return {
        f"{name} {identity}"
        for name, text in pages.items()
        if name not in ONE_OF_MANY
        for found in WRITTEN.findall(text)
        for identity in found
        if identity
    }


class Dialogs:
    """The dialogs of one person, each opened once on a route and at a width."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._looked_at: set[tuple[str, ...]] = set()
        self.opened: set[tuple[str, str]] = set()

    def faults(self, where: str) -> list[str]:
        """Of the page that is open, at its present width."""
        route = str(resolve(self._page.url.split("?")[0].removeprefix(self._origin)).url_name)
        found = self._look(route, where) if self.is_open() else []
        for place, sent, fields in self._page.evaluate(OPENERS):  # what asks for the same and sends it to the same act is the same
            if self._is_new(route, str(resolve(sent).url_name) if sent else "", fields):
                found += self._opened_by(f"[data-place='{place}']", route, where)
        if self._page.locator("#shortcuts").count() and self._is_new("shortcuts"):
            self._page.keyboard.press("?")
            found += self._look(route, where)
        return found

    def is_open(self) -> bool:
        return bool(self._page.evaluate(IS_OPEN))

    def missing(self, person: str) -> set[str]:
        """What is named as this person's and was not opened."""
        wanted = {each: tuple(place.split()[1:]) for each, place in DIALOGS.items() if place.split()[0] == person}
        return {each for each, place in wanted.items() if not any(self._is(place, opened) for opened in self.opened)}

    @staticmethod
    def _is(wanted: tuple[str, ...], opened: tuple[str, str]) -> bool:
        (route, begins), (at, identity) = wanted, opened
        return route == at and (identity.startswith(begins) if begins.endswith("-") else identity == begins)

    @property
    def _origin(self) -> str:
        return "/".join(self._page.url.split("/")[:3])

    def _is_new(self, *what: str) -> bool:
        key = (*what, str(self._page.viewport_size))
        new = key not in self._looked_at
        self._looked_at.add(key)
        return new

    def _opened_by(self, opener: str, route: str, where: str) -> list[str]:
        self._page.locator(opener).focus()
        self._page.keyboard.press("Enter")
        found = self._look(route, where)
        if not self._page.locator(opener).evaluate("each => document.activeElement === each"):
            found.append(f"{where}: the focus does not come back to {opener} from its dialog")
        return found

    def _look(self, route: str, where: str) -> list[str]:
        page = self._page
        page.wait_for_function(IS_OPEN)
        identity = str(page.evaluate("document.querySelector('dialog[open]').id"))
        self.opened.add((route, identity))
        where = f"{where} dialog {identity}"
        found = [f"{where} {each}" for each in page.evaluate(STANDING)]
        found += barriers(page, where, within=OPEN)
        page.keyboard.press("Tab")  # the browser shows what has the focus
        found += [f"{where}: focus cannot be seen on {each}" for each in page.evaluate(FOCUS, OPEN)]
        page.evaluate(CLOSING)
        page.keyboard.press("Escape")
        page.wait_for_function("() => document.querySelector('[data-told]') !== null")
        return found
