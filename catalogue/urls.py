from django.urls import path

from catalogue import views

urlpatterns = [
    path("sites/", views.sites_page, name="sites"),
    path("sites/<slug:key>/", views.site_page, name="site-detail"),
]
