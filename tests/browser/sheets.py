"""The grid of a worksheet on a page, as hands and eyes find it."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page, Request, expect

PASTE = """(text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""
LISTEN = """() => { window.told = []; document.addEventListener("worksheet:saved", (event) => window.told.push(event.target.id)); }"""


@dataclass
class Grid:
    """key: of the sheet. named: the column by whose words a row is found. written: the requests by which it has written so far."""

    page: Page
    key: str
    named: str
    written: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.section = self.page.locator(f"#sheet-{self.key}")
        self.page.on("request", lambda request: self.written.append(request) if request.url.endswith("/batch/") else None)

    def open(self, path: str) -> Grid:
        self.page.goto(path)
        expect(self.page.locator("[data-sheet]:not([data-ready])")).to_have_count(0)
        self.section.scroll_into_view_if_needed()
        self.page.evaluate(LISTEN)
        return self

    @property
    def told(self) -> list[str]:
        """Whose saves the page was told of."""
        return list(self.page.evaluate("window.told"))

    def row(self, words: str) -> Locator:
        named = self.page.locator(f"[tabulator-field=c_{self.named}]").get_by_text(words, exact=True)
        return self.section.locator(".tabulator-row").filter(has=named)

    def cell(self, words: str, column: str) -> Locator:
        return self.row(words).locator(f"[tabulator-field=c_{column}]")

    def names(self) -> Locator:
        """The words of every row, from the top."""
        return self.section.locator(f".tabulator-table .tabulator-row [tabulator-field=c_{self.named}]")

    @property
    def status(self) -> Locator:
        return self.section.locator("[data-sheet-status]")

    def press(self, words: str) -> None:
        self.section.get_by_role("button", name=words, exact=True).click()

    def keys(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, cell: Locator, words: str, key: str = "Enter") -> None:
        """Into a cell, in place of what stands there."""
        cell.click()
        self.page.keyboard.type(words)
        self.keys(key)

    def open_list(self, cell: Locator) -> None:
        """At the arrow of a cell that is chosen from a list."""
        box = cell.bounding_box()
        assert box is not None
        cell.click(position={"x": box["width"] - 8, "y": box["height"] / 2})

    def choose(self, first: Locator, last: Locator) -> None:
        first.click()
        last.click(modifiers=["Shift"])

    def paste(self, text: str) -> None:
        self.page.evaluate(PASTE, text)

    def answer_the_reason(self, reason: str, why: str = "Why does it change?") -> None:
        """Without one all is left as it was."""
        dialog = self.page.get_by_role("dialog", name=why)
        if reason:
            dialog.get_by_label("Reason").fill(reason)
        dialog.get_by_role("button", name="Save with this reason" if reason else "Leave it as it was").click()
        expect(dialog).to_be_hidden()
