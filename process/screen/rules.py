"""The early screen of a route: pure rules over what goes in and comes out. What they find is for a person to decide, not a verdict."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from rdkit import Chem

from audit.refusals import Words
from process.screen import elements, solvents, tables
from process.screen.limits import at_most, element_words, plain, solvent_words
from process.screen.organic import ABOVE_2_G, UP_TO_2_G, Daily, thresholds_at
from projects.models.rfp_choices import Route, TreatmentDuration

COMPOUND = "compound"  # the subject that the client describes


@dataclass(frozen=True)
class Substance:
    """Something of the route in one of its steps. key: its identity, the same in each step that it is in."""

    key: str
    name: str
    step: str
    step_key: str
    role: str = ""
    cas: str = ""
    smiles: str = ""
    exposure_band: int | None = None
    controlled_as: str = ""
    lead_time_days: int | None = None
    is_bought: bool = True


@dataclass(frozen=True)
class Compound:
    """What the request says of the substance that is made. exposure_limit: in µg/m³; dsc_known: “yes”, “no”, empty where nobody asked."""

    name: str
    exposure_band: int | None = None
    exposure_limit: float | None = None
    energetic_groups: str = ""
    dsc_known: str = ""
    controlled_as: str = ""


@dataclass(frozen=True)
class Circumstances:
    """dose_g_per_day: the greatest; treatment: how long it lasts; None while nobody has said.

    site_band: the highest exposure band that the site contains. compound: as the client describes it. given: how the drug is given.
    """

    dose_g_per_day: float | None = None
    site_band: int | None = None
    treatment: TreatmentDuration | None = None
    compound: Compound | None = None
    given: Route | None = None


@dataclass(frozen=True)
class Finding:
    """Of a rule about a subject. unchecked: the limit was entered from memory of the guideline."""

    rule: Rule
    subject: str
    about: str
    words: str
    unchecked: bool = False


@dataclass(frozen=True)
class Rule:
    key: str
    title: Words
    source: Words
    find: Callable[[Sequence[Substance], Circumstances], Iterable[tuple[str, str, str, bool]]]


def screen(substances: Sequence[Substance], circumstances: Circumstances) -> list[Finding]:
    """Every finding of every rule, in the order of the rules; a subject stands once a rule."""
    found: dict[tuple[str, str], Finding] = {}
    for rule in RULES:
        for subject, about, words, unchecked in rule.find(substances, circumstances):
            found.setdefault((rule.key, subject), Finding(rule, subject, about, words, unchecked))
    return list(found.values())


def _organic(substances: Sequence[Substance], now: Circumstances) -> Iterator[tuple[str, str, str, bool]]:
    """The thresholds themselves, once a route: which impurities they are for is a person's work."""
    if not substances:
        return
    said = _at_dose(now.dose_g_per_day) if now.dose_g_per_day else _at_any_dose()
    yield "route", _t("Route"), f"{said} {_t('Lower for an impurity that is unusually toxic; M7 comes before it.')}", False


def _at_dose(dose_g_per_day: float) -> str:
    limits = map(_share_and_mass, thresholds_at(Decimal(str(dose_g_per_day))))
    return _organic_words(*limits) + _t(", at %(dose)s g/day.") % {"dose": plain(dose_g_per_day)}


def _at_any_dose() -> str:
    """The lowest of the table, and what would hold up to 2 g/day."""
    words = _organic_words(*(f"{limit.percent} %" for limit in ABOVE_2_G.limits))
    words += _t("; the request does not say the daily dose, so the lowest are taken, of more than 2 g/day.")
    up_to = _t(
        "Up to 2 g/day: %(report)s %%, %(identify)s %% or 1.0 mg/day, %(qualify)s %% or 1.0 mg/day, whichever is lower. Ask for the dose."
    )
    low = dict(zip(("report", "identify", "qualify"), (limit.percent for limit in UP_TO_2_G.limits), strict=True))
    return f"{words} {up_to % low}"


def _organic_words(report: str, identify: str, qualify: str) -> str:
    words = _t("An organic impurity is reported above %(report)s, identified above %(identify)s and qualified above %(qualify)s")
    return words % {"report": report, "identify": identify, "qualify": qualify}


def _share_and_mass(limit: Daily) -> str:
    """0.10 % (1 mg/day)"""
    return _t("%(percent)s %% (%(mass)s mg/day)") % {"percent": _percent(limit.percent), "mass": plain(limit.mg_per_day)}


def _percent(number: Decimal) -> str:
    """With two places at least, as a result below 1 % is reported (ICH Q3A)."""
    whole, _point, places = at_most(float(number)).partition(".")
    return f"{whole}.{places:0<2}"


