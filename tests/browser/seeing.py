"""What is looked for on a page: WCAG 2.2 A and AA by axe, ids, focus that can be seen, charts with their tables."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}, "resultTypes": ["violations"]}

TWICE = "[...document.querySelectorAll('[id]')].map(each => each.id).filter((id, at, all) => all.indexOf(id) !== at)"
FOCUS = """within => {
  const look = (each) => { const s = getComputedStyle(each); return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow].join(); };
  const part = within ? document.querySelector(within) : document;
  const all = [...part.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')];
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

# Contrast is four fifths of axe's time, and the five hundredth cell of a table has that of the first. So it is asked of three elements of
# every look: its letters, whether it can be used, and all that lies behind it. A look that was asked about on this page is not asked about
# again when the window is narrower.
LOOKS = """within => {
  const asked = (window.looksAsked ??= new Map()), behind = new Map();
  const ground = (each) => {
    if (!each) return "";
    if (!behind.has(each)) {
      const s = getComputedStyle(each), flows = ["static", "relative"].includes(s.position);
      const own = [s.backgroundColor, s.backgroundImage, s.opacity, s.filter, s.mixBlendMode, flows ? "flows" : s.position].join();
      const plain = own === "rgba(0, 0, 0, 0),none,1,none,normal,flows";
      behind.set(each, plain ? ground(each.parentElement) : `${own} > ${ground(each.parentElement)}`);
    }
    return behind.get(each);
  };
  const isText = (node) => node.nodeType === Node.TEXT_NODE && node.data.trim();
  const hasText = (each) => each.matches("input, select, textarea") || [...each.childNodes].some(isText);
  const isOff = (each) => each.closest(":disabled, [aria-disabled=true]") !== null || Boolean(each.closest("label")?.control?.disabled);
  for (const each of document.querySelectorAll("[data-look]")) each.removeAttribute("data-look");
  for (const each of (within ? document.querySelector(within) : document).querySelectorAll("*")) {
    const box = each.getBoundingClientRect();
    if (box.width <= 1 || box.height <= 1 || !hasText(each) || !each.checkVisibility({visibilityProperty: true})) continue;
    const s = getComputedStyle(each);
    const look = [s.color, s.fontSize, s.fontWeight, s.textShadow, s.webkitTextStroke, isOff(each), ground(each)].join();
    asked.set(look, (asked.get(look) ?? 0) + 1);
    if (asked.get(look) <= 3) each.setAttribute("data-look", "");
  }
}"""
CONTRAST = '{rules: [{id: "color-contrast", selector: "[data-look]"}]}'
AXE = f"{Axe().axe_script}; axe.configure({CONTRAST})"
BARRIERS = """async ([within, rules]) => (await axe.run(within ?? document, rules)).violations
  .flatMap((each) => each.nodes.map((node) => `${each.id} at ${node.html.slice(0, 120)}`))"""


def bring_axe(page: Page) -> None:
    """With every page that is opened from now on: sooner than `barriers` brings it into each, which it does where this was not asked."""
    page.add_init_script(AXE)


def barriers(page: Page, where: str, *, within: str | None = None) -> list[str]:
    """What axe finds on the whole page, or in one part of it."""
    if page.evaluate("!window.axe"):  # half a megabyte: once for a page, however often it is looked at
        page.evaluate(AXE)
    page.evaluate(LOOKS, within)
    return [f"{where}: {barrier}" for barrier in page.evaluate(BARRIERS, [within, RULES])]
