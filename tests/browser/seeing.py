"""What is looked for on a page: WCAG 2.2 A and AA by axe, ids, focus that can be seen, charts with their tables."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}, "resultTypes": ["violations"]}

TWICE = "[...document.querySelectorAll('[id]')].map(each => each.id).filter((id, at, all) => all.indexOf(id) !== at)"
FOCUS = """() => {
  const look = (each) => { const s = getComputedStyle(each); return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow].join(); };
  const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')];
  const there = all.filter((each) => !each.disabled && each.type !== "hidden" && each.checkVisibility({visibilityProperty: true}));
  return there.filter((each) => {
    each.blur();
    const before = look(each);
    each.focus({preventScroll: true});
    return document.activeElement === each && look(each) === before;
  }).map((each) => each.outerHTML.slice(0, 120));
}"""  # keyboard focus that looks like none
CHARTS = """() => [...document.querySelectorAll("[data-chart]")]
  .filter((each) => document.getElementById(each.getAttribute("aria-details"))?.querySelector("table, tr") == null)
  .map((each) => each.dataset.chart)"""  # charts without the table that says the same
BARRIERS = """async ([within, rules]) => (await axe.run(within ?? document, rules)).violations
  .flatMap((each) => each.nodes.map((node) => `${each.id} at ${node.html.slice(0, 120)}`))"""


def barriers(page: Page, where: str, *, within: str | None = None) -> list[str]:
    """What axe finds on the whole page, or in one part of it."""
    if page.evaluate("!window.axe"):  # half a megabyte: once for a page, however often it is looked at
        page.evaluate(f"{Axe().axe_script}; undefined")
    return [f"{where}: {barrier}" for barrier in page.evaluate(BARRIERS, [within, RULES])]
