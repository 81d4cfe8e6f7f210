from django.urls import path

from notifications.views import feeds, inbox, settings, webhooks

urlpatterns = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/read/", inbox.read_all, name="inbox-read-all"),
    path("inbox/<int:pk>/", inbox.open_notification, name="inbox-open"),
    path("inbox/<int:pk>/read/", inbox.read, name="inbox-read"),
    path("profile/notifications/", settings.settings_page, name="notification-settings"),
    path("profile/notifications/projects/", settings.project_choice, name="project-choice"),
    path("profile/notifications/watches/new/", settings.watch_new, name="watch-new"),
    path("profile/notifications/watches/<int:pk>/end/", settings.watch_end, name="watch-end"),
    path("profile/notifications/feeds/new/", feeds.feed_new, name="calendar-feed-new"),
    path("profile/notifications/feeds/<int:pk>/revoke/", feeds.feed_revoke, name="calendar-feed-revoke"),
    path("calendar/<str:address>.ics", feeds.calendar, name="calendar-feed"),
    path("projects/<str:code>/plan/<slug:key>/watch/", settings.milestone_watch, name="milestone-watch"),
    path("webhooks/", webhooks.webhook_list, name="webhooks"),
    path("webhooks/new/", webhooks.webhook_new, name="webhook-new"),
    path("webhooks/<int:pk>/", webhooks.webhook_detail, name="webhook-detail"),
    path("webhooks/<int:pk>/rotate/", webhooks.webhook_rotate, name="webhook-rotate"),
    path("webhooks/<int:pk>/disable/", webhooks.webhook_disable, name="webhook-disable"),
    path("webhooks/<int:pk>/enable/", webhooks.webhook_enable, name="webhook-enable"),
    path("webhooks/<int:pk>/deliveries/<int:delivery>/replay/", webhooks.delivery_replay, name="webhook-replay"),
]
