from django.urls import path

from desk.views import dashboard, portal, portal_account, portal_change_orders, portfolio, projects, search

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
    path("search/", search.search, name="search"),
    path("portal/", portal.portal, name="portal"),
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
    path("portal/<str:code>/account/", portal_account.portal_account, name="portal-account"),
    path("portal/<str:code>/account/acknowledge/", portal_account.portal_account_acknowledge, name="portal-account-acknowledge"),
    path("portal/<str:code>/account/object/", portal_account.portal_account_object, name="portal-account-object"),
    path("portal/<str:code>/quotation/<int:revision>/", portal.portal_quotation, name="portal-quotation"),
    path("portal/<str:code>/quotation/<int:revision>/accept/", portal.portal_quotation_accept, name="portal-quotation-accept"),
    path("portal/<str:code>/quotation/<int:revision>/decline/", portal.portal_quotation_decline, name="portal-quotation-decline"),
]
