"""What the records say to each section of the Inquiry Assessment Report, and what they do not say yet.

A view is plain data: `facts` for a list, `words` as sentences, `tables`, and `missing` in sentences. A person's text stands above it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t

from documents.content import Column, data_table, key_values, shortest
from phases.evaluation.booking import calendar_words, days_wanted, operations_of
from phases.evaluation.models import DepartmentAssessment
from phases.evaluation.planned import band_words, fit_words
from phases.evaluation.tables import PlannedOperation
from projects.limits import EMPTY
from projects.models import Occupancy, Project, Rfp
from projects.occupancies import days_between
from projects.rfp_fields import answer_of, heading_of

View = dict[str, Any]
TOP = 10  # so many risks stand first
ANSWERS = {
    "safety": ("exposure_band", "exposure_limit_ug_per_m3", "energetic_groups", "dsc_known", "controlled_as", "transport_class"),
    "intellectual_property": ("ip_wish", "patents_known"),
    "regulatory": (
        "compound_role", "gmp_needed", "clinical_stage", "target_markets", "submission_requirements", "ctd_author",
        "starting_material_agreed", "maximum_daily_dose_mg", "treatment_duration", "administration_route",
    ),
    "schedule": (
        "quotation_needed_on", "start_wanted_on", "first_sample_wanted_on", "clinical_supply_on", "filing_planned_on",
        "launch_planned_on", "timeline_is", "target_timeline",
    ),
}  # fmt: skip


def views_on_paper(project: Project, sheets: Sequence[DepartmentAssessment], parts: Mapping[str, Any]) -> list[View]:
    """parts: of `recorded_on_paper`. Each view with the key of its section."""
    found = {
        "control": _control(sheets, parts["control"]),
        "capacity": _capacity(sheets),
        "safety": _safety(project, sheets, parts["findings"].get("safety")),
        "intellectual_property": _rights(project.rfp, parts["literature"]),
        "regulatory": _regulatory(project.rfp, parts["findings"].get("regulatory"), has_route=parts["environment"] is not None),
        "supply": _supply(parts),
        "environment": _environment(parts["environment"]),
        "schedule": _schedule(project.rfp, sheets),
    }
    return [{"key": key, **view} for key, view in found.items()]


def gravest(sheets: Iterable[DepartmentAssessment]) -> dict[str, Any] | None:
    """Of all departments together the judged risks that weigh most; None where fewer than two sheets name any, whose table says it all."""
    named = [(sheet, row) for sheet in sheets for row in sheet.risk_rows.all() if row.is_judged]
    if len({sheet.pk for sheet, _row in named}) < 2:
        return None
    columns = [
        Column(_t("Risk"), 30),
        Column(_t("Department"), 16),
        Column(_t("Probability"), 12),
        Column(_t("Impact"), 9),
        Column(_t("Weight"), 8, "right"),
        Column(_t("Response"), 25),
    ]
    first = sorted(named, key=lambda each: -(each[1].weight or 0))[:TOP]  # of equals in the order of the departments
    rows = (
        (row.text, str(sheet.department), str(row.get_probability_display()), str(row.get_impact_display()), row.weight, row.response)
        for sheet, row in first
    )
    return data_table(columns, rows, caption=_t("Those that weigh most"))


def _view(
    *, facts: Iterable[Any] = (), words: Iterable[str] = (), tables: Iterable[Any] = (), missing: Iterable[str | None] = ()
) -> dict[str, list[Any]]:
    return {
        "facts": list(facts),
        "words": list(words),
        "tables": [each for each in tables if each],
        "missing": [each for each in missing if each],
    }


def _told(rfp: Rfp, section: str) -> tuple[list[dict[str, str]], str | None]:
    """The client's answers, and in one sentence which are not given."""
    names = ANSWERS[section]
    given = [name for name in names if getattr(rfp, name) not in EMPTY]
    facts = key_values(*((heading_of(name), _plain(answer_of(rfp, name))) for name in given))
    left = ", ".join(heading_of(name) for name in names if name not in given)
    return facts, _t("Not answered in the request: %(questions)s.") % {"questions": left} if left else None


