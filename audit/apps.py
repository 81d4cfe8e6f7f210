from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = _("Record")

    def ready(self) -> None:
        from audit import checks, propagation, tasks  # noqa: F401 - registers the system checks, the signals and the tasks
        from audit.logging import configure

        configure()
