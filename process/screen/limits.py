"""The limits of solvents and elements in words, at the daily dose where the request says it. Pure."""

from __future__ import annotations

from decimal import ROUND_DOWN, Context, Decimal
from typing import TypeGuard

from django.utils.translation import gettext as _t

from process.screen.elements import CONTROL_THRESHOLD, Element
from process.screen.elements import G_PER_DAY as ELEMENTS_G_PER_DAY
from process.screen.solvents import G_PER_DAY, Solvent
from process.words import to_figures
from projects.models.rfp_choices import Route

NO_LIMIT_PPM = 100_000  # a tenth of the substance: no residue of a dried one comes near


def solvent_words(known: Solvent, dose_g_per_day: float | None) -> str:
    if known.klass == 1:
        return _t("Class 1, to be avoided; where it cannot be, %(limit)s ppm at most.") % {"limit": known.ppm}
    if known.mg_per_day is None:
        return _t("Table 4: no adequate toxicological data were found; what remains of it has to be justified.")
    if known.klass == 3:
        return _class_3_words(known.mg_per_day, dose_g_per_day)
    return _class_2_words(known.mg_per_day, dose_g_per_day)


def _class_3_words(mg_per_day: float, dose_g_per_day: float | None) -> str:
    """The 5000 ppm of the table are for 10 g/day; of more, 50 mg/day are less."""
    if not _is_above_option_1(dose_g_per_day):
        return _t("Class 3: up to 50 mg/day (5000 ppm) needs no justification.")
    parts = {"limit": at_most(_ppm(mg_per_day, dose_g_per_day)), "dose": plain(dose_g_per_day)}
    return _t("Class 3: up to 50 mg/day (%(limit)s ppm at %(dose)s g/day) needs no justification.") % parts


def _class_2_words(mg_per_day: float, dose_g_per_day: float | None) -> str:
    """Only class 2 has two options; the first is for at most 10 g/day (ICH Q3C, 3.3)."""
    option_1 = _t("Class 2: %(limit)s ppm by option 1") % {"limit": at_most(_ppm(mg_per_day, G_PER_DAY))}
    if not dose_g_per_day:
        return option_1 + _t("; option 2 needs the daily dose, which the request does not say.")
    limit, dose = _ppm(mg_per_day, dose_g_per_day), plain(dose_g_per_day)
    if _is_above_option_1(dose_g_per_day):
        words = _t("Class 2: %(limit)s ppm by option 2 at %(dose)s g/day; option 1 is for at most 10 g/day.")
        return words % {"limit": at_most(limit), "dose": dose}
    if limit < NO_LIMIT_PPM:
        return option_1 + _t(", %(limit)s ppm by option 2 at %(dose)s g/day.") % {"limit": at_most(limit), "dose": dose}
    return option_1 + _t(", no practical limit by option 2 at %(dose)s g/day.") % {"dose": dose}


def _is_above_option_1(dose_g_per_day: float | None) -> TypeGuard[float]:
    return dose_g_per_day is not None and dose_g_per_day > G_PER_DAY


def _ppm(mg_per_day: float, g_per_day: float) -> float:
    return 1000 * mg_per_day / g_per_day


def element_words(element: Element, dose_g_per_day: float | None, given: Route | None) -> str:
    pde = element.pde_ug_per_day(given)
    words = _t("%(element)s, class %(klass)s: %(pde)s µg/day (%(way)s)") % {
        "element": element.name.capitalize(),
        "klass": element.klass,
        "pde": plain(pde),
        "way": _way(given),
    }
    if dose_g_per_day:
        limit = pde / dose_g_per_day
        parts = {"limit": at_most(limit), "threshold": at_most(CONTROL_THRESHOLD * limit)}
        words += _t(", which is %(limit)s µg/g at the daily dose; control threshold %(threshold)s µg/g.") % parts
    else:
        words += _t("; %(limit)s µg/g by option 1, for at most 10 g/day; the request does not say the daily dose.") % {
            "limit": at_most(pde / ELEMENTS_G_PER_DAY)
        }
    if given == Route.CUTANEOUS and element.skin_ug_per_g is not None:
        words += " " + _t("On the skin also at most %(limit)s µg/g, whatever the dose.") % {"limit": element.skin_ug_per_g}
    return words


def _way(given: Route | None) -> str:
    """For which way the limit holds."""
    if given is None:
        return _t("oral; the request does not say how it is given")
    if given == Route.OTHER:
        return _t("oral; for another way it has to be derived")
    return str(given.label).lower()


def plain(number: float | Decimal) -> str:
    """Three figures, or all before the point; never with an exponent."""
    return format(to_figures(Decimal(str(number)), 3).normalize(), "f")


def at_most(number: float) -> str:
    """A limit as it is written: never above itself. Nine figures are taken first, lest the noise of a float lowers it."""
    exact = Decimal(f"{number:.9g}")
    lowered = Context(prec=3, rounding=ROUND_DOWN).create_decimal(exact) if number < 1000 else exact.quantize(Decimal(1), ROUND_DOWN)
    return format(lowered.normalize(), "f")