def _plain(value: Any) -> Any:
    return shortest(value) if isinstance(value, Decimal) else value


def _control(sheets: Iterable[DepartmentAssessment], control: Mapping[str, Any] | None) -> View:
    priced = [row for row in sheets if row.cost_base is not None]
    wide = [row for row in priced if row.cost_low is not None or row.cost_high is not None]
    columns = [Column(_t("Department"), 40), Column(_t("Low, from base (%)"), 30, "right"), Column(_t("High, from base (%)"), 30, "right")]
    rows = [(str(row.department), apart_percent(row.cost_base, row.cost_low), apart_percent(row.cost_base, row.cost_high)) for row in wide]
    return _view(
        facts=control["facts"] if control else (),
        tables=[control["sources"] if control else None, data_table(columns, rows, caption=_t("Band of each sheet")) if wide else None],
        missing=[
            None if control else _t("No cost scenario has a price."),
            _named(_t("No cost in the sheet of: %(names)s."), (str(row.department) for row in sheets if row not in priced)),
            _named(_t("Neither low nor high in the sheet of: %(names)s."), (str(row.department) for row in priced if row not in wide)),
        ],
    )


def apart_percent(base: Decimal | None, end: Decimal | None) -> Decimal | None:
    """By how much an end of a cost is away from its base, in whole percent; None where it cannot be told."""
    return None if not base or end is None else ((end - base) / base * 100).quantize(Decimal(1))


def _named(words: str, names: Iterable[str]) -> str | None:
    """The sentence with the names in it; none without a name."""
    listed = ", ".join(names)
    return words % {"names": listed} if listed else None


def _capacity(sheets: Iterable[DepartmentAssessment]) -> View:
    """The days that the plans want of each vessel, what of them is on the calendar, and who else has one of them."""
    rows = [row for sheet in sheets if sheet.operations.all() for row in operations_of(sheet)]
    wanted = [(row, days) for row in rows if (days := days_wanted(row)) is not None]
    unbooked = [str(row) for row, _days in wanted if row.booking is None]
    return _view(
        tables=[_windows(wanted) if wanted else None],
        missing=[
            None if rows else _t("No sheet plans an operation in a vessel."),
            _named(_t("No day from which the vessel is wanted: %(names)s."), (str(row) for row in rows if row.wanted_from is None)),
            _named(_t("Not on the occupancy calendar yet: %(names)s."), unbooked),
        ],
    )


def _windows(wanted: Sequence[tuple[PlannedOperation, tuple[date, date]]]) -> dict[str, Any]:
    first, last = min(days[0] for _row, days in wanted), max(days[1] for _row, days in wanted)
    taken = list(Occupancy.objects.meeting(first, last).filter(vessel__in={row.vessel_id for row, _days in wanted}))
    columns = [
        Column(_t("Operation"), 18),
        Column(_t("Vessel"), 16),
        Column(_t("Days wanted"), 24),
        Column(_t("On the calendar"), 17),
        Column(_t("Fit, other bookings"), 25),
    ]
    return data_table(columns, [_window(row, days, taken) for row, days in wanted])


def _window(row: PlannedOperation, days: tuple[date, date], taken: Iterable[Occupancy]) -> tuple[str, ...]:
    """Other bookings by their number alone: whose they are not every reader of the report may know."""
    met = [each for each in taken if each.vessel_id == row.vessel_id and each.pk != row.booking_id]
    met = [each for each in met if each.first_on <= days[1] and each.last_on >= days[0]]
    told = {"number": len(met), "firm": sum(each.firm for each in met)}
    others = _t("meets %(number)d other, %(firm)d of them firm") % told if met else _t("free on these days")
    return str(row), str(row.vessel), days_between(*days), calendar_words(row), f"{fit_words(row)}\n{others}"


