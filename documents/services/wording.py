"""Changing the texts of document types. Documents that exist keep theirs; the next version of each is made with the new ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.events import record
from audit.refusals import BadInput, Blocker, Missing, Refused, missing_reason
from documents import narrative
from documents.registry import known
from documents.wording import HOUSE, HOUSE_TEXTS, TYPE_TEXTS, DocumentWording, newest_of

if TYPE_CHECKING:
    from accounts.models import User

LONGEST = {"introduction": 20_000, "closing": 20_000, "footer": 120, "address": 300}
LONGEST_GUIDANCE = 1000


@transaction.atomic
def change_wording(key: str, *, texts: Mapping[str, Any], reason: str, revision: int, actor: User) -> DocumentWording:
    """Write the next revision. `key` is a type, or empty for what every document carries; `revision` is the one that the form showed.

    Raises BadInput at the field, Refused when nothing differs or somebody was quicker.
    """
    require_permission("documents.change_wording", actor)
    declared = known(key)
    if key != HOUSE and (declared is None or not declared.is_generated):
        raise Missing(key)
    row = newest_of(key).get(key)
    if revision != (row.revision if row else 0):
        raise Refused(Blocker("wording.changed", _t("The texts have changed since you opened the page. Look again.")))
    content = _checked(texts, HOUSE_TEXTS if key == HOUSE else TYPE_TEXTS, missing_reason(reason))
    if declared is not None:
        content["guidance"] = _guidance(texts.get("guidance", {}), [section.key for section in declared.narrative])
    before = row.content if row else {}
    if content == before or not (before or any(_flat(content).values())):
        raise Refused(Blocker("wording.unchanged", _t("Nothing differs from what the record holds.")))
    try:
        with transaction.atomic():
            made = DocumentWording.objects.create(
                type_key=key, revision=revision + 1, content=content, reason=reason.strip(), made_by=actor
            )
    except IntegrityError as error:
        raise Refused(Blocker("wording.changed", _t("Somebody else changed the texts at this moment. Look again."))) from error
    title = str(declared.title) if declared else _t("all documents")
    values = {"number": made.revision, "title": title, "key": key}
    record("wording.changed", made, actor=actor, reason=reason.strip(), before=_flat(before), after=_flat(content), **values)
    return made


def _checked(texts: Mapping[str, Any], names: tuple[str, ...], errors: dict[str, list[str]]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for name in names:
        text = str(texts.get(name, ""))
        content[name] = narrative.sanitise(text) if name in TYPE_TEXTS else text.strip()
        if len(text) > LONGEST[name]:
            errors[name] = [_t("Use at most %(limit)d characters.") % {"limit": LONGEST[name]}]
    if "\n" in content.get("footer", ""):
        errors["footer"] = [_t("The foot of a page has one line.")]
    if errors:
        raise BadInput(errors)
    return content


def _guidance(given: Mapping[str, str], sections: list[str]) -> dict[str, str]:
    found = {key: given.get(key, "").strip() for key in sections}
    errors = {f"guidance_{key}": [_t("The text is too long.")] for key, text in found.items() if len(text) > LONGEST_GUIDANCE}
    if errors:
        raise BadInput(errors)
    return {key: text for key, text in found.items() if text}


def _flat(content: Mapping[str, Any]) -> dict[str, str]:
    guidance = content.get("guidance", {})
    return {name: text for name, text in content.items() if name != "guidance"} | {
        f"guidance: {key}": text for key, text in guidance.items()
    }