def _solvents(substances: Sequence[Substance], now: Circumstances) -> Iterator[tuple[str, str, str, bool]]:
    """Whatever is bought and stands in a table, a base or an acid too; what stands in none is said of solvents alone."""
    for each in substances:
        known = solvents.solvent_of(each.name, each.cas) if each.is_bought else None
        if known is not None:
            yield each.key, each.name, solvent_words(known, now.dose_g_per_day), not known.checked
        elif each.role == "solvent":
            words = _t("It is in none of the guideline's tables by this name or number; its limit has to be justified.")
            yield each.key, each.name, words, False


def _elements(substances: Sequence[Substance], now: Circumstances) -> Iterator[tuple[str, str, str, bool]]:
    for each in substances:
        if not each.is_bought or each.role in ("solvent", "water"):
            continue
        for element in elements_in(each):
            words = element_words(element, now.dose_g_per_day, now.given)
            yield f"{each.key} {element.symbol}", f"{each.name}: {element.symbol}", words, not element.checked


def elements_in(substance: Substance) -> list[elements.Element]:
    """By its structure, else by its name."""
    molecule = _molecule(substance.smiles)
    if molecule is None:
        return elements.named_in(substance.name)
    symbols = {atom.GetSymbol() for atom in molecule.GetAtoms()}
    return [element for element in elements.ELEMENTS if element.symbol in symbols]


def _mutagenic(substances: Sequence[Substance], now: Circumstances) -> Iterator[tuple[str, str, str, bool]]:
    """The threshold itself, once a route: which impurities it is for is a person's work."""
    if not substances:
        return
    duration = now.treatment or min(tables.MUTAGENIC_UG_PER_DAY, key=tables.MUTAGENIC_UG_PER_DAY.__getitem__)
    amount = tables.MUTAGENIC_UG_PER_DAY[duration]
    said = _t("One mutagenic impurity, treatment %(duration)s: %(amount)s µg/day")
    assumed = _t(
        "One mutagenic impurity, treatment %(duration)s (the request does not say how long, so the lowest threshold is taken): "
        "%(amount)s µg/day"
    )
    words = (said if now.treatment else assumed) % {"duration": duration.label, "amount": plain(amount)}
    if now.dose_g_per_day:
        parts = {"limit": at_most(amount / now.dose_g_per_day), "dose": plain(now.dose_g_per_day)}
        words += _t(", which is %(limit)s ppm at %(dose)s g/day.") % parts
    else:
        words += _t("; the limit in ppm needs the daily dose, which the request does not say.")
    together = _t("Three or more of classes 2 and 3 in the specification: %(amount)s µg/day together.")
    together %= {"amount": plain(tables.MUTAGENIC_TOGETHER_UG_PER_DAY[duration])}
    yield "route", _t("Route"), f"{words} {together} {_t('Lower for N-nitroso and others of the cohort of concern.')}", False


def _asked(compound: Compound) -> str:
    """Apart from the product of the last step, which may be called the same: no two findings of a rule are about the same words."""
    return _t("%(name)s, as the client describes it") % {"name": compound.name}


def _energetic(substances: Sequence[Substance], now: Circumstances) -> Iterator[tuple[str, str, str, bool]]:
    if now.compound and now.compound.energetic_groups:
        words = _t("The client names groups that can decompose with much heat or gas: %(groups)s.")
        words %= {"groups": now.compound.energetic_groups}
        known = _t("Its DSC is known: ask for it.") if now.compound.dsc_known == "yes" else _t("Calorimetry before scale-up.")
        yield COMPOUND, _asked(now.compound), f"{words} {known}", False
    for each in substances:
        groups = energetic_groups_in(each)
        if groups:
            words = _t("It has a group that can decompose with much heat or gas: %(groups)s. Calorimetry before scale-up.")
            yield each.key, each.name, words % {"groups": ", ".join(groups)}, False


def energetic_groups_in(substance: Substance) -> list[str]:
    """By its structure, else by its name."""
    molecule = _molecule(substance.smiles)
    if molecule is None:
        return [str(group) for group, pattern in tables.ENERGETIC_NAMES if re.search(pattern, substance.name.casefold())]
    return [str(group) for group, pattern in tables.ENERGETIC if molecule.HasSubstructMatch(_pattern(pattern))]


def _exposure(substances: Sequence[Substance], now: Circumstances) -> Iterator[tuple[str, str, str, bool]]:
    if now.compound and (words := _band_words(now.compound.exposure_band, now) or _limit_of_air(now.compound, now)):
        yield COMPOUND, _asked(now.compound), words, False
    for each in substances:
        if words := _band_words(each.exposure_band, now):
            yield each.key, each.name, words, False


def _band_words(band: int | None, now: Circumstances) -> str:
    """Empty where the site contains it, or nobody has said the band."""
    if band is None:
        return ""
    if now.site_band is None and band >= tables.HIGH_BAND:
        return _t("Exposure band %(band)d, and nobody has said what the site contains.") % {"band": band}
    if now.site_band is not None and band > now.site_band:
        return _t("Exposure band %(band)d is above what the site contains (%(site)d).") % {"band": band, "site": now.site_band}
    return ""