def _safety(project: Project, sheets: Iterable[DepartmentAssessment], found: Mapping[str, Any] | None) -> View:
    facts, unanswered = _told(project.rfp, "safety")
    hazards = [row for sheet in sheets for row in sheet.hazards.all()]
    bands = [row.band_required for row in hazards if row.band_required is not None]
    band = max([*bands, *filter(None, [project.rfp.exposure_band])], default=None)
    capability = project.site.highest_exposure_band if project.site else None
    verdict = f"{band}: {band_words(band, capability)}" if band else None
    words = _t("Hazards that the sheets name: %(number)d. They stand with their measures under the plans behind the cost.")
    return _view(
        facts=[*facts, *key_values((_t("Highest exposure band needed, held against the site"), verdict))],
        words=[*([words % {"number": len(hazards)}] if hazards else ()), *_screened(found)],
        tables=[found["table"] if found else None],
        missing=[unanswered, None if hazards else _t("No sheet names a hazard."), _undecided(found)],
    )


def _screened(found: Mapping[str, Any] | None) -> list[str]:
    """What the findings beside these words are."""
    words = _t("The early screen applies rules to what goes in and comes out, for a person to decide on; it replaces no assessment.")
    return [words] if found else []


def _undecided(found: Mapping[str, Any] | None) -> str | None:
    """The findings of the screen that wait for a person."""
    left = found["open"] if found else 0
    return _t("Findings of the early screen without a decision: %(number)d.") % {"number": left} if left else None


def _rights(rfp: Rfp, literature: Mapping[str, Any] | None) -> View:
    facts, unanswered = _told(rfp, "intellectual_property")
    if literature is None:
        return _view(facts=facts, missing=[unanswered, _t("No paper or patent is recorded for the project.")])
    unseen = _t("References whose rights nobody has looked at: %(number)d.") % {"number": literature["unseen"]}
    unsupported = _named(_t("Steps that rest on no reference: %(names)s."), literature["unsupported"])
    return _view(facts=facts, tables=[literature["table"]], missing=[unanswered, unseen if literature["unseen"] else None, unsupported])


def _regulatory(rfp: Rfp, found: Mapping[str, Any] | None, *, has_route: bool) -> View:
    facts, unanswered = _told(rfp, "regulatory")
    unscreened = None if has_route else _t("There is no route that could be screened for impurities.")
    return _view(
        facts=facts, words=_screened(found), tables=[found["table"] if found else None], missing=[unanswered, unscreened, _undecided(found)]
    )


def _supply(parts: Mapping[str, Any]) -> View:
    screened, offers = parts["findings"].get("supply"), parts["offers"]
    return _view(
        words=filter(None, [_named(_t("One supplier alone offers: %(names)s."), offers["single"] if offers else ())]),
        tables=[parts["inquiries"], parts["awards"], offers["table"] if offers else None, screened["table"] if screened else None],
        missing=[
            None if parts["inquiries"] else _t("No supplier was asked for prices for this project."),
            None if offers else _t("There is no route with materials to buy."),
            _named(_t("No offer that holds for: %(names)s."), offers["without"] if offers else ()),
            _undecided(screened),
        ],
    )


def _environment(found: Mapping[str, Any] | None) -> View:
    if found is None:
        return _view(missing=[_t("There is no route, and so no process mass intensity.")])
    return _view(facts=found.get("facts", ()), tables=found.get("tables", ()), missing=found["missing"])


def _schedule(rfp: Rfp, sheets: Sequence[DepartmentAssessment]) -> View:
    facts, unanswered = _told(rfp, "schedule")
    silent = (str(row.department) for row in sheets if row.duration_weeks is None)
    return _view(facts=facts, words=_longest(sheets), missing=[unanswered, _named(_t("No duration in the sheet of: %(names)s."), silent)])


def _longest(sheets: Iterable[DepartmentAssessment]) -> Iterator[str]:
    """The department that needs most time: no start can be closer to its end than that."""
    known = [row for row in sheets if row.duration_weeks is not None]
    if known:
        most = max(known, key=lambda row: row.duration_weeks or Decimal(0))
        told = {"department": str(most.department), "weeks": shortest(most.duration_weeks)}
        yield _t("The longest of the departments' durations is that of %(department)s: %(weeks)s weeks.") % told
