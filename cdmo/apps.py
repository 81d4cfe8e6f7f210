from django.apps import AppConfig


class CdmoConfig(AppConfig):
    name = "cdmo"

    def ready(self) -> None:
        from cdmo import checks  # noqa: F401 - registers the checks of the configuration
