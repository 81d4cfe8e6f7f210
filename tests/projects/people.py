"""People of the tests, one per role, made when first asked for; and each as who sits at a browser."""

from __future__ import annotations

from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Client, Department, Role, RoleGrant, User
from accounts.signing import Authentication

PASSWORD = "correct horse battery staple"
CLIENT_SIDE = frozenset({Role.CLIENT_VIEWER, Role.CLIENT_APPROVER})


def fake_authentication(user: User) -> Authentication:
    """What `accounts.signing.authenticate_signer` gives after the right password."""
    return Authentication(user_id=user.pk, method="password", at=timezone.now())


def a_client(code: str = "DCA") -> Client:
    return Client.objects.get_or_create(code=code, defaults={"name": f"Demo Client {code[-1]}", "country": "CH"})[0]


def person(*roles: str, name: str = "", client: Client | None = None) -> User:
    """The person of these roles; the same roles and name give the same person, freshly read. Client roles mean Demo Client A."""
    outside = bool(set(roles) & CLIENT_SIDE)
    label = name or " and ".join(str(Role(role).label) for role in roles) or "Nobody in particular"
    client = (client or a_client()) if outside else None
    stem = f"{label} {client.code}" if client else label
    email = f"{stem.lower().replace(' ', '.')}@example.com"
    user = User.objects.filter(email=email).first()
    if user is None:
        kind = User.Kind.CLIENT if outside else User.Kind.INTERNAL
        department = Department.objects.filter(key__in=roles).first()
        user = User.objects.create(email=email, full_name=label, function=label, kind=kind, client=client, department=department)
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
        RoleGrant.objects.bulk_create(RoleGrant(user=user, role=role) for role in roles)
    return user


def manager() -> User:
    return person(Role.PROJECT_MANAGER)


def business() -> User:
    return person(Role.BUSINESS_DEVELOPMENT)


def approver() -> User:
    return person(Role.CLIENT_APPROVER)


def as_person(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser
