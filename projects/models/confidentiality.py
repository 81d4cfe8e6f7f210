"""Before a confidentiality agreement is in force: named people see the request and its project, and nobody else of ours.

Said once, as conditions of a query; `visible_to` of requests, projects, clients and messages asks here, and everything that hangs on a
request or a project asks those. So a page, a list, a search, a file, a mail and an answer of the API hide it alike.

A request is disclosed when one of these holds:

- an agreement of its client (for all its projects, or for whichever of them) is signed by both sides, not withdrawn, and in force today;
- an agreement of its own project has been in force: after it has run out people know already, and go on working;
- an agreement of its client for all its projects has been in force, and its project was open before that ran out: people know it as well.
  A request that was not submitted by then is kept again;
- its project has passed its first gate, which asks for that agreement and cannot be waived;
- the client asks for no confidentiality, which somebody has entered with the reason.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from audit.history import tracked
from projects.models.compiled import WHO, Asks, Compiled, Words, any_of, column, exist_in_words, rows_in_words
from projects.models.states import PHASES

if TYPE_CHECKING:
    from datetime import date


SEEN = "rfp.seen_confidentially"  # the kind of event that says who looked: for the record, and news to nobody


class ConfidentialReaderQuerySet(models.QuerySet["ConfidentialReader"]):
    def open(self) -> ConfidentialReaderQuerySet:
        """Named and not taken off again."""
        return self.filter(ended_at=None)


@tracked
class ConfidentialReader(models.Model):
    """Somebody of ours who is named to see a request, and the project that comes of it, before the agreement is in force."""

    rfp = models.ForeignKey("projects.Rfp", on_delete=models.PROTECT, related_name="confidential_readers")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("person"))
    reason = models.TextField(_("reason"), max_length=1000)
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(max_length=1000, blank=True)

    objects = ConfidentialReaderQuerySet.as_manager()

    class Meta:
        ordering = ["named_at", "id"]
        constraints = [models.UniqueConstraint(fields=["rfp", "person"], condition=Q(ended_at=None), name="confidential_reader_once")]

    def __str__(self) -> str:
        return str(self.person)


def _agreements(today: date, **conditions: Any) -> models.QuerySet[Any]:
    """Confidentiality agreements that both sides have signed and nobody has withdrawn, begun by today."""
    agreement: Any = apps.get_model("projects", "Agreement")
    rows: models.QuerySet[Any] = agreement.objects.signed()
    return rows.filter(kind=agreement.Kind.CONFIDENTIALITY, effective_on__lte=today, **conditions)


def clients_agreed_with(today: date) -> models.QuerySet[Any]:
    """Clients by id with an agreement in force on this day."""
    return _agreements(today).filter(Q(expires_on=None) | Q(expires_on__gte=today)).order_by().values("client_id")


def disclosed(*, project: str = "") -> Compiled:
    """Asked of requests (`project="project__"`) or of projects: there is nothing to keep from our people."""
    columns = {
        "phase": f"{project}phase",
        "asks": "client__asks_confidentiality",
        "client": "client",
        "project": f"{project}pk",
        "opened_at": f"{project}opened_at",
    }
    return Compiled(_disclosed_on(timezone.localdate()), columns)


@lru_cache(maxsize=4)
def _disclosed_on(today: date) -> Words:
    agreed, agreed_params = rows_in_words(clients_agreed_with(today))
    opened_on = TruncDate(column("opened_at", models.DateTimeField()), tzinfo=timezone.get_default_timezone())
    while_open = _agreements(today, project=None, client=column("client")).filter(expires_on__gte=opened_on)
    return any_of(
        [
            ("{phase} = ANY(%s)", ([phase.value for phase in PHASES[1:]],)),
            ("NOT {asks}", ()),
            (f"{{client}} IN {agreed}", agreed_params),
            exist_in_words(_agreements(today, project=column("project"))),
            exist_in_words(while_open),
        ]
    )


def named_for_request(user: Asks) -> Compiled:
    """Asked of requests: this person logged it, owns it, manages the project that came of it, or is named for it.

    A request that came in by the portal or from a client's system, and that nobody has taken up, is named to business development.
    """
    columns = {
        "request": "pk",
        "created_by": "created_by",
        "account_owner": "account_owner",
        "project_manager": "project__project_manager",
        "project_owner": "project__account_owner",
    }
    takes_up = Role.BUSINESS_DEVELOPMENT in user.signing_roles
    if takes_up:
        columns["kind"] = "created_by__kind"
    return Compiled(_request_words(takes_up=takes_up), columns, user.pk)


@lru_cache(maxsize=2)
def _request_words(*, takes_up: bool) -> Words:
    part_in_it = ("%s IN ({created_by}, {account_owner}, {project_manager}, {project_owner})", (WHO,))
    nobody = "COALESCE({account_owner}, {project_manager}, {project_owner}) IS NULL"
    untaken = (f"({{kind}} IS DISTINCT FROM %s AND {nobody})", (User.Kind.INTERNAL.value,))
    return any_of([_named_for_words(), part_in_it, *([untaken] if takes_up else [])])


def named_for_project(user: Asks) -> Compiled:
    """The same of projects. Their requests are looked up one by one, where nothing else has shown the project: not joined to all."""
    columns = {"request": "rfp", "project_manager": "project_manager", "account_owner": "account_owner"}
    takes_up = Role.BUSINESS_DEVELOPMENT in user.signing_roles
    return Compiled(_project_words(takes_up=takes_up), columns, user.pk)


@lru_cache(maxsize=2)
def _project_words(*, takes_up: bool) -> Words:
    requests = apps.get_model("projects", "Rfp")._default_manager.filter(pk=column("request"))
    part_in_it = ("%s IN ({project_manager}, {account_owner})", (WHO,))
    part_in_request = exist_in_words(requests.filter(Q(created_by=WHO) | Q(account_owner=WHO)))
    unlogged, params = exist_in_words(requests.filter(~Q(created_by__kind=User.Kind.INTERNAL), account_owner=None))
    untaken = (f"(COALESCE({{project_manager}}, {{account_owner}}) IS NULL AND {unlogged})", params)
    return any_of([part_in_it, _named_for_words(), part_in_request, *([untaken] if takes_up else [])])


def is_named_for(user: Asks, request_key: str) -> Compiled:
    """Explicitly, by somebody who may."""
    return Compiled(_named_for_words(), {"request": request_key}, user.pk)


@lru_cache(maxsize=1)
def _named_for_words() -> Words:
    return exist_in_words(ConfidentialReader.objects.open().filter(rfp=column("request"), person=WHO))


@dataclass(frozen=True)
class Sight:
    """Who of ours sees one request and the project that came of it, as far as it is kept: what `disclosed` and `named_for_request`
    ask of the database for one person, kept for many. people: by id, who has a part in it; readers: who is named for it.
    """

    is_kept: bool
    is_untaken: bool
    people: frozenset[int]
    readers: frozenset[int]

    def is_open_to(self, user: User) -> bool:
        by_role = self.is_untaken and Role.BUSINESS_DEVELOPMENT in user.signing_roles
        return not self.is_kept or by_role or user.pk in self.people | self.readers


def sights_of(**requests: Any) -> dict[int, Sight]:
    """By the id of the request, of those that the conditions name. Two queries, whatever their number."""
    rows = apps.get_model("projects", "Rfp")._default_manager.with_kept().filter(**requests).order_by()
    names = ("created_by", "account_owner", "project__project_manager", "project__account_owner")
    found = list(rows.values_list("pk", "is_kept", "created_by__kind", *names))
    readers: dict[int, set[int]] = defaultdict(set)
    for rfp, person in ConfidentialReader.objects.open().filter(rfp__in=[row[0] for row in found]).values_list("rfp", "person"):
        readers[rfp].add(person)
    return {pk: _sight(is_kept, kind, people, frozenset(readers[pk])) for pk, is_kept, kind, *people in found}


def _sight(is_kept: bool, kind: str, people: list[int | None], readers: frozenset[int]) -> Sight:
    is_untaken = kind != User.Kind.INTERNAL and not any(people[1:])
    return Sight(is_kept, is_untaken, frozenset(each for each in people if each is not None), readers)


def seen_of_requests(user: Asks) -> Q:
    return disclosed(project="project__") | named_for_request(user)


def seen_of_projects(user: Asks) -> Q:
    return disclosed() | named_for_project(user)


def seen_of_clients(user: User) -> Q:
    """A client of whom we know by requests that are all kept from this person is kept from them with its name."""
    requests = apps.get_model("projects", "Rfp")._default_manager.filter(client=OuterRef("pk"))
    return Q(asks_confidentiality=False) | ~Q(Exists(requests)) | Q(Exists(requests.filter(seen_of_requests(user))))
