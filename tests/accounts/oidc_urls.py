"""The product's addresses with those of the identity provider, as OIDC_ISSUER adds them."""

from django.urls import include, path

from cdmo import urls

handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500
urlpatterns = [path("accounts/", include("allauth.socialaccount.providers.openid_connect.urls")), *urls.urlpatterns]
