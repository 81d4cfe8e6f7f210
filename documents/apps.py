from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    name = "documents"
    verbose_name = _("Documents")

    def ready(self) -> None:
        from audit.signatures import register_content
        from documents import events, permissions  # noqa: F401  (permissions register themselves)

        events.register_all()
        register_content("documents.DocumentVersion", _signed_content)


def _signed_content(version: object) -> dict[str, object]:
    return version.signed_content  # type: ignore[attr-defined, no-any-return]
