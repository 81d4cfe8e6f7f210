from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorksheetsConfig(AppConfig):
    name = "worksheets"
    verbose_name = _("Worksheets")

    def ready(self) -> None:
        from audit.events import Event, EventKind, register
        from audit.gathering import saves_itself
        from worksheets import sheet_files

        def shown(event: Event) -> str:
            return str(event.data["link"])

        sheet_files.register()
        register(
            EventKind("import.done", _("%(rows)s rows of %(object_label)s were imported (%(what)s)."), shown),
            EventKind("worksheet.row_added", _("%(sheet)s: %(row)s was added."), shown),
            EventKind("worksheet.row_changed", _("%(sheet)s: %(row)s was changed (%(fields)s)."), shown),
            EventKind("worksheet.row_moved", _("%(sheet)s: %(row)s was moved."), shown),
            EventKind("worksheet.row_removed", _("%(sheet)s: %(row)s was taken away."), shown),
            EventKind("worksheet.rows_changed", _("%(sheet)s: %(added)s rows added, %(changed)s changed, %(removed)s taken away."), shown),
        )
        saves_itself(*(f"worksheet.{each}" for each in ("row_added", "row_changed", "row_moved", "row_removed", "rows_changed")))
