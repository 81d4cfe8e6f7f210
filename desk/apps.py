from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "desk"
    verbose_name = _("Desk")

    def ready(self) -> None:
        from desk import (
            agreement_exports,
            change_order_document,
            client_import,
            documents,
            exports,
            guides,
            internal_report,
            project_exports,
            tables,
        )

        documents.register()
        internal_report.register()
        change_order_document.register()
        tables.register_lists()
        client_import.register()
        exports.register()
        agreement_exports.register()
        project_exports.register()
        guides.register()
