from django.urls import path

from worksheets import sheet_views, views

urlpatterns = [
    path("lists/<slug:key>.csv", views.list_file, {"form": "csv"}, name="list-csv"),
    path("lists/<slug:key>.xlsx", views.list_file, {"form": "xlsx"}, name="list-xlsx"),
    path("projects/<str:code>/lists/<slug:key>.csv", views.list_file, {"form": "csv"}, name="project-list-csv"),
    path("projects/<str:code>/lists/<slug:key>.xlsx", views.list_file, {"form": "xlsx"}, name="project-list-xlsx"),
    path("imports/<slug:kind>/", views.import_new, name="import-new"),
    path("imports/<slug:kind>/of/<str:code>/", views.import_new, name="import-new-of"),
    path("projects/<str:code>/imports/<slug:kind>/", views.import_new, name="project-import-new"),
    path("imports/<slug:kind>/template.xlsx", views.template, {"form": "xlsx"}, name="import-template-xlsx"),
    path("imports/<slug:kind>/template.csv", views.template, {"form": "csv"}, name="import-template-csv"),
    path("imports/<slug:kind>/<int:pk>/", views.import_detail, name="import-detail"),
    path("imports/<slug:kind>/<int:pk>/progress/", views.import_progress, name="import-progress"),
    path("imports/<slug:kind>/<int:pk>/press/", views.import_press, name="import-press"),
    path("imports/<slug:kind>/<int:pk>/columns/", views.import_columns, name="import-columns"),
    path("imports/<slug:kind>/<int:pk>/file/", views.import_file, name="import-file"),
    path("worksheets/<str:sheet>/", sheet_views.worksheet, name="worksheet"),
    path("worksheets/<str:sheet>/rows.json", sheet_views.worksheet_data, name="worksheet-data"),
    path("worksheets/<str:sheet>/lookup/<slug:column>/", sheet_views.worksheet_lookup, name="worksheet-lookup"),
    path("worksheets/<str:sheet>/rows/new/", sheet_views.worksheet_row_new, name="worksheet-row-new"),
    path("worksheets/<str:sheet>/rows/<int:pk>/", sheet_views.worksheet_row, name="worksheet-row"),
    path("worksheets/<str:sheet>/rows/<int:pk>/remove/", sheet_views.worksheet_row_remove, name="worksheet-row-remove"),
    path("worksheets/<str:sheet>/rows/<int:pk>/move/", sheet_views.worksheet_row_move, name="worksheet-row-move"),
]
