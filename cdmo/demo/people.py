"""The demo's people: fictitious functions, not persons. Their password is public; the loader refuses to run in production."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from accounts.bootstrap import create_first_administrator
from accounts.models import CLIENT_ROLES, Client, Role, User
from accounts.services import choose_confidentiality, create_client, create_contact, create_user, give_role
from catalogue.models import SHEET_DEPARTMENTS, Site
from catalogue.services import create_site, name_sheet_owners

PASSWORD = "demo-stirred-tank"  # noqa: S105 - printed by `demo_sign_ins`
HOME_ZONE = "Asia/Shanghai"


@dataclass(frozen=True)
class Person:
    """`name` is also the function; `department` is a department's key."""

    name: str
    address: str
    role: Role
    department: str = ""
    language: str = "en"

    @property
    def email(self) -> str:
        return f"{self.address}@demo.example"


ADMINISTRATOR = Person("Administrator", "admin", Role.ADMINISTRATOR)
STAFF = (
    Person("Business Development", "bd", Role.BUSINESS_DEVELOPMENT, "business_development"),
    Person("Project Manager", "pm", Role.PROJECT_MANAGER, "project_management"),
    Person("Head of Research", "research", Role.RESEARCH, "research"),
    Person("Head of Analytical", "analytical", Role.ANALYTICAL, "analytical"),
    Person("Material Control", "material", Role.MATERIAL_CONTROL, "material_control"),
    Person("Production Manager", "production", Role.PRODUCTION, "production", language="zh-hans"),
    Person("EHS Officer", "ehs", Role.EHS, "ehs"),
    Person("Regulatory Affairs", "regulatory", Role.REGULATORY, "regulatory"),
    Person("Quality Assurance", "qa", Role.QUALITY_ASSURANCE, "quality_assurance"),
    Person("Managing Director", "management", Role.MANAGEMENT, "management"),
)
CLIENTS = {
    "DEMOA": ("Demo Client A", "US", "America/New_York"),
    "DEMOB": ("Demo Client B", "CH", "Europe/Zurich"),
    "DEMOC": ("Demo Client C", "JP", "Asia/Tokyo"),
}
SITES = (("shanghai", "Shanghai site", "CN", "Asia/Shanghai"), ("basel", "Basel site", "CH", "Europe/Zurich"))
CONTAINED = {"shanghai": 4}  # up to which exposure band; of the other site nobody has said


def people_of(code: str) -> tuple[Person, Person]:
    """The two sign-ins of a client: who answers for it, and who reads."""
    name, letter = CLIENTS[code][0], code.removeprefix("DEMO").lower()
    return (
        Person(f"{name} Sourcing Director", f"approver.{letter}", Role.CLIENT_APPROVER),
        Person(f"{name} Project Contact", f"viewer.{letter}", Role.CLIENT_VIEWER),
    )


def everybody() -> list[Person]:
    return [ADMINISTRATOR, *STAFF, *(person for code in CLIENTS for person in people_of(code))]


def are_there() -> bool:
    return User.objects.filter(email=ADMINISTRATOR.email).exists()


@transaction.atomic
def load_people() -> None:
    """Sites, clients with contacts, everybody's account, and who owns the sheets of each site, all in one transaction."""
    administrator = _administrator()
    for key, name, country, zone in SITES:
        if not Site.objects.filter(key=key).exists():
            band = CONTAINED.get(key)
            create_site(key, name=name, country=country, time_zone=zone, highest_exposure_band=band, actor=administrator)
    for person in STAFF:
        _open(person, administrator, time_zone=HOME_ZONE)
    for key, *_facts in SITES:
        name_sheet_owners(key, {department: holding(department) for department in SHEET_DEPARTMENTS}, actor=administrator)
    business = User.objects.get(email=STAFF[0].email)
    for code, (name, country, zone) in CLIENTS.items():
        client = create_client(code=code, name=name, country=country, time_zone=zone, actor=business)
        choose_confidentiality(code, asks_confidentiality=False, reason="Its buyers asked at a fair, in the open.", actor=business)
        for person in people_of(code):
            create_contact(client.pk, name=person.name, email=person.email, position="Demo contact", actor=business)
            _open(person, administrator, client=client, time_zone=zone)


def _administrator() -> User:
    """The demo's own; where an administrator exists already, that one opens the account."""
    first = User.objects.active().holding(Role.ADMINISTRATOR).first()
    name, email = ADMINISTRATOR.name, ADMINISTRATOR.email
    if first is not None:
        return _open(ADMINISTRATOR, first, time_zone=HOME_ZONE)
    return create_first_administrator(email=email, full_name=name, password=PASSWORD, function=name, time_zone=HOME_ZONE)


def _open(person: Person, administrator: User, *, time_zone: str, client: Client | None = None) -> User:
    """With the role at once: people of a demo have no telephone that shows them a second factor."""
    opened = create_user(
        email=person.email,
        full_name=person.name,
        function=person.name,
        kind=User.Kind.CLIENT if person.role in CLIENT_ROLES else User.Kind.INTERNAL,
        client=client,
        department=person.department or None,
        password=PASSWORD,
        language=person.language,
        time_zone=time_zone,
        actor=administrator,
    )
    give_role(opened, person.role, actor=administrator, reason="With the account.")
    return opened


def holding(role: str, client: str = "") -> User:
    """The demo's person with this role; of the client with this code, if given."""
    person = next(p for p in (people_of(client) if client else STAFF) if p.role == role)
    return User.objects.get(email=person.email)
