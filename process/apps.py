from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProcessConfig(AppConfig):
    name = "process"
    verbose_name = _("Process")

    def ready(self) -> None:
        from process import events, permissions, policies
        from process.costs import worksheets
        from process.routes import importing

        permissions.register()
        events.register_all()
        policies.register_policies()
        importing.register()
        worksheets.register()
