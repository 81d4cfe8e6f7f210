"""Each Change Order as a document of its own: the current revision, and nothing that the client may not read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from audit.refusals import Blocker
from audit.signatures import content_hash, signatures_of
from documents.about import About, AboutKind
from documents.content import Column, cell, data_table, key_values
from documents.registry import DocumentType, NarrativeSection
from documents.registry import register as register_types
from projects.models import ChangeOrder, Project
from projects.services.change_orders import effects_of, payments_of

if TYPE_CHECKING:
    from django.db.models import QuerySet


def released(project: Project) -> QuerySet[ChangeOrder]:
    """The change orders of which the current revision is released, sent or answered, newest first."""
    return ChangeOrder.objects.current().filter(project=project).exclude(state=ChangeOrder.State.DRAFT).order_by("-sequence")


def released_numbers(project: Project) -> dict[str, str]:
    return {number: number for number in released(project).values_list("number", flat=True)}


def missing(project: Project) -> list[Blocker]:
    if released(project).exists():
        return []
    link = reverse("project-change-orders", args=[project.code])
    return [Blocker(key="change_order.released", words=_t("No change order is released yet."), link=link)]


def change_order(project: Project, about: str) -> dict[str, Any]:
    """The current revision of one change order. Raises LookupError while there is none released."""
    order = released(project).filter(number=about).prefetch_related("lines").first()
    if order is None:
        raise LookupError(f"{project.code} has no released change order {about}.")
    order.project = project
    lines = [(number, str(line.get_phase_display()), line.description, line.amount) for number, line in enumerate(order.lines.all(), 1)]
    signatures = [each for each in signatures_of(order) if each.meaning.startswith("release_")]
    return {
        "title": _t("Change order %(label)s") % {"label": order.label},
        "subtitle": order.title,
        "facts": key_values(
            (_t("Change order"), order.label),
            (_t("Project"), f"{project.code} {project.title}"),
            (_t("For"), project.client.name),
            (_t("Valid until"), order.valid_until),
            (_t("Change of price"), f"{order.currency} {cell(order.total)}"),
        ),
        "reason": order.reason,
        "scope": order.scope,
        "price": data_table(
            [
                Column(_t("No."), 8, "right"),
                Column(_t("Phase"), 20),
                Column(_t("Description"), 50),
                Column(_t("Amount (%(currency)s)") % {"currency": order.currency}, 22, "right"),
            ],
            [*lines, ("", "", _t("Total"), order.total)] if lines else [],
            empty=_t("The price stays as it is."),
        ),
        "dates": data_table(
            [
                Column(_t("Milestone"), 46),
                Column(_t("Working days"), 14, "right"),
                Column(_t("Agreed before"), 20),
                Column(_t("Agreed after"), 20),
            ],
            [(row.milestone.title, f"{row.days:+d}", row.before, row.after) for row in effects_of(order)],
            empty=_t("The agreed dates stay as they are."),
        ),
        "phases": _phases(order),
        "milestones": _milestones(order),
        "payments": _payments(order),
        "currency": order.currency,
        "content_hash": content_hash(order),
        "released": data_table(
            [Column(_t("Released by"), 34), Column(_t("Function"), 38), Column(_t("Date and time"), 28)],
            [(each.signer_name, each.signer_function, each.signed_at) for each in signatures],
        ),
    }


def _phases(order: ChangeOrder) -> list[dict[str, Any]]:
    """Which phases come and go, and the contracted scope from then on; nothing where it stays."""
    if not order.first_phase:
        return []
    return key_values(
        (_t("Added"), ", ".join(str(phase.label) for phase in order.phases_in) or "–"),
        (_t("Dropped"), ", ".join(str(phase.label) for phase in order.phases_out) or "–"),
        (_t("Contracted from then on"), f"{order.get_first_phase_display()} – {order.get_last_phase_display()}"),
    )


def _milestones(order: ChangeOrder) -> dict[str, Any]:
    added = [
        (_t("added"), row.title, str(row.get_phase_display()), row.after.title if row.after else "–", row.planned_on)
        for row in order.additions.select_related("after")
    ]
    dropped = [
        (_t("dropped"), row.milestone.title, str(row.milestone.get_phase_display()), "–", row.milestone.agreed_on)
        for row in order.drops.select_related("milestone")
    ]
    return data_table(
        [
            Column(_t("Change"), 12),
            Column(_t("Milestone"), 34),
            Column(_t("Phase"), 16),
            Column(_t("After"), 22),
            Column(_t("Agreed for"), 16),
        ],
        [*added, *dropped],
        empty=_t("No milestone is added or dropped."),
    )


def _payments(order: ChangeOrder) -> dict[str, Any]:
    return data_table(
        [
            Column(_t("What is paid"), 40),
            Column(_t("Due when"), 38),
            Column(_t("Amount (%(currency)s)") % {"currency": order.currency}, 22, "right"),
        ],
        [(row.title, words, row.amount) for row, words in payments_of(order)],
        empty=_t("No payment is added."),
    )


CHANGE_ORDER = DocumentType(
    key="change_order",
    title=_("Change Order"),
    phase="",
    number_prefix="CHO",
    template="documents/types/change_order.html",
    build_context=change_order,
    narrative=(NarrativeSection("letter", _("Covering words"), _("What the client should know before reading the change.")),),
    requesters=frozenset({Role.PROJECT_MANAGER, Role.BUSINESS_DEVELOPMENT, Role.MANAGEMENT}),
    missing=missing,
    usual_reason=_("Change order for the client."),
    about=About(AboutKind.CHANGE_ORDER, released_numbers),
)


def register() -> None:
    register_types(CHANGE_ORDER)
