from django.urls import path

from desk.views import dashboard, portal, projects, search

urlpatterns = [
    path("", dashboard.home, name="home"),
    path("my-work/", dashboard.my_work, name="my-work"),
    path("projects/", projects.project_list, name="project-list"),
    path("projects/by-id/<int:pk>/", projects.project_by_id, name="project-by-id"),
    path("projects/by-id/<int:pk>/gate/", projects.gate_by_id, name="project-gate-by-id"),
    path("projects/<str:code>/", projects.project_detail, name="project-detail"),
    path("projects/<str:code>/activity/", projects.project_activity, name="project-activity"),
    path("search/", search.search, name="search"),
    path("portal/", portal.portal, name="portal"),
    path("portal/<str:code>/", portal.portal_project, name="portal-project"),
    path("portal/<str:code>/quotation/<int:revision>/", portal.portal_quotation, name="portal-quotation"),
    path("portal/<str:code>/quotation/<int:revision>/accept/", portal.portal_quotation_accept, name="portal-quotation-accept"),
    path("portal/<str:code>/quotation/<int:revision>/decline/", portal.portal_quotation_decline, name="portal-quotation-decline"),
]
