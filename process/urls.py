from django.urls import path

from process.views import costs, literature, routes, screen

ROUTE = "projects/<str:code>/routes/<int:number>/"
SCENARIO = "projects/<str:code>/costs/<int:number>/"
VERSION = f"{ROUTE}versions/<int:version>/"

urlpatterns = [
    path("projects/<str:code>/routes/", routes.routes_page, name="project-routes"),
    path("projects/<str:code>/costs/", costs.costs_page, name="project-costs"),
    path(SCENARIO, costs.scenario_page, name="cost-scenario"),
    path(f"{SCENARIO}change/", costs.scenario_change, name="cost-change"),
    path(f"{SCENARIO}copy/", costs.scenario_copy, name="cost-copy"),
    path(f"{SCENARIO}fix/", costs.scenario_fix, name="cost-fix"),
    path("projects/<str:code>/literature/", literature.literature_page, name="project-literature"),
    path(ROUTE, routes.route_page, name="route-detail"),
    path(f"{ROUTE}change/", routes.route_change, name="route-change"),
    path(f"{ROUTE}start/", routes.version_start, name="route-start"),
    path(VERSION, routes.version_page, name="route-version"),
    path(f"{VERSION}scheme.svg", routes.version_scheme, name="route-scheme"),
    path(f"{VERSION}fix/", routes.version_fix, name="route-fix"),
    path(f"{VERSION}findings/decide/", screen.finding_decide, name="route-finding"),
]
