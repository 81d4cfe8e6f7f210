"""Whose the rows of this app are, where their columns do not say it (audit/policies.py)."""

from __future__ import annotations

from audit.policies import declare, leave_open

CLIENT_RANK, PERSON_RANK = 0, 9


def register_policies() -> None:
    declare("accounts.Client", "id = {client}", through="{column} = {client}", rank=CLIENT_RANK)
    # Our people's names stand on a client's pages; what belongs to a person (mail, choices, tokens) is read by the own people only.
    declare(
        "accounts.User",
        "client_id IS NULL OR client_id = {client}",
        writes="client_id = {client}",
        through="{column} = ANY ({people})",
        rank=PERSON_RANK,
    )
    # Services ask who of ours holds a role, to ask or to tell them.
    declare(
        "accounts.RoleGrant",
        "EXISTS (SELECT 1 FROM accounts_user AS person WHERE person.id = accounts_rolegrant.user_id)",
        writes="accounts_rolegrant.user_id = ANY ({people})",
    )
    leave_open("accounts.Delegation", "between two of our own people")
    leave_open("accounts.Department", "our departments, the same for everybody")
