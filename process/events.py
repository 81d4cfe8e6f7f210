"""The kinds of events of this app. All are ours: how something is made stands in no feed of a client."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audit.events import EventKind, register
from audit.models import Event


def link_named(event: Event) -> str:
    return str(event.data["link"])


def register_all() -> None:
    for key, words in {
        "route.opened": _("Route %(object_label)s was opened."),
        "route.changed": _("What is said about route %(object_label)s was changed."),
        "route.fixed": _("Version %(number)s of route %(route)s was fixed."),
        "route.version_started": _("Version %(number)s of route %(route)s was started."),
        "cost.opened": _("Cost scenario %(object_label)s was opened."),
        "cost.copied": _("Cost scenario %(object_label)s was copied from %(source)s."),
        "cost.changed": _("What cost scenario %(object_label)s counts with was changed."),
        "cost.offered": _("%(code)s: suppliers offer other prices than “%(name)s” assumes (%(number)s)."),
        "cost.offer_taken": _(
            "Cost scenario %(object_label)s counts %(material)s at the price of %(supplier)s: %(now)s (before: %(was)s)."
        ),
        "cost.award_taken": _(
            "Cost scenario %(object_label)s counts %(material)s at the price that was awarded to %(supplier)s: %(now)s (before: %(was)s)."
        ),
        "cost.plan_taken": _("The plan of the production sheet was taken over into cost scenario %(object_label)s."),
        "cost.labour_taken": _("The labour on the sheet of research was taken over into cost scenario %(object_label)s."),
        "cost.materials_taken": _("The materials on the sheet of material control were taken over into cost scenario %(object_label)s."),
        "cost.ehs_taken": _("The costs on the sheet of EHS were taken over into cost scenario %(object_label)s."),
        "cost.waste_taken": _("The waste of the route was taken over into cost scenario %(object_label)s."),
        "cost.test_plan_taken": _("The plan of the analytical sheet was taken over into cost scenario %(object_label)s."),
        "cost.fixed": _("Cost scenario %(object_label)s was fixed at %(price)s."),
        "cost.quoted": _("The price of cost scenario %(object_label)s was put into %(label)s."),
        "finding.decided": _("A finding of the early screen of route %(route)s was decided: %(title)s."),
        "finding.withdrawn": _("The decision on a finding of the early screen of route %(route)s was taken back: %(title)s."),
        "inquiry.prepared": _("%(code)s: purchase inquiry %(number)s was prepared."),
        "inquiry.changed": _("Purchase inquiry %(number)s was changed."),
        "inquiry.suppliers_asked": _("Purchase inquiry %(number)s asks %(suppliers)s for more of its lines."),
        "inquiry.sent": _("%(code)s: purchase inquiry %(number)s was sent to %(suppliers)s."),
        "inquiry.to_hand_over": _("%(code)s: the letters of purchase inquiry %(number)s to %(suppliers)s are prepared, to be handed over."),
        "inquiry.sent_again": _("The letter of purchase inquiry %(number)s was sent to %(supplier)s again."),
        "inquiry.handed_over": _("The letter of purchase inquiry %(number)s was handed over to %(supplier)s."),
        "inquiry.handed_over_on": _("The letter of purchase inquiry %(number)s was handed over to %(supplier)s on %(day)s."),
        "inquiry.answered": _("%(code)s: every supplier has answered purchase inquiry %(number)s."),
        "inquiry.reopened": _("%(code)s: answers to purchase inquiry %(number)s are awaited again."),
        "inquiry.not_mailed": _("%(code)s: the letter of purchase inquiry %(number)s to %(supplier)s may not have arrived by mail."),
        "inquiry.awarded": _("%(code)s: %(material)s of purchase inquiry %(number)s goes to %(supplier)s at %(price)s."),
        "inquiry.award_revoked": _(
            "%(code)s: %(material)s of purchase inquiry %(number)s no longer goes to %(supplier)s; the award was revoked."
        ),
        "inquiry.closed": _("%(code)s: purchase inquiry %(number)s was closed."),
        "inquiry.withdrawn": _("%(code)s: purchase inquiry %(number)s was withdrawn."),
        "assumptions.taken_over": _("%(code)s: missing answers were taken over from cost scenario %(scenario)s."),
        "assumptions.figures_taken": _("%(code)s: the ledger of assumptions took over what cost scenario %(scenario)s assumes."),
        "assumptions.adopted": _("%(code)s: the ledger of assumptions took over those of the signed sheet of %(department)s."),
        "assumptions.kept": _(
            "%(code)s: the ledger of assumptions says otherwise than the signed sheet of %(department)s, and keeps that: %(titles)s"
        ),
        "assumptions.quoted": _("%(code)s: the open assumptions were put into %(label)s."),
        "assumptions.unquoted": _("%(code)s: what is settled by now, or ours alone, was taken out of the assumptions of %(label)s."),
        "assumption.arrived": _("%(code)s: the real number has arrived for “%(title)s”: %(now)s (assumed: %(was)s)."),
        "assumption.settled": _("%(code)s: the assumption “%(title)s” was settled: %(now)s (assumed: %(was)s)."),
        "letter.written": _("%(code)s: clarification letter %(number)s was written."),
        "letter.sent": _("%(code)s: clarification letter %(number)s was sent to the client."),
    }.items():
        register(EventKind(key, words, link_named))
