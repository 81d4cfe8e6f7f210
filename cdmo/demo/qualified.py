"""What quality assurance of the demo has decided on suppliers: most holds, one is conditional, one has lapsed and one is due soon."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from accounts.models import Role
from audit.context import Channel, acting
from catalogue.models import Supplier
from cdmo.demo.people import holding
from worksheets.changing import ADD, Change, change_rows

AUDITED_BEFORE = 21  # days that pass between the audit and the decision
COLUMNS = (
    "material", "service", "criticality", "basis", "found", "certificates", "lots_tested", "quality_agreement", "conditions", "evidence",
)  # fmt: skip
NONE, BY_PAPER, FEW = (0, 0, 0), (0, 0, 2), (0, 1, 4)  # findings: critical, major, minor
CERTIFIED_DAYS = 1000  # that a certificate holds, from the audit on
UNTIL = "Every lot is tested fully until three have passed"
# By supplier: as the columns, then the days ago that it was decided, and for how many days it holds. With conditions it is conditional.
DECISIONS: dict[str, tuple[tuple[Any, ...], ...]] = {
    "Demo Solvents Rhine": (
        ("TOL-99", "", "minor", "questionnaire", NONE, "ISO 9001", 3, "", "", "SQ-011", 300, 1095),
        ("EAC-99", "", "minor", "questionnaire", NONE, "ISO 9001", 3, "", "", "SQ-011", 300, 1095),
    ),
    "Demo Chemicals Ludwigshafen": (
        ("THF-99", "", "major", "paper", BY_PAPER, "ISO 9001", 3, "", "", "SQ-014", 700, 730),
        ("TEA-99", "", "major", "paper", BY_PAPER, "ISO 9001", 3, "", "", "SQ-009", 800, 730),
    ),
    "Demo Fine Chemicals Suzhou": (("THF-99", "", "major", "remote", FEW, "ISO 9001, GMP", 3, "QAG-019", "", "AR-07", 200, 1095),),
    "Demo Reagents Hyderabad": (("TEA-99", "", "major", "on_site", FEW, "ISO 9001", 2, "QAG-022", UNTIL, "AR-11", 120, 365),),
    "Demo Catalysts London": (("PDC-10", "", "critical", "on_site", BY_PAPER, "ISO 9001", 4, "QAG-008", "", "AR-03", 500, 1095),),
    "Demo Gases Basel": (("HYD-50", "", "minor", "paper", NONE, "ISO 9001", 0, "", "", "SQ-017", 400, 1095),),
    "Demo Analytics Lab": (
        (
            "",
            "Elemental impurities, microbial limits",
            "critical",
            "on_site",
            BY_PAPER,
            "ISO 17025, GMP",
            0,
            "QAG-031",
            "",
            "AR-15",
            90,
            730,
        ),
    ),
}
# By supplier and material, in the year that ended yesterday: how many deliveries, of them on time, of them accepted.
DELIVERED = {
    ("Demo Solvents Rhine", "TOL-99"): (42, 41, 42),
    ("Demo Chemicals Ludwigshafen", "THF-99"): (18, 16, 18),
    ("Demo Fine Chemicals Suzhou", "THF-99"): (9, 7, 9),
}


def qualify(supplier: str, today: date) -> None:
    """Of a supplier that is in the catalogue; the days are counted from today."""
    actor, pk = holding(Role.QUALITY_ASSURANCE), Supplier.objects.get(name=supplier).pk
    changes = [Change(ADD, values=_told(row, today) | _delivered(supplier, row[0], today)) for row in DECISIONS[supplier]]
    with acting(actor=actor, channel=Channel.COMMAND):
        change_rows(f"supplier-qualifications:{pk}", changes, actor=actor, all_or_none=True)


def _told(row: Sequence[Any], today: date) -> dict[str, Any]:
    *facts, days_ago, held_days = row
    told, decided = dict(zip(COLUMNS, facts, strict=True)), today - timedelta(days=days_ago)
    examined, stated = decided - timedelta(days=AUDITED_BEFORE), "yes" if told["material"] else "unknown"
    found = _found(told.pop("found"), told["basis"], examined) | _certified(told.pop("certificates"), told["evidence"], examined)
    return found | told | {
        "bse_tse": stated,
        "elemental_impurities": stated,
        "reduced_testing": "yes" if told["lots_tested"] > 3 else "no",
        "change_notification": "yes" if told["quality_agreement"] else "no",
        "decision": "conditional" if told["conditions"] else "approved",
        "examined_on": examined,
        "decided_on": decided,
        "valid_until": decided + timedelta(days=held_days),
    }  # fmt: skip


def _certified(said: str, evidence: str, examined: date) -> dict[str, Any]:
    """The standard, and whether there is a certificate of GMP beside it."""
    standard, _comma, gmp = said.partition(", ")
    until = examined + timedelta(days=CERTIFIED_DAYS)
    certified: dict[str, Any] = {"iso_certificate": standard, "iso_until": until}
    return certified | ({"gmp_certificate": f"{gmp} {examined.year}-{evidence}", "gmp_until": until} if gmp else {})


def _found(findings: tuple[int, int, int], basis: str, examined: date) -> dict[str, Any]:
    """What the audit has shown, of which major findings were put right; a questionnaire shows none."""
    critical, major, minor = findings
    if basis == "questionnaire":
        return {"questionnaire_on": examined}
    closed = {"capa_closed_on": examined + timedelta(days=AUDITED_BEFORE - 1)} if major else {}
    return closed | {"audited_on": examined, "findings_critical": critical, "findings_major": major, "findings_minor": minor}


def _delivered(supplier: str, material: str, today: date) -> dict[str, Any]:
    if (supplier, material) not in DELIVERED:
        return {}
    names = ("deliveries", "deliveries_on_time", "deliveries_accepted")
    period = {"deliveries_from": today - timedelta(days=365), "deliveries_until": today - timedelta(days=1)}
    return dict(zip(names, DELIVERED[supplier, material], strict=True)) | period
