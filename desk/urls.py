from django.urls import path

from desk.views import as_client, dashboard, portal, portal_approvals, portal_change_orders, portfolio, projects, search, sharing

urlpatterns = [
    path("", dashboard.home, name="home"),
    path("my-work/", dashboard.my_work, name="my-work"),
    path("projects/", projects.project_list, name="project-list"),
    path("projects/board/", portfolio.board, name="portfolio"),
    path("projects/board.csv", portfolio.board_csv, name="portfolio-csv"),
    path("projects/board.xlsx", portfolio.board_xlsx, name="portfolio-xlsx"),
    path("projects/kpis/", portfolio.kpi_page, name="kpis"),
    path("projects/by-id/<int:pk>/", projects.project_by_id, name="project-by-id"),
    path("projects/by-id/<int:pk>/gate/", projects.gate_by_id, name="project-gate-by-id"),
    path("projects/<str:code>/", projects.project_detail, name="project-detail"),
    path("projects/<str:code>/activity/", projects.project_activity, name="project-activity"),
    path("projects/<str:code>/sharing/", sharing.sharing_page, name="project-sharing"),
    path("projects/<str:code>/sharing/log/", sharing.sharing_log, name="project-sharing-log"),
    path("projects/<str:code>/sharing.csv", sharing.sharing_csv, name="project-sharing-csv"),
    path("projects/<str:code>/as-client/", as_client.project, name="as-client"),
    path("projects/<str:code>/as-client/quotation/<int:revision>/", as_client.quotation, name="as-client-quotation"),
    path(
        "projects/<str:code>/as-client/change-orders/<int:sequence>/<int:revision>/",
        as_client.change_order,
        name="as-client-change-order",
    ),
    path("projects/<str:code>/as-client/documents/<str:number>/", as_client.document, name="as-client-document"),
    path("search/", search.search, name="search"),
    path("portal/", portal.portal, name="portal"),
    path("portal/seen/", portal.portal_seen, name="portal-seen"),
    path("portal/approvals/<int:pk>/", portal_approvals.portal_approval, name="portal-approval"),
    path("portal/approvals/<int:pk>/accept/", portal_approvals.portal_approval_accept, name="portal-approval-accept"),
    path("portal/approvals/<int:pk>/reject/", portal_approvals.portal_approval_reject, name="portal-approval-reject"),
    path("portal/<str:code>/", portal.portal_project, name="portal-project"),
    path(
        "portal/<str:code>/change-orders/<int:sequence>/<int:revision>/",
        portal_change_orders.portal_change_order,
        name="portal-change-order",
    ),
    path(
        "portal/<str:code>/change-orders/<int:sequence>/<int:revision>/accept/",
        portal_change_orders.portal_change_order_accept,
        name="portal-change-order-accept",
    ),
    path(
        "portal/<str:code>/change-orders/<int:sequence>/<int:revision>/decline/",
        portal_change_orders.portal_change_order_decline,
        name="portal-change-order-decline",
    ),
    path("portal/<str:code>/quotation/<int:revision>/", portal.portal_quotation, name="portal-quotation"),
    path("portal/<str:code>/quotation/<int:revision>/accept/", portal.portal_quotation_accept, name="portal-quotation-accept"),
    path("portal/<str:code>/quotation/<int:revision>/decline/", portal.portal_quotation_decline, name="portal-quotation-decline"),
]
