"""Everything that changes people, their roles, clients, contacts and tokens."""

from accounts.services.access import granted_hash, review_access, review_due_on, reviews
from accounts.services.clients import change_client, choose_confidentiality, choose_names, client_values, create_client, note_names_read
from accounts.services.contacts import change_contact, contact_left, contact_returned, contact_values, create_contact
from accounts.services.delegations import delegate, end_delegation
from accounts.services.guide import hide_guide, is_guide_hidden, show_guide
from accounts.services.people import (
    change_person,
    create_user,
    deactivate_user,
    end_role,
    give_role,
    grant_role,
    invite,
    open_account,
    reactivate_user,
    reset_second_factor,
    update_profile,
)
from accounts.services.sign_ins import SignedIn, end_other_sign_ins, end_own_sign_in, end_sign_ins_of, sign_ins_of
from accounts.services.systems import (
    close_integration_account,
    create_integration_account,
    create_token,
    hand_over_integration_account,
    revoke_token,
)

__all__ = [
    "SignedIn",
    "change_client",
    "change_contact",
    "change_person",
    "choose_confidentiality",
    "choose_names",
    "client_values",
    "close_integration_account",
    "contact_left",
    "contact_returned",
    "contact_values",
    "create_client",
    "create_contact",
    "create_integration_account",
    "create_token",
    "create_user",
    "deactivate_user",
    "delegate",
    "end_delegation",
    "end_other_sign_ins",
    "end_own_sign_in",
    "end_role",
    "end_sign_ins_of",
    "give_role",
    "grant_role",
    "granted_hash",
    "hand_over_integration_account",
    "hide_guide",
    "invite",
    "is_guide_hidden",
    "note_names_read",
    "open_account",
    "reactivate_user",
    "reset_second_factor",
    "review_access",
    "review_due_on",
    "reviews",
    "revoke_token",
    "show_guide",
    "sign_ins_of",
    "update_profile",
]
