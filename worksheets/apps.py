from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorksheetsConfig(AppConfig):
    name = "worksheets"
    verbose_name = _("Worksheets")

    def ready(self) -> None:
        from audit.events import Event, EventKind, register

        def shown(event: Event) -> str:
            return str(event.data["link"])

        register(EventKind("import.done", _("%(rows)s rows of %(object_label)s were imported (%(what)s)."), shown))
