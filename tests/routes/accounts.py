"""Signing in, people, sites and vessels, clients and their systems, delegations; and whether the product lives."""

from __future__ import annotations

from tests.routes.kinds import OPEN_TO_ALL, Route, act, answers, api_act, api_of_clients, ours, page

SIGN_IN_ROUTES = {
    "account_login": Route(answers(302, anonymous=200, tokens=200)),
    "account_logout": page(200),
    "account_reauthenticate": page(200),
    "account_change_password": page(200),
    "account_set_password": page(302),
    "account_reset_password": OPEN_TO_ALL,
    "account_reset_password_done": OPEN_TO_ALL,
    "account_reset_password_from_key": Route(answers(200), arguments={"uidb36": "1", "key": "wrong"}),
    "account_reset_password_from_key_done": OPEN_TO_ALL,
    "mfa_index": page(200),
    "mfa_authenticate": Route(answers(302)),
    "mfa_reauthenticate": page(302),
    "mfa_activate_totp": page(302),
    "mfa_deactivate_totp": page(404),  # nobody here has a second factor
    "mfa_view_recovery_codes": page(404),
    "mfa_generate_recovery_codes": page(302),
    "mfa_download_recovery_codes": page(404),
}
ACCOUNT_ROUTES = {
    "people": ours(staff=403, administrator=200),
    "person-new": ours(staff=403, administrator=200),
    "person-detail": ours(staff=403, administrator=200),
    "person-change": act(),
    "person-reset-second-factor": act(),
    "sites": ours(),
    "site-detail": page(200, own=404, foreign=404, arguments={"key": "site"}),
    "vessels": page(200, own=404, foreign=404, arguments={"key": "site"}),
    "vessel-detail": page(200, own=404, foreign=404, arguments={"key": "site", "tag": "R-302"}),
    "vessel-out-of-service": act(key="site", tag="R-302"),
    "vessel-in-service": act(key="site", tag="R-302"),
    "person-grant": act(),
    "grant-end": act(),
    "person-deactivate": act(),
    "person-reactivate": act(),
    "person-invite": act(),
    "client-list": ours(),
    "client-new": ours(),  # the page says who may enter one
    "client-detail": page(200, own=404, foreign=404, arguments={"client_code": "DCA"}),
    "client-edit": page(200, own=404, foreign=404, arguments={"client_code": "DCA"}),
    "contact-new": page(200, own=404, foreign=404, arguments={"client_code": "DCA"}),
    "contact-detail": page(200, own=404, foreign=404, arguments={"client_code": "DCA", "pk": "contact"}),
    "contact-leave": act(client_code="DCA", pk="contact"),
    "contact-return": act(client_code="DCA", pk="contact"),
    "api-client-list": Route(answers(200, own=404, foreign=404, tokens=404, anonymous=401)),
    "api-client-detail": api_of_clients(),
    "api-contact-list": api_of_clients(),
    "api-contact-detail": api_of_clients(pk="contact"),
    "api-contact-left": api_act(client_code="DCA", pk="contact"),
    "api-contact-returned": api_act(client_code="DCA", pk="contact"),
    "tokens": page(403, administrator=200, business_development=200, project_manager=200, client_approver=200, foreign_approver=200),
    "token-new": page(405, post_only=True),
    "integration-account-new": page(405, post_only=True),
    "integration-account": page(
        403,
        administrator=200,
        business_development=200,
        project_manager=200,
        client_approver=200,
        foreign=404,
        arguments={"pk": "account"},
    ),
    "integration-account-close": page(405, post_only=True, arguments={"pk": "account"}),
    "integration-account-hand-over": page(405, post_only=True, arguments={"pk": "account"}),
    "token-revoke": page(405, post_only=True),
    "profile": page(200),
    "delegations": ours(),
    "delegation-end": act(pk="delegation"),
    "keep-alive": Route(answers(200)),
}
ADMINISTRATION = {"staff": 403, "administrator": 200, "quality_assurance": 200, "management": 200}
NOTHING_TO_DRAW = {"administrator": 409, "quality_assurance": 409, "management": 409}
ADMINISTRATION_ROUTES = {
    "administration": ours(**ADMINISTRATION),
    "roles": ours(**ADMINISTRATION),
    "roles-csv": ours(**ADMINISTRATION),
    "role-holders-csv": ours(**ADMINISTRATION),
    "roles-review": act(),
    "role-detail": page(403, **ADMINISTRATION, own=404, foreign=404, arguments={"role": "research"}),
    "default-plan": ours(**ADMINISTRATION),
    "default-plan-history": ours(**ADMINISTRATION),
    "default-plan-new": page(403, **ADMINISTRATION, own=404, foreign=404, arguments={"phase": "pilot"}),
    "default-plan-line": page(403, **ADMINISTRATION, own=404, foreign=404, arguments={"kind": "milestones", "key": "g2"}),
    "default-plan-leave-out": act(kind="milestones", key="g2"),
    "default-plan-put-back": act(kind="milestones", key="g2"),
    "document-templates": ours(**ADMINISTRATION),
    "document-template": page(403, **ADMINISTRATION, own=404, foreign=404, arguments={"key": "project_charter"}),
    "document-template-preview": page(403, **NOTHING_TO_DRAW, own=404, foreign=404, arguments={"key": "project_charter"}),
    "role-give": act(role="research"),
    "role-end": act(role="research", grant="grant"),
}
HEALTH_ROUTES = {
    "favicon": Route(answers(302)),
    "healthz": OPEN_TO_ALL,
    "readyz": OPEN_TO_ALL,
    "metrics": Route(answers(404)),  # only by token or address
}
