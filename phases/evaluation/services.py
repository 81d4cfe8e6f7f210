"""Evaluation: submitting a request, the departments' sheets, the recommendation."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Prefetch, prefetch_related_objects
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.capacities import capacity, giver_of
from accounts.models import Department
from accounts.permissions import require_permission
from accounts.working import works_elsewhere
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, Refused, require_none, require_reason
from audit.seen import require_unchanged, words_of
from audit.signatures import sign, signatures_of
from catalogue.models import SHEET_DEPARTMENTS, Site
from catalogue.services import create_or_find_compound
from phases.evaluation.events import CONTENT_FIELDS, COSTS, KEPT_TEXTS
from phases.evaluation.models import DepartmentAssessment, InquiryAssessment
from phases.evaluation.owners import proposed_owners
from phases.evaluation.planned import overfilled
from phases.evaluation.tables import PlannedOperation
from process.assumptions.adopting import Assumed, adopt
from projects.completeness import completeness_of
from projects.forecasting import calendar_of
from projects.models import Project, Rfp, TeamMember
from projects.services.clarifications import questions_follow
from projects.services.confidentiality import require_not_kept
from projects.services.lifecycle import locked, not_active, open_project, require_active
from projects.services.rfp import locked_rfp
from projects.services.waiting import close_waits, open_wait

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from accounts.models import User
    from accounts.signing import Authentication
    from phases.evaluation.tables import SheetAssumption

SHEET_WORKING_DAYS = 5


def submission_blockers(rfp: Rfp) -> list[Blocker]:
    """What keeps a request from being submitted; the page's disabled button shows the same."""
    if rfp.state != Rfp.State.DRAFT:
        return [
            Blocker(
                key="rfp.not_draft",
                words=_t("The request is %(state)s.") % {"state": rfp.get_state_display().lower()},
                link=rfp.get_absolute_url(),
            )
        ]
    return [
        Blocker(
            key=f"rfp.{question.field}",
            words=question.words,
            link=f"{rfp.get_absolute_url()}#id_{question.field}",
            owner=str(rfp.account_owner or ""),
        )
        for question in completeness_of(rfp).open_for_submit
    ]


@transaction.atomic
def submit_rfp(number: str, *, actor: User, site: str = "") -> Project:
    """Open the project in evaluation and the departments' sheets. Refused with the open questions.

    site: the key of the one that is asked, whose working days the sheets' due dates count; the charter may name another one.
    """
    rfp = locked_rfp(number, actor)
    require_permission("projects.submit_rfp", actor, rfp)
    asked = _site(site)
    reasons = submission_blockers(rfp)
    if reasons:
        raise Refused(reasons)
    compound = create_or_find_compound(name=rfp.compound_name, cas_number=rfp.cas_number, structure_text=rfp.structure_text, actor=actor)
    rfp.submit()
    rfp.submitted_at = timezone.now()
    rfp.save(update_fields=["state", "submitted_at", "updated_at"])
    close_waits(f"rfp.complete:{rfp.pk}")
    project = open_project(rfp, compound=compound, site=asked, actor=actor)
    questions_follow(rfp, project)
    record("rfp.submitted", rfp, actor=actor, code=project.code)
    due_on = calendar_of(project).add_working_days(project.today, SHEET_WORKING_DAYS)
    owners = proposed_owners(project)
    for department in Department.objects.filter(key__in=SHEET_DEPARTMENTS):
        _open_sheet(project, department, owners.get(department.pk), due_on, actor=actor)
    return project


def _site(key: str) -> Site | None:
    found = Site.objects.filter(key=key).first() if key else None
    if key and found is None:
        raise BadInput({"site": [_t("There is no such site.")]})
    return found


