"""The RFP Record: what the client said, group by group, and what is still to be asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.db.models import TextField
from django.utils.translation import gettext as _t

from charts.look import written
from documents.content import Column, data_table, key_values, shortest
from phases.evaluation.rfp_document_2 import PARTS, parts_of_version_2
from projects.agreements import bearing_on
from projects.completeness import completeness_of
from projects.limits import EMPTY
from projects.models import Agreement, Rfp
from projects.rfp_fields import GROUPS, STARRED, UNTOLD, Group, answer_of, field_of, heading_of

ELSEWHERE = frozenset({"wanted", "structure_text"})  # printed in a section of its own, or as what follows from it
OMITTED = ELSEWHERE | set(UNTOLD)  # a client may be shown the record: what we think and what our conflict check found is not in it
# What makes a record out of date. Not the composition: it follows from the structure.
DATED_BY = ("parties", "wanted", "groups", *PARTS, "questions", "missing", "files")


def rfp_record(rfp: Rfp) -> dict[str, Any]:
    """Everything the client said, and what is still to be asked."""
    return {
        "subtitle": _t("What the client asked for, as recorded"),
        "parties": key_values(
            (_t("Client"), rfp.client.name),
            (_t("Contact"), rfp.contact.name),
            (_t("Contact's e-mail"), rfp.contact.email),
            (_t("First contact"), rfp.get_channel_display()),
            (_t("Received"), rfp.received_at),
            (_t("Account owner"), rfp.account_owner),
        ),
        "reach": key_values(*_reach(rfp)),
        "wanted": rfp.wanted,
        "groups": [printed for group in GROUPS if (printed := _group(rfp, group)) is not None],
        "composition": key_values(*_composition(rfp)),
        "questions": data_table(
            [Column(_t("Question"), 45), Column(_t("Asked"), 15), Column(_t("Answer"), 40)],
            [(row.question, row.asked_at.date(), row.answer or _t("open")) for row in rfp.clarifications.all()],
            empty=_t("No question was asked."),
        ),
        "missing": [str(question.words) for question in completeness_of(rfp).open],
        "files": data_table(
            [Column(_t("File"), 50), Column(_t("SHA-256"), 50)],
            [(row.name, row.sha256) for row in rfp.files.all()],
            empty=_t("No file was sent."),
        ),
    }


def _reach(rfp: Rfp) -> Iterator[tuple[str, Any]]:
    """How the client is reached, and under which confidentiality agreement; what is not recorded is left out."""
    client, contact = rfp.client, rfp.contact
    told = [
        (_t("Country"), client.country),
        (_t("Contact's position"), contact.position),
        (_t("Contact's telephone"), contact.phone),
        (_t("Time zone"), client.time_zone),
        (_t("Language"), client.get_language_display()),
    ]
    yield from ((label, said) for label, said in told if said)
    agreements = bearing_on(rfp.client_id, getattr(rfp, "project", None)).filter(kind=Agreement.Kind.CONFIDENTIALITY)
    for each in agreements.order_by("-effective_on"):
        yield _t("Confidentiality agreement"), _term(each)


def _term(agreement: Agreement) -> str:
    values = {"number": agreement.number, "first": written(agreement.effective_on), "last": written(agreement.expires_on)}
    if agreement.expires_on is None:
        return _t("%(number)s, from %(first)s without an end") % values
    return _t("%(number)s, %(first)s to %(last)s") % values


def dating(rfp: Rfp) -> dict[str, Any]:
    """With what dates a record of version 2."""
    return rfp_record(rfp) | parts_of_version_2(rfp)


def _group(rfp: Rfp, group: Group) -> dict[str, Any] | None:
    """What is answered, and what had to be asked; short answers as a list, longer ones as text under their own head."""
    names = [name for name in group.fields if name not in OMITTED]
    rows = [*_rows(rfp, (name for name in names if not _is_long(name)))]
    rows += _derived(rfp) if group.key == "molecule" else []
    texts = [{"title": label, "text": str(said)} for label, said in _rows(rfp, filter(_is_long, names))]
    return {"key": group.key, "title": str(group.title), "rows": key_values(*rows), "texts": texts} if rows or texts else None


def _rows(rfp: Rfp, names: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """Label and answer; of what had to be asked also where nobody has."""
    for name in names:
        if getattr(rfp, name) not in EMPTY:
            said = answer_of(rfp, name)
            yield heading_of(name), shortest(said) if isinstance(said, Decimal) else said
        elif name in STARRED:
            yield heading_of(name), _t("not asked yet")


def _is_long(name: str) -> bool:
    return isinstance(field_of(name), TextField)


def _derived(rfp: Rfp) -> list[tuple[str, Any]]:
    """What follows from the structure."""
    if not rfp.smiles:
        return [(_t("Structure"), _t("not asked yet"))]
    return [
        (_t("Molecular formula"), rfp.formula),
        (_t("Molar mass (g/mol)"), f"{rfp.molar_mass_g_per_mol:.2f}" if rfp.molar_mass_g_per_mol else ""),
        (_t("InChIKey"), rfp.inchikey),
        (_t("SMILES"), rfp.smiles),
    ]


def _composition(rfp: Rfp) -> Iterator[tuple[str, str]]:
    """What the structure is made of, and its stereochemistry."""
    found = rfp.composition
    if found is None:
        return
    if found.parts:
        yield _t("Made of"), found.words
        yield _t("Parent"), f"{found.parent_formula}, {found.parent_molar_mass_g_per_mol:.2f} g/mol, {found.parent_inchikey}"
        yield _t("Salt factor"), f"{found.salt_factor:.4f}"
    yield _t("Stereochemistry"), "; ".join(found.stereo.sentences)
