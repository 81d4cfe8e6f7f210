"""PDFs: the charter beside bare WeasyPrint on the same page, and a report of some two hundred pages within a gibibyte.

Run inside the product's environment (`manage.py shell`), each function in a process of its own; prints JSON lines of
[name, value, floor, asked], in milliseconds or mebibytes as the name says.
"""

from __future__ import annotations

import json
import resource
from datetime import UTC, datetime
from statistics import median
from time import perf_counter
from typing import Any

from django.db import transaction
from django.template.loader import render_to_string
from weasyprint import HTML

from audit.context import Channel, acting
from charts.gantt import GanttRow, gantt
from charts.render import to_svg
from documents import rendering
from documents.content import Column, data_table
from documents.models import Rendition
from documents.services import queue, request_document
from tests.bench.acts import own_client
from tests.documents import sample
from tests.projects import factories as make

AT = datetime(2026, 3, 12, tzinfo=UTC)
ROWS, CHARTS, SECTIONS, PARAGRAPHS = 2000, 20, 20, 42
PAGES_ASKED, MOST_MIB = 200, 1024
PARAGRAPH = (
    f"<p>{' '.join([sample.LATIN, 'The mixture is heated to reflux, sampled, cooled and filtered; the cake is washed twice.'] * 4)}</p>"
)


def drawn(html: str, data: bytes, progress: rendering.Progress | None = None) -> rendering.RenderedPdf:
    return rendering.render_pdf(html, attachment=data, attachment_name="data.json", created=AT, progress=progress)


def bare(html: str) -> None:
    HTML(string=html, base_url=rendering.TEMPLATES_DIR.as_uri() + "/", url_fetcher=rendering.OwnFilesOnly()).write_pdf()


def charter(times: int) -> None:
    with acting(channel=Channel.WORKER), transaction.atomic():
        project = make.a_project_ready_for_g1(own_client())
        version = request_document("project_charter", actor=make.manager(), project=project, reason="Measured.")
        html, data = queue.page_of(version, Rendition.Kind.REVIEW), rendering.canonical_json(version.snapshot)
        transaction.set_rollback(True)
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(times + 1):
        for found, draw in zip(spent, (lambda: drawn(html, data), lambda: bare(html)), strict=True):
            began = perf_counter()
            draw()
            found.append((perf_counter() - began) * 1000)
    ours, floor = (median(found[1:]) for found in spent)
    print(json.dumps(["Charter as tagged PDF/A with its data attached (floor: bare WeasyPrint)", ours, floor, 1 / 1.15, times]))


def large() -> None:
    """The process's memory is what this one report took."""
    html, reported = page(), list[tuple[str, int]]()
    began = perf_counter()
    made = drawn(html, b"{}", lambda step, number: reported.append((step, number)))
    seconds = perf_counter() - began
    assert made.pages >= PAGES_ASKED, made.pages
    assert {step for step, _page in reported} >= {"styling", "layout", "drawing"}, reported[:20]
    assert len([number for step, number in reported if step == "layout"]) > 10, "Too little progress was reported."
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    name = f"Report of {made.pages} pages, {ROWS} rows, {CHARTS} charts"
    print(json.dumps([f"{name}: time", seconds * 1000, None, None, 1]))
    print(json.dumps([f"{name}: memory, MiB", peak, None, MOST_MIB, 1]))


def page() -> str:
    content = sample.sample_content(3)
    columns = [Column("No.", 8, "right"), Column("Batch", 20), Column("Assay (%)", 18, "right"), Column("Remarks", 54)]
    rows = [(number, f"PB-{number:04}", f"{99 + number % 9 / 10:.1f}", "Meets the limit") for number in range(ROWS)]
    table = data_table(columns, rows, caption="Results per batch.")
    few = data_table(columns, rows[:3], caption="The first.")
    data = {"identity": content["data"]["identity"], "team": few, "records": table, "milestones": few}
    sections = [{"key": f"s{each}", "title": f"Section {each}", "html": PARAGRAPH * PARAGRAPHS} for each in range(SECTIONS)]
    context: dict[str, Any] = rendering.build_context(
        {**content, "data": data},
        status="Draft for review",
        content_hash="0" * 64,
        is_draft=True,
        narrative=sections,
        figures={},
        signatures=[],
        issued_at=AT,
    )
    html = rendering.render_html("documents/types/report.html", context)
    figures = (render_to_string("documents/_figure.html", figure(number)) for number in range(CHARTS))
    return html.replace("</main>", f"{''.join(figures)}</main>")


def figure(number: int) -> dict[str, str]:
    rows = [GanttRow(str(month), f"Milestone {number}.{month}", "Pilot", forecast=AT.date().replace(month=month)) for month in range(1, 13)]
    return {"svg": to_svg(gantt(rows, today=AT.date())), "alt": f"Plan {number}", "caption": f"Figure {number}."}
