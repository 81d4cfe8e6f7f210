"""What makes a route impossible to compute: each refusal names the step and the material. Science: costing of a multi-step route."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import networkx
from django.utils.translation import gettext as _t

from process.routes.plain import Basis, Charge, Fault, Role, Route, Step, Substance

ONE = 1e-9  # how far equivalents of split lines may be from one
DENSEST_KG_PER_L = 25.0
LIGHTEST_KG_PER_L = 0.05  # liquefied gases included; below it somebody typed g/mL divided by a thousand


def graph_of(route: Route) -> networkx.DiGraph:
    """An edge leads from a step to the step that consumes its product."""
    graph = networkx.DiGraph()
    graph.add_nodes_from(step.key for step in route.steps)
    known = set(graph)
    for step in route.steps:
        graph.add_edges_from((charge.from_step, step.key) for charge in step.charges if charge.from_step in known)
    return graph


def final_step(route: Route) -> Step:
    """The step whose product nobody consumes, of a route without faults."""
    graph = graph_of(route)
    return route.step(next(key for key in graph if graph.out_degree(key) == 0))


def in_order(route: Route) -> list[Step]:
    """Each step after those whose products it consumes; otherwise in the order of the route."""
    place = {step.key: number for number, step in enumerate(route.steps)}
    keys = networkx.lexicographical_topological_sort(graph_of(route), key=lambda key: place[key])
    return [route.step(key) for key in keys]


def faults_of(route: Route) -> tuple[Fault, ...]:
    """Everything that stands in the way of a mass balance; empty where one exists."""
    found = tuple(_structure(route))
    return found + tuple(fault for step in route.steps for fault in _step(step))


def _structure(route: Route) -> Iterator[Fault]:
    if not route.steps:
        yield Fault("route.empty", _t("The route has no step."))
        return
    yield from _alternatives(route)
    keys = {step.key for step in route.steps}
    for step in route.steps:
        for charge in step.charges:
            if charge.from_step and charge.from_step not in keys:
                words = _t("%(step)s takes in the product of a step that the route does not have (%(material)s).")
                yield _fault("input.unknown_step", words, step, charge)
    yield from _shape(route)
    yield from _listed_twice(route)


def _shape(route: Route) -> Iterator[Fault]:
    graph = graph_of(route)
    names = {step.key: step.name for step in route.steps}
    loops = [sorted(part, key=list(names).index) for part in networkx.strongly_connected_components(graph) if len(part) > 1]
    loops += [[key] for key in graph if graph.has_edge(key, key)]
    for loop in loops:
        yield Fault("route.cycle", _t("These steps feed one another in a circle: %(steps)s.") % {"steps": _listed(names, loop)}, loop[0])
    if loops:
        return
    ends = [key for key in graph if graph.out_degree(key) == 0]
    if len(ends) > 1:
        words = _t("The products of several steps go nowhere: %(steps)s. A route has one product.")
        yield Fault("route.products", words % {"steps": _listed(names, ends)})


def _alternatives(route: Route) -> Iterator[Fault]:
    """Two ways to one product; a purification, which takes in what it makes, is none."""
    graph = graph_of(route)
    makers: dict[str, list[Step]] = {}
    for step in route.steps:
        makers.setdefault(step.product.key, []).append(step)
    for steps in makers.values():
        if any(not _in_a_row(graph, one, other) for one, other in combinations(steps, 2)):
            words = _t("Several steps make the same product: %(steps)s. Set all but one aside.")
            yield Fault("route.alternatives", words % {"steps": ", ".join(step.name for step in steps)})
    if len({step.key for step in route.steps}) < len(route.steps):
        yield Fault("route.keys", _t("Two steps have the same key."))


def _in_a_row(graph: networkx.DiGraph, one: Step, other: Step) -> bool:
    return networkx.has_path(graph, one.key, other.key) or networkx.has_path(graph, other.key, one.key)


def _listed_twice(route: Route) -> Iterator[Fault]:
    """The same material with two molar masses or densities: nobody can say which is meant."""
    seen: dict[str, Substance] = {}
    for step in route.steps:
        for charge in step.charges:
            if not charge.from_step and seen.setdefault(charge.substance.key, charge.substance) != charge.substance:
                words = _t("%(step)s: %(material)s is listed twice with different properties.")
                yield _fault("material.twice", words, step, charge)


def _step(step: Step) -> Iterator[Fault]:
    yield from _yield(step)
    if step.product.molar_mass_g_per_mol is None or step.product.molar_mass_g_per_mol <= 0:
        words = _t("%(step)s: the molar mass of its product %(material)s is missing.")
        yield Fault("product.molar_mass", words % {"step": step.name, "material": step.product.name}, step.key)
    yield from _limiting(step)
    if len({charge.key for charge in step.charges}) < len(step.charges):
        yield Fault("step.lines", _t("%(step)s: two lines have the same key.") % {"step": step.name}, step.key)
    for charge in step.charges:
        yield from _charge(step, charge)


def _yield(step: Step) -> Iterator[Fault]:
    words = ""
    if step.product_per_limiting <= 0:
        words = _t("%(step)s: a mol of the limiting reactant gives more than nothing.")
    elif step.yield_fraction <= 0:
        words = _t("%(step)s: a yield is more than nothing.")
    elif step.yield_fraction > step.product_per_limiting:
        words = _t("%(step)s: the yield is above what the equation gives; was percent typed as a fraction?")
    if words:
        yield Fault("step.yield", words % {"step": step.name}, step.key)


def _limiting(step: Step) -> Iterator[Fault]:
    limiting = [charge for charge in step.charges if charge.is_limiting]
    words = ""
    if not limiting:
        words = _t("%(step)s: no input is marked as the limiting one.")
    elif len({charge.substance.key for charge in limiting}) > 1:
        words = _t("%(step)s: only one input can be the limiting one.")
    elif any(charge.basis != Basis.EQUIVALENTS for charge in limiting) or abs(sum(charge.amount for charge in limiting) - 1) > ONE:
        words = _t("%(step)s: the limiting input has one equivalent.")
    if words:
        yield Fault("step.limiting", words % {"step": step.name}, step.key)


def _charge(step: Step, charge: Charge) -> Iterator[Fault]:
    substance = charge.substance
    if charge.amount <= 0:
        yield _fault("input.amount", _t("%(step)s: the amount of %(material)s is more than nothing."), step, charge)
    if not 0 <= charge.recycle_fraction < 1:
        words = _t("%(step)s: the recycled fraction of %(material)s lies from 0 to below 1; was percent typed?")
        yield _fault("input.recycle", words, step, charge)
    if not 0 < charge.assay_fraction <= 1:
        words = _t("%(step)s: the assay of %(material)s is a fraction above 0 and up to 1; was percent typed?")
        yield _fault("input.assay", words, step, charge)
    if charge.basis == Basis.EQUIVALENTS and not (substance.molar_mass_g_per_mol or 0) > 0:
        yield _fault("input.molar_mass", _t("%(step)s: the molar mass of %(material)s is missing."), step, charge)
    if charge.basis == Basis.L_PER_KG:
        yield from _density(step, charge)
    if charge.basis != Basis.EQUIVALENTS:
        yield from _reference(step, charge)


def _density(step: Step, charge: Charge) -> Iterator[Fault]:
    density = charge.substance.density_kg_per_l
    if density is None or density <= 0:
        yield _fault("input.density", _t("%(step)s: the density of %(material)s is missing, and it is given by volume."), step, charge)
    elif not LIGHTEST_KG_PER_L <= density <= DENSEST_KG_PER_L:
        words = _t(
            "%(step)s: the density of %(material)s is not one in kg/L; g/mL and kg/L are the same number, g/L is a thousand times it."
        )
        yield _fault("input.density", words, step, charge)


def _reference(step: Step, charge: Charge) -> Iterator[Fault]:
    """Follows the chain of lines that an amount is counted on; it has to end at one in equivalents."""
    lines, at, seen = {each.key: each for each in step.charges}, charge, {charge.key}
    while at.basis != Basis.EQUIVALENTS and at.reference:
        if at.reference not in lines:
            yield _fault("input.reference", _t("%(step)s: %(material)s is counted on a line that the step does not have."), step, charge)
            return
        at = lines[at.reference]
        if at.key in seen:
            yield _fault("input.reference", _t("%(step)s: %(material)s is counted on itself."), step, charge)
            return
        seen.add(at.key)


def _fault(kind: str, words: str, step: Step, charge: Charge) -> Fault:
    return Fault(kind, words % {"step": step.name, "material": charge.substance.name}, step.key, charge.key)


def _listed(names: dict[str, str], keys: list[str]) -> str:
    return ", ".join(names[key] for key in keys)


def is_dry(role: Role) -> bool:
    """Neither solvent nor water."""
    return role not in (Role.SOLVENT, Role.WATER)
