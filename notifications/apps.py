from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Notifications")

    def ready(self) -> None:
        from audit.policies import declare
        from notifications import consumers, events, permissions  # noqa: F401  (permissions register themselves)
        from notifications.receivers import receivers_of
        from projects.receivers import find_receivers_by

        events.register_all()
        consumers.register_all()
        find_receivers_by(receivers_of)
        declare("notifications.Notification", "notifications_notification.user_id = ANY ({people})")  # not by its event, which others read
