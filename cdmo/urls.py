"""Every address of the product."""

from django.urls import include, path

from cdmo import administration, health, metrics
from cdmo.static import favicon

handler400 = "cdmo.errors.bad_request"
handler403 = "cdmo.errors.permission_denied"
handler404 = "cdmo.errors.page_not_found"
handler500 = "cdmo.errors.server_error"

urlpatterns = [
    path("favicon.ico", favicon, name="favicon"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("administration/", administration.administration_page, name="administration"),
    path("accounts/", include("accounts.urls")),
    path("api/v1/", include("cdmo.api_urls")),
    path("", include("worksheets.urls")),
    path("", include("catalogue.urls")),
    path("", include("projects.urls")),
    path("", include("process.urls")),
    path("", include("phases.urls")),
    path("", include("documents.urls")),
    path("", include("notifications.urls")),
    path("", include("desk.urls")),
]
