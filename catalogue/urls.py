from django.urls import path

from catalogue import supply_views, views
from worksheets.sheet_views import worksheet

urlpatterns = [
    path("compounds/", worksheet, {"sheet": "compounds"}, name="compounds"),
    path("materials/", worksheet, {"sheet": "materials"}, name="materials"),
    path("suppliers/", worksheet, {"sheet": "suppliers"}, name="suppliers"),
    path("exchange-rates/", worksheet, {"sheet": "exchange-rates"}, name="exchange-rates"),
    path("analytical-prices/", worksheet, {"sheet": "analytical-prices"}, name="analytical-prices"),
    path("sites/", worksheet, {"sheet": "sites"}, name="sites"),
    path("materials/<slug:code>/", supply_views.material_page, name="material-detail"),
    path("suppliers/<int:pk>/", supply_views.supplier_page, name="supplier-detail"),
    path("sites/<slug:key>/", views.site_page, name="site-detail"),
    path("sites/<slug:key>/sheet-owners/", views.site_sheet_owners, name="site-sheet-owners"),
    path("sites/<slug:key>/disposal/", views.disposal_page, name="site-disposal"),
    path("sites/<slug:key>/vessels/", views.vessels_page, name="vessels"),
    path("sites/<slug:key>/vessels/<slug:tag>/", views.vessel_page, name="vessel-detail"),
]
