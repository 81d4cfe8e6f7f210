from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")

    def ready(self) -> None:
        from accounts import schema  # noqa: F401 - describes the API's authentication classes
        from accounts.duties import listen
        from accounts.events import register_events
        from accounts.permissions import register
        from accounts.policies import register_policies

        register()
        register_events()
        register_policies()
        listen()
