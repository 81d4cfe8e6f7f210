"""Everything below /accounts/. Of allauth's pages only those that this product has: people do not sign up or change their e-mail."""

from allauth.account import views as allauth_views
from django.conf import settings
from django.urls import include, path, re_path

from accounts import sign_in_views, views

urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/new/", views.person_new, name="person-new"),
    path("people/<int:pk>/", views.person_detail, name="person-detail"),
    path("people/<int:pk>/grant/", views.person_grant, name="person-grant"),
    path("people/<int:pk>/grants/<int:grant>/end/", views.grant_end, name="grant-end"),
    path("people/<int:pk>/change/", views.person_change, name="person-change"),
    path("people/<int:pk>/second-factor/", views.person_reset_second_factor, name="person-reset-second-factor"),
    path("people/<int:pk>/sign-out/", views.person_sign_out, name="person-sign-out"),
    path("people/<int:pk>/deactivate/", views.person_deactivate, name="person-deactivate"),
    path("people/<int:pk>/reactivate/", views.person_reactivate, name="person-reactivate"),
    path("people/<int:pk>/invite/", views.person_invite, name="person-invite"),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/new/", views.token_new, name="token-new"),
    path("tokens/accounts/new/", views.account_new, name="integration-account-new"),
    path("tokens/accounts/<int:pk>/", views.account_page, name="integration-account"),
    path("tokens/accounts/<int:pk>/close/", views.account_close, name="integration-account-close"),
    path("tokens/accounts/<int:pk>/hand-over/", views.account_hand_over, name="integration-account-hand-over"),
    path("tokens/<uuid:public_id>/revoke/", views.token_revoke, name="token-revoke"),
    path("profile/", views.profile, name="profile"),
    path("profile/sign-ins/", sign_in_views.sign_ins, name="sign-ins"),
    path("profile/sign-ins/others/", sign_in_views.sign_ins_end_others, name="sign-ins-end-others"),
    path("profile/sign-ins/<int:pk>/end/", sign_in_views.sign_in_end, name="sign-in-end"),
    path("profile/delegations/", views.delegations, name="delegations"),
    path("profile/delegations/<int:pk>/end/", views.delegation_end, name="delegation-end"),
    path("keep-alive/", views.keep_alive, name="keep-alive"),
    path("login/", allauth_views.login, name="account_login"),
    path("logout/", allauth_views.logout, name="account_logout"),
    path("reauthenticate/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", allauth_views.password_change, name="account_change_password"),
    path("password/set/", allauth_views.password_set, name="account_set_password"),
    path("password/reset/", allauth_views.password_reset, name="account_reset_password"),
    path("password/reset/done/", allauth_views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth_views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("password/reset/key/done/", allauth_views.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("2fa/", include("allauth.mfa.urls")),
]
if settings.OIDC_ISSUER:
    urlpatterns.append(path("", include("allauth.socialaccount.providers.openid_connect.urls")))