def _open_sheet(project: Project, department: Department, owner: User | None, due_on: date, *, actor: User) -> None:
    TeamMember.objects.get_or_create(project=project, department=department)
    sheet = DepartmentAssessment.objects.create(project=project, department=department, owner=owner, due_on=due_on)
    said: dict[str, Any] = {"department": department.name, "due_on": due_on}
    if owner is None:
        record("sheet.opened", sheet, actor=actor, **said)
    else:
        record("sheet.opened_for", sheet, actor=actor, owner=owner.full_name, **said)
    _ask_department(sheet)


def _ask_department(sheet: DepartmentAssessment) -> None:
    open_wait(
        f"sheet:{sheet.pk}",
        project=sheet.project,
        user=sheet.owner,
        role="" if sheet.owner else sheet.department.key,
        words=_t("%(code)s: feasibility sheet of %(department)s") % {"code": sheet.project.code, "department": sheet.department},
        link=sheet.get_absolute_url(),
        due_on=sheet.due_on,
    )


def locked_sheet(code: str, department_key: str, actor: User) -> DepartmentAssessment:
    project = locked(code, actor)
    sheet = (
        DepartmentAssessment.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .select_related("department", "owner")
        .get(project=project, department__key=department_key)
    )
    sheet.project = project
    return sheet


def change_blockers(sheet: DepartmentAssessment) -> list[Blocker]:
    """Why nothing on the sheet and in its tables can be changed now."""
    return [*not_active(sheet.project), *_signed_off(sheet)]


def _signed_off(sheet: DepartmentAssessment) -> list[Blocker]:
    if sheet.state == DepartmentAssessment.State.OPEN:
        return []
    words = _t("The sheet is signed off by %(name)s; reopen it to change it.") % {"name": sheet.signed_off_by}
    return [Blocker(key="sheet.signed_off", words=words, link=sheet.get_absolute_url())]


@transaction.atomic
def save_sheet(code: str, department_key: str, *, changes: dict[str, Any], actor: User, version: str = "") -> DepartmentAssessment:
    """Write changed fields of an open sheet. Raises BadInput at the field; `version` is what the person was shown (`audit.seen`)."""
    sheet = locked_sheet(code, department_key, actor)
    require_permission("phases.edit_sheet", actor, sheet)
    require_none(change_blockers(sheet))
    unknown = set(changes) - set(CONTENT_FIELDS)
    if unknown:
        raise BadInput({name: [_t("This field cannot be set.")] for name in sorted(unknown)})
    require_unchanged(version, now=sheet_values(sheet), wanted=changes, words=partial(words_of, sheet))
    before = {name: getattr(sheet, name) for name in changes}
    for name, value in changes.items():
        setattr(sheet, name, value)
    _validate_sheet(sheet)
    changed = [name for name in changes if getattr(sheet, name) != before[name]]
    if changed:
        sheet.save()
        record(
            "sheet.saved",
            sheet,
            actor=actor,
            before={name: before[name] for name in changed},
            after={name: getattr(sheet, name) for name in changed},
            department=sheet.department.name,
            fields=", ".join(label_of(name) for name in changed),
        )
    return sheet


def recommended_values(assessment: InquiryAssessment | None) -> dict[str, Any]:
    """What the form of the recommendation shows."""
    return {name: getattr(assessment, name) for name in ("recommendation", "reason", "conditions")} if assessment else {}


def sheet_values(sheet: DepartmentAssessment) -> dict[str, Any]:
    """What the form of the sheet shows."""
    return {name: getattr(sheet, name) for name in CONTENT_FIELDS}


def label_of(name: str) -> str:
    """The words of a field of the sheet, as its form shows them."""
    field: Any = DepartmentAssessment._meta.get_field(name)
    return str(field.verbose_name)


def _validate_sheet(sheet: DepartmentAssessment) -> None:
    errors = wrong_costs(sheet_values(sheet))
    try:
        sheet.clean_fields(exclude=["project", "department", "state"])
    except ValidationError as error:
        errors = error.message_dict | errors
    if errors:
        raise BadInput(errors)


