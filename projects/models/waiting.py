from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import resolve, reverse

from accounts.models import Role
from projects.models.confidentiality import seen_of_projects
from projects.models.project import Project, sees_project
from projects.models.states import ProjectStatus

if TYPE_CHECKING:
    from accounts.models import User
    from projects.cost_of_waiting import Cost

OUR_PAGES = {  # by the page of the portal
    "portal-quotation": "quotation-detail",
    "portal-change-order": "change-order-detail",
    "portal-request": "rfp-detail",
}


class WaitingForQuerySet(models.QuerySet["WaitingFor"]):
    def open(self) -> WaitingForQuerySet:
        return self.filter(closed_at=None)

    def running(self) -> WaitingForQuerySet:
        """A project on hold waits for nobody."""
        return self.filter(Q(project=None) | Q(project__status=ProjectStatus.ACTIVE))

    def costliest_first(self) -> WaitingForQuerySet:
        """What delays the end of a project most comes first: least float, then soonest due. What feeds no milestone comes last."""
        by_float, by_date = models.F("milestone__float_days").asc(nulls_last=True), models.F("due_on").asc(nulls_last=True)
        return self.select_related("milestone").order_by(by_float, by_date, "since", "id")

    def asking(self, client_id: int | None) -> WaitingForQuerySet:
        """What waits for a client's organisation, whoever of it answers, with what `with_costs` needs."""
        return self.running().filter(client_id=client_id or 0).select_related("project__site", "milestone")

    def of(self, user: User) -> WaitingForQuerySet:
        """What waits for this person: by name (of what is not kept from them), by role (on projects they see), or as the client. A project
        on hold waits for nobody."""
        rows = self.running()
        if not user.is_internal:
            return self.asking(user.client_id).filter(role__in=["", *user.roles])
        visible = Q(project=None) | sees_project(user)
        disclosed = Q(project=None) | Exists(Project.objects.filter(seen_of_projects(user), pk=OuterRef("project_id")))
        return rows.filter((Q(user=user) & disclosed) | (Q(user=None, client=None, role__in=user.signing_roles) & visible))


class WaitingFor(models.Model):
    """Somebody is waited for: who (person, role or client), for what, why, since when, until when.

    Services open and close these rows; "my work" and the client's "waiting for you" read them.
    `key` names the wait (`gate.sign:12:quality_assurance`), so that opening twice and closing are exact.
    """

    key = models.CharField(max_length=200)
    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, null=True, blank=True, related_name="waits")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="waits")
    role = models.CharField(max_length=32, choices=Role.choices, blank=True)
    client = models.ForeignKey("accounts.Client", on_delete=models.CASCADE, null=True, blank=True, related_name="waits")
    milestone = models.ForeignKey("projects.Milestone", on_delete=models.SET_NULL, null=True, blank=True, related_name="waits")
    words = models.CharField(max_length=300)
    link = models.CharField(max_length=300)
    since = models.DateTimeField()
    due_on = models.DateField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    cost: Cost | None = None  # of the client's answer, where `with_costs` has worked it out

    objects = WaitingForQuerySet.as_manager()

    class Meta:
        ordering = [models.F("due_on").asc(nulls_last=True), "since", "id"]
        constraints = [models.UniqueConstraint(fields=["key"], condition=Q(closed_at=None), name="waiting_for_open_once")]
        indexes = [models.Index(fields=["role", "closed_at"]), models.Index(fields=["client", "closed_at"])]

    def __str__(self) -> str:
        return self.words

    @property
    def who(self) -> str:
        """Who is waited for, in words: the person, else the client, else the role."""
        return str(self.user or self.client or self.get_role_display())

    @property
    def words_on_its_page(self) -> str:
        """Where the project stands above: without its code."""
        bare = self.words.removeprefix(f"{self.project.code}: ") if self.project else self.words
        return bare[:1].upper() + bare[1:]

    @property
    def link_for_ours(self) -> str:
        """The page for one of ours: what a client is asked in its portal has one of ours too; none without a project."""
        if self.client_id is None:
            return self.link
        asked = resolve(self.link)
        if asked.view_name in OUR_PAGES:
            return reverse(OUR_PAGES[asked.view_name], kwargs=asked.kwargs)
        return f"{reverse('project-sharing', args=[self.project.code])}#approvals" if self.project else ""

    @property
    def spare_days(self) -> int | None:
        """Working days that it can still wait before its milestone moves the project's end: 0 on the critical path, None if unknown."""
        floats = self.milestone.float_days if self.milestone and self.milestone.actual_on is None else None
        return None if floats is None else max(floats, 0)
