from django.urls import path

from worksheets import views

urlpatterns = [
    path("lists/<slug:key>.csv", views.list_file, {"form": "csv"}, name="list-csv"),
    path("lists/<slug:key>.xlsx", views.list_file, {"form": "xlsx"}, name="list-xlsx"),
    path("projects/<str:code>/lists/<slug:key>.csv", views.list_file, {"form": "csv"}, name="project-list-csv"),
    path("projects/<str:code>/lists/<slug:key>.xlsx", views.list_file, {"form": "xlsx"}, name="project-list-xlsx"),
    path("imports/<slug:kind>/", views.import_new, name="import-new"),
    path("projects/<str:code>/imports/<slug:kind>/", views.import_new, name="project-import-new"),
    path("imports/<slug:kind>/template.xlsx", views.template, {"form": "xlsx"}, name="import-template-xlsx"),
    path("imports/<slug:kind>/template.csv", views.template, {"form": "csv"}, name="import-template-csv"),
    path("imports/<slug:kind>/<int:pk>/", views.import_detail, name="import-detail"),
    path("imports/<slug:kind>/<int:pk>/progress/", views.import_progress, name="import-progress"),
    path("imports/<slug:kind>/<int:pk>/press/", views.import_press, name="import-press"),
    path("imports/<slug:kind>/<int:pk>/file/", views.import_file, name="import-file"),
]
