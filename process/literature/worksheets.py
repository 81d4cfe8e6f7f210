"""The table of what was read for a project."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from process.literature.models import Literature
from process.literature.table_rows import LiteratureRows
from projects.models import Project
from projects.services.locking import not_active
from worksheets.columns import text
from worksheets.sheets import SheetColumn, Worksheet, register_sheet

MOST_LETTERS = 2000


def _standing(row: Literature) -> str:
    return _t("rights stand in the way") if row.is_in_the_way(timezone.localdate()) else ""


def _page(project: Project) -> str:
    return reverse("project-literature", args=[project.code])


LITERATURE = Worksheet(
    key="literature",
    title=_("References"),
    noun=_("reference"),
    model=Literature,
    parent="project",
    parent_key="code",
    columns=(
        SheetColumn("number", _("No."), compute=lambda row: row.number, frozen=True, width=5),
        SheetColumn("citation", example="Smith, J. Org. Chem. 2019, 84, 1234", frozen=True, width=40),
        SheetColumn("kind", example="Paper", width=10),
        SheetColumn("identifier", example="10.1021/acs.joc.9b00001", width=22),
        SheetColumn("year", example="2019", grouped=False),
        SheetColumn("relevance", example="High"),
        SheetColumn("rights", note=_("Whether a patent stands in the way."), example="Free", width=14),
        SheetColumn("rights_expire_on", example="2031-05-02"),
        SheetColumn("standing", _("Today"), compute=_standing, width=16),
        SheetColumn(
            "steps",
            _("Steps that rest on it"),
            field=lambda: text(MOST_LETTERS),
            note=_("Route and step with a colon between, several with a semicolon."),
            example="Amide route: Coupling",
            width=34,
        ),
        SheetColumn("note", width=34),
    ),
    permission="process.keep_literature",
    who=_("References are kept by the departments, business development and project managers."),
    service=LiteratureRows,
    rows=lambda rows: rows.prefetch_related("supports"),
    blockers=not_active,
    page=_page,
    hint=_("Papers, patents and dossiers, with the steps of the routes that rest on them, through all their versions."),
)


def register() -> None:
    register_sheet(LITERATURE)
