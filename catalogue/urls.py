from django.urls import path

from catalogue import views

urlpatterns = [
    path("sites/", views.sites_page, name="sites"),
    path("sites/<slug:key>/", views.site_page, name="site-detail"),
    path("sites/<slug:key>/exposure/", views.site_exposure, name="site-exposure"),
    path("sites/<slug:key>/vessels/", views.vessels_page, name="vessels"),
    path("sites/<slug:key>/vessels/<slug:tag>/", views.vessel_page, name="vessel-detail"),
    path("sites/<slug:key>/vessels/<slug:tag>/out-of-service/", views.vessel_out, name="vessel-out-of-service"),
    path("sites/<slug:key>/vessels/<slug:tag>/in-service/", views.vessel_back, name="vessel-in-service"),
]