def wrong_costs(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Of those values of a sheet that are given."""
    given = {name: cost for name in COSTS if (cost := values.get(name)) is not None}
    costs, errors = list(given.values()), dict[str, list[str]]()
    if costs != sorted(costs):
        errors = {name: [_t("Low, base and high must rise in this order.")] for name in given}
    if costs and not values.get("currency", "?"):
        errors["currency"] = [_t("A cost needs its currency.")]
    return errors


@transaction.atomic
def assign_sheet(code: str, department_key: str, *, owner: User | None, due_on: date, actor: User) -> DepartmentAssessment:
    sheet = locked_sheet(code, department_key, actor)
    require_permission("phases.assign_sheet", actor, sheet)
    require_none(change_blockers(sheet))
    if owner is not None and (words := works_elsewhere(owner, sheet.department)):
        raise BadInput({"owner": [words]})
    require_not_kept(sheet.project, owner, field="owner")
    moved = owner == sheet.owner and due_on != sheet.due_on
    give(sheet, owner, due_on, actor=actor, kind="sheet.moved" if moved else "sheet.assigned")
    return sheet


def give(sheet: DepartmentAssessment, owner: User | None, due_on: date, *, actor: User, kind: str = "sheet.assigned", **said: str) -> None:
    """Of a sheet that its caller holds; who may own it, the caller has asked. said: what the words of another kind of event name."""
    before = {"owner": str(sheet.owner or ""), "due_on": sheet.due_on}
    sheet.owner, sheet.due_on = owner, due_on
    sheet.save(update_fields=["owner", "due_on", "updated_at"])
    record(
        kind,
        sheet,
        actor=actor,
        before=before,
        after={"owner": str(owner or ""), "due_on": due_on},
        department=sheet.department.name,
        due_on=due_on,
        owner=owner.full_name if owner else sheet.department.name,
        **said,
    )
    _ask_department(sheet)


def sign_off_blockers(sheet: DepartmentAssessment) -> list[Blocker]:
    """What a sheet lacks before it can be signed off."""
    if sheet.state == DepartmentAssessment.State.SIGNED_OFF:
        return [Blocker(key="sheet.signed_off", words=_t("The sheet is signed off."), link=sheet.get_absolute_url())]
    owner, page = str(sheet.owner or sheet.department), sheet.get_absolute_url()
    needed = ["feasibility_score", "feasibility_reason", "cost_base", "duration_weeks"]
    missing = [name for name in needed if getattr(sheet, name) in (None, "")]
    empty, unjudged = _t("“%(field)s” is empty."), _t("The risk “%(risk)s” has no probability or no impact yet.")
    risks = [risk for risk in sheet.risk_rows.all() if not risk.is_judged]
    return [
        *(Blocker(f"sheet.{name}", empty % {"field": label_of(name)}, f"{page}#id_{name}", owner) for name in missing),
        *(Blocker("sheet.risk", unjudged % {"risk": risk}, f"{page}#sheet-sheet-risks", owner) for risk in risks),
        *(Blocker("sheet.overfilled", words, _row_of_plan(sheet, pk), owner) for pk, words in overfilled(_operations(sheet)).items()),
    ]


def _row_of_plan(sheet: DepartmentAssessment, pk: int) -> str:
    return reverse("worksheet-row", args=[f"production-plan:{sheet.pk}", pk])


def _operations(sheet: DepartmentAssessment) -> list[PlannedOperation]:
    """With their vessels; no query where the page has read them."""
    prefetch_related_objects([sheet], Prefetch("operations", queryset=PlannedOperation.objects.select_related("vessel")))
    return list(sheet.operations.all())


@transaction.atomic
def sign_off_sheet(
    code: str, department_key: str, *, actor: User, authentication: Authentication, expected_hash: str = ""
) -> DepartmentAssessment:
    """The department answers for its sheet by signature; what it assumes stands in the ledger of the project from then on."""
    sheet = locked_sheet(code, department_key, actor)
    require_permission("phases.edit_sheet", actor, sheet)
    require_active(sheet.project)
    reasons = sign_off_blockers(sheet)
    if reasons:
        raise Refused(reasons)
    giver = giver_of(capacity(actor, department_key))
    sign(sheet, actor=actor, on_behalf_of=giver, meaning="sheet_sign_off", authentication=authentication, expected_hash=expected_hash)
    sheet.sign_off(by=actor, at=timezone.now())
    sheet.save(update_fields=["state", "signed_off_by", "signed_off_at", "updated_at"])
    record("sheet.signed_off", sheet, actor=actor, on_behalf_of=giver, department=sheet.department.name)
    close_waits(f"sheet:{sheet.pk}")
    rows = sheet.assumption_rows.prefetch_related("events")
    signers = set(signatures_of(sheet).values_list("signer_id", flat=True))
    adopt(sheet.project, map(_assumed, rows), department=sheet.department, owner=actor, signers=signers)
    return sheet


def _assumed(row: SheetAssumption) -> Assumed:
    """With what its history says that it said before."""
    return replace(_said(row), before=tuple(map(_said, row.events.all())))  # type: ignore[attr-defined]


def _said(row: SheetAssumption) -> Assumed:
    return Assumed(row.text, row.figure, row.low, row.high, row.unit, row.source, row.confidence, row.confirm_by)


@act
def reopen_sheet(code: str, department_key: str, *, actor: User, reason: str) -> DepartmentAssessment:
    """Open a signed sheet again with a reason; its signature stays in the record and no longer covers it."""
    sheet = locked_sheet(code, department_key, actor)
    require_permission("phases.reopen_sheet", actor, sheet)
    require_active(sheet.project)
    require_reason(reason)
    if sheet.state != DepartmentAssessment.State.SIGNED_OFF:
        raise Refused([Blocker(key="sheet.open", words=_t("The sheet is open."), link=sheet.get_absolute_url())])
    sheet.reopen()
    sheet.save(update_fields=["state", "signed_off_by", "signed_off_at", *KEPT_TEXTS.values(), "updated_at"])
    record("sheet.reopened", sheet, actor=actor, reason=reason, department=sheet.department.name)
    _ask_department(sheet)
    return sheet


def wrong_recommendation(values: Mapping[str, str]) -> dict[str, list[str]]:
    """Of what is given of one."""
    errors: dict[str, list[str]] = {}
    recommendation, conditions = values.get("recommendation"), values.get("conditions")
    if recommendation is not None and recommendation not in InquiryAssessment.Recommendation.values:
        errors["recommendation"] = [_t("Choose bid, bid with conditions or no bid.")]
    if not values.get("reason", "?").strip():
        errors["reason"] = [_t("Give the reasons.")]
    wants_conditions = recommendation == InquiryAssessment.Recommendation.BID_WITH_CONDITIONS
    if wants_conditions and conditions is not None and not conditions.strip(" -•\t\r\n"):
        errors["conditions"] = [_t("Name the conditions.")]
    return errors


@act
def recommend(code: str, *, recommendation: str, reason: str, actor: User, conditions: str = "", version: str = "") -> InquiryAssessment:
    """Record the recommendation; a later one replaces it and the history keeps both. version: of what was shown (`audit.seen`)."""
    project = locked(code, actor)
    require_permission("phases.recommend", actor, project)
    require_active(project)
    wanted = {"recommendation": recommendation, "reason": reason, "conditions": conditions}
    if errors := wrong_recommendation(wanted):
        raise BadInput(errors)
    present = InquiryAssessment.objects.select_for_update().filter(project=project).first()
    if present is not None:
        require_unchanged(version, now=recommended_values(present), wanted=wanted, words=partial(words_of, present))
    values = wanted | {"recommended_by": actor, "recommended_at": timezone.now()}
    assessment, _created = InquiryAssessment.objects.update_or_create(project=project, defaults=values)
    record("assessment.recommended", assessment, actor=actor, reason=reason, recommendation=assessment.get_recommendation_display())
    return assessment