def _limit_of_air(compound: Compound, now: Circumstances) -> str:
    """Of a limit that is commonly counted as a high band, where nobody has said the band itself."""
    limit, contains = compound.exposure_limit, now.site_band or 0
    if compound.exposure_band is not None or limit is None or limit >= tables.HIGH_LIMIT_UG_PER_M3 or contains >= tables.HIGH_BAND:
        return ""
    words = _t("Exposure limit %(limit)s µg/m³, which is commonly band %(band)d or higher: have the band settled.")
    return words % {"limit": plain(limit), "band": tables.HIGH_BAND}


def _supply(substances: Sequence[Substance], now: Circumstances) -> Iterator[tuple[str, str, str, bool]]:
    if now.compound and now.compound.controlled_as:
        words = _t("Controlled: %(schedule)s.") % {"schedule": now.compound.controlled_as}
        yield f"{COMPOUND} controlled", _asked(now.compound), words, False
    for each in substances:
        if each.controlled_as:
            yield f"{each.key} controlled", each.name, _t("Controlled: %(schedule)s.") % {"schedule": each.controlled_as}, False
        if each.lead_time_days is not None and each.lead_time_days > tables.LONG_LEAD_DAYS:
            words = _t("The shortest lead time quoted is %(days)d days.")
            yield f"{each.key} lead", _t("%(name)s: lead time") % {"name": each.name}, words % {"days": each.lead_time_days}, False


def _nitrosamines(substances: Sequence[Substance], now: Circumstances) -> Iterator[tuple[str, str, str, bool]]:
    """A nitrosating agent anywhere in the route beside an amine: in one step, or carried over."""
    places: dict[str, list[Substance]] = {}
    for each in substances:
        places.setdefault(each.key, []).append(each)
    amines = [(each, kind) for each, *_others in places.values() if (kind := amine_in(each))]
    for agent in (each for each, *_others in places.values() if is_nitrosating(each)):
        for each, kind in amines:
            if each.key == agent.key:
                continue
            words = _t("%(agent)s and a %(kind)s, %(where)s: an N-nitrosamine can form.")
            parts = {"agent": agent.name, "kind": kind, "where": _where(places[agent.key], places[each.key])}
            yield f"{agent.key} {each.key}", f"{agent.name} + {each.name}", words % parts, False


def _where(one: Sequence[Substance], other: Sequence[Substance]) -> str:
    """The steps in which both are, else those of each."""
    keys = {each.step_key for each in other}
    together = [each for each in one if each.step_key in keys]
    if together:
        return _t("in the same step (%(step)s)") % {"step": _steps(together)}
    return _t("in %(one)s and %(other)s") % {"one": _steps(one), "other": _steps(other)}


def _steps(places: Sequence[Substance]) -> str:
    return ", ".join({each.step_key: each.step for each in places}.values())


def is_nitrosating(substance: Substance) -> bool:
    molecule = _molecule(substance.smiles)
    if molecule is None:
        return any(word in substance.name.casefold() for word in tables.NITROSATING_NAMES)
    is_small = molecule.GetNumHeavyAtoms() <= 12  # what carries the group as a product is none
    return is_small and any(molecule.HasSubstructMatch(_pattern(pattern)) for pattern in tables.NITROSATING)


def amine_in(substance: Substance) -> str:
    """Which kind; empty for none."""
    molecule = _molecule(substance.smiles)
    if molecule is None:
        return ""
    for pattern, words in (
        (tables.SECONDARY_AMINE, _t("secondary amine")),
        (tables.TERTIARY_AMINE, _t("tertiary amine")),
        (tables.DIALKYL_AMIDE, _t("dialkyl amide")),
    ):
        if molecule.HasSubstructMatch(_pattern(pattern)):
            return words
    return ""


@cache
def _pattern(smarts: str) -> Chem.Mol:
    return Chem.MolFromSmarts(smarts)


@lru_cache(maxsize=1024)
def _molecule(smiles: str) -> Chem.Mol | None:
    return Chem.MolFromSmiles(smiles) if smiles else None


RULES: tuple[Rule, ...] = (
    Rule("q3a", _("Organic impurities"), tables.Q3A, _organic),
    Rule("q3c", _("Residual solvents"), tables.Q3C, _solvents),
    Rule("q3d", _("Elemental impurities"), tables.Q3D, _elements),
    Rule("m7", _("Mutagenic impurities"), tables.M7, _mutagenic),
    Rule("energetic", _("Energetic groups"), tables.PRACTICE, _energetic),
    Rule("exposure", _("Occupational exposure"), tables.PRACTICE, _exposure),
    Rule("supply", _("Controlled or long-lead materials"), tables.PRACTICE, _supply),
    Rule("nitrosamine", _("Nitrosamine-forming pairs"), tables.EMA, _nitrosamines),
)
