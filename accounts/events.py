"""What the record says about people, their rights and their systems."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.events import Event, EventKind, register


def _people(event: Event) -> str:
    return reverse("people")


def _roles(event: Event) -> str:
    return reverse("roles")


def _tokens(event: Event) -> str:
    return reverse("tokens")


def _delegations(event: Event) -> str:
    return reverse("delegations")


def _client(event: Event) -> str:
    return reverse("client-detail", args=[event.data["code"]])


def register_events() -> None:
    register(
        EventKind("client.created", _("Client %(object_label)s was entered.")),
        EventKind("client.names_shown", _("People of %(object_label)s are shown our people by name from now on."), _client),
        EventKind("client.names_hidden", _("People of %(object_label)s are shown our people by function only from now on."), _client),
        EventKind(
            "client.confidentiality_asked",
            _("Before an agreement, %(object_label)s and its structures are kept to named people from now on."),
            _client,
        ),
        EventKind(
            "client.confidentiality_waived",
            _("%(object_label)s asks for no confidentiality before an agreement: everybody of ours may know of it from now on."),
            _client,
        ),
        EventKind("client.name_read", _("%(actor)s read the name of %(object_label)s, kept to named people, while keeping accounts.")),
        EventKind("client.changed", _("What is known of client %(object_label)s was corrected."), _client),
        EventKind("contact.created", _("Contact %(object_label)s was entered.")),
        EventKind("contact.changed", _("Contact %(object_label)s was corrected."), _client),
        EventKind("contact.left", _("Contact %(object_label)s has left the client (%(on)s)."), _client),
        EventKind("contact.returned", _("Contact %(object_label)s is back at the client."), _client),
        EventKind("person.created", _("%(object_label)s got an account (%(kind)s)."), _people),
        EventKind("person.invited", _("%(object_label)s was sent a link to choose a password."), _people),
        EventKind("person.changed", _("The account of %(object_label)s was corrected."), _people),
        EventKind("person.second_factor_reset", _("The second factor of %(object_label)s was reset."), _people),
        EventKind("person.updated", _("%(object_label)s changed the own profile.")),
        EventKind("person.deactivated", _("The account of %(object_label)s was deactivated."), _people),
        EventKind("person.reactivated", _("The account of %(object_label)s was activated again."), _people),
        EventKind("role.granted", _("%(object_label)s was given the role %(role)s."), _people),
        EventKind("role.ended", _("The role %(role)s of %(object_label)s ended."), _people),
        EventKind("access.reviewed", _("Who holds which role was reviewed: %(people)s people, %(grants)s granted roles."), _roles),
        EventKind(
            "delegation.given",
            _("%(actor)s handed the signing of %(role)s to %(receiver)s from %(starts_on)s to %(ends_on)s."),
            _delegations,
        ),
        EventKind("delegation.ended", _("The signing of %(role)s by %(receiver)s ended."), _delegations),
        EventKind("integration_account.created", _("Integration account %(object_label)s was opened."), _tokens),
        EventKind("integration_account.closed", _("Integration account %(object_label)s was closed."), _tokens),
        EventKind("integration_account.handed_over", _("Integration account %(object_label)s now belongs to %(owner)s."), _tokens),
        EventKind("token.created", _("Token %(token)s of %(object_label)s was created."), _tokens),
        EventKind("token.revoked", _("Token %(token)s of %(object_label)s was revoked."), _tokens),
        EventKind("guide.hidden", _("%(object_label)s put the first steps away.")),
        EventKind("guide.shown", _("%(object_label)s took the first steps out again.")),
        EventKind("person.signed_in", _("%(object_label)s signed in.")),
        EventKind("person.signed_out", _("%(object_label)s signed out.")),
        EventKind("person.session_ended", _("%(object_label)s ended a sign-in (%(device)s).")),
        EventKind("person.sessions_ended", _("Sign-ins of %(object_label)s were ended: %(number)s.")),
        EventKind("person.sign_in_failed", _("A sign-in as %(email)s failed.")),
        EventKind("person.locked_out", _("Sign-in as %(email)s was locked for a while after too many failures."), _people),
        EventKind("person.link_asked", _("A link to choose a new password was asked for %(email)s.")),
        EventKind("person.password_changed", _("%(object_label)s changed the password.")),
        EventKind("person.second_factor_changed", _("%(object_label)s changed the second factor (%(change)s).")),
        EventKind("signature.authentication_failed", _("%(object_label)s failed to confirm a signature.")),
    )
