"""The sentences in which this app's services ask people, so that a wait that was written once is read in the reader's language.

The same words stand where each wait is opened. Of two that fit a text, the one that stands first is taken.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from audit.refusals import Words
from audit.spoken import register_names, register_sentences
from projects.models import Phase
from projects.models.gate import Decision

OTHER_DATES = (  # `gettext` finds neither: the catalogue keeps them as one entry
    "%(code)s: the client knows another date of %(number)d milestone",
    "%(code)s: the client knows other dates of %(number)d milestones",
)
SENTENCES: tuple[Words, ...] = (
    _("Waits too long for %(who)s: %(words)s"),
    _("The client has not answered since %(day)s: %(words)s"),
    _("%(code)s: sign the decision on %(gate)s (%(decision)s)"),
    _("%(code)s: prepare the decision on %(gate)s"),
    _("%(code)s: meet the condition “%(words)s”"),
    _("%(code)s: confirm that the condition “%(words)s” is met"),
    _("%(code)s: decide on the waiver of “%(words)s”"),
    _("%(code)s: confirm the evidence for %(title)s"),
    _("%(code)s: %(name)s asks for the decision on %(gate)s: %(reason)s"),
    _("%(code)s: every criterion of %(gate)s is met; propose the decision"),
    _("%(code)s: judge what changed since %(gate)s was decided: %(criteria)s"),
    _("%(code)s: renew the evidence: %(criterion)s"),
    _("%(code)s: approve or reject “%(title)s”"),
    _("%(code)s: the client rejected “%(title)s”; ask again, or ask no more"),
    _("%(code)s: say why %(title)s came on another day (%(days)s working day)"),
    _("%(code)s: say why %(title)s came on another day (%(days)s working days)"),
    _("%(code)s: send %(label)s to the client"),
    _("%(code)s: the client declined %(label)s; draft the next revision or let it rest"),
    _("%(code)s: the client objects to the account of the delay"),
    _("%(number)s (%(client)s, %(compound)s): complete and submit, or decline"),
    _("%(number)s: complete and submit, or decline"),
    _("%(number)s: answer our question: %(question)s"),
    _("%(code)s: answer quotation %(label)s"),
    _("%(code)s: answer what the client asks of %(label)s"),
    _("%(code)s: answer change order %(label)s"),
    _("%(code)s: release %(label)s"),
    _("%(code)s: the %(kind)s %(number)s expires; record its successor, or withdraw it"),
    _("The %(kind)s %(number)s of all projects of a client expires; record its successor, or withdraw it"),
    _("Review who holds which role (given: %(number)d)"),
    _("%(supplier)s: review the qualification for %(subject)s"),
    _("%(supplier)s: GMP certificate %(certificate)s ends; ask for its successor"),
    _("%(supplier)s: ISO certificate %(certificate)s ends; ask for its successor"),
    _("%(supplier)s: certificate %(certificate)s ends; ask for its successor"),
    _("%(code)s: invoice “%(title)s”"),
    *(ngettext_lazy(*OTHER_DATES, number) for number in (1, 2)),
    _("%(code)s: feasibility sheet of %(department)s"),
    _("%(code)s: the real number has arrived for “%(title)s”"),
    _("%(code)s: suppliers offer other prices than “%(name)s” assumes"),
    _("%(code)s: send purchase inquiry %(number)s"),
    _("%(code)s: file the answers to purchase inquiry %(number)s"),
    _("%(code)s: hand over the letter of purchase inquiry %(number)s to %(supplier)s"),
    _("%(code)s: the letter of purchase inquiry %(number)s to %(supplier)s may not have arrived; send it again or hand it over"),
    _("%(step)s, from number %(number)s on"),
    _("Name people: nobody of %(roles)s may see it before the confidentiality agreement is in force, and it waits for them."),
    _("%(code)s: %(title)s"),
)


def register_all() -> None:
    register_sentences(*SENTENCES)
    register_names({phase.value: phase.label for phase in Phase} | {decision.value: decision.label for decision in Decision})
