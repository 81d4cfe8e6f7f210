from datetime import date

import pytest
from django import forms
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy

from audit.refusals import BadInput, Blocker, NotAllowed, Refused, add_to_form, require, require_none

SHEET = Blocker("sheet.open", gettext_lazy("The sheet of R&D is open."), "/sheets/1/", "R&D", date(2026, 3, 12))
PRICE = Blocker("price.missing", "The price is missing.")


class NameForm(forms.Form):
    name = forms.CharField(required=False)


def test_blocker_as_dict_is_plain_json() -> None:
    expected = {"key": "sheet.open", "words": "The sheet of R&D is open.", "link": "/sheets/1/", "owner": "R&D", "expected": "2026-03-12"}

    assert SHEET.as_dict() == expected
    assert PRICE.as_dict() == {"key": "price.missing", "words": "The price is missing.", "link": "", "owner": "", "expected": None}


def test_refused_carries_and_reads_every_reason() -> None:
    refused = Refused(blocker for blocker in (SHEET, PRICE))

    assert refused.blockers == (SHEET, PRICE)
    assert str(refused) == "The sheet of R&D is open. The price is missing."
    assert Refused(PRICE).blockers == (PRICE,)


def test_require_none_raises_only_with_blockers() -> None:
    require_none(())

    with pytest.raises(Refused) as refused:
        require_none([PRICE])

    assert refused.value.blockers == (PRICE,)


def test_require_raises_what_django_turns_into_403() -> None:
    require(True)

    with pytest.raises(NotAllowed, match="Only QA may do this") as refused:
        require(False, "Only QA may do this.")

    assert isinstance(refused.value, PermissionDenied)


def test_not_allowed_has_words_of_its_own() -> None:
    assert str(NotAllowed()) == "Your roles do not allow this."


def test_bad_input_accepts_one_message_or_several() -> None:
    bad = BadInput({"name": "Too short.", "code": ["Taken.", gettext_lazy("Too long.")]})

    assert bad.errors == {"name": ["Too short."], "code": ["Taken.", "Too long."]}
    assert str(bad) == "Too short. Taken. Too long."


def test_add_to_form_puts_messages_at_their_fields() -> None:
    form = NameForm({})

    add_to_form(form, BadInput({"name": ["Too short."], "elsewhere": ["No such client."], "": ["Not today."]}))

    assert form.errors == {"name": ["Too short."], "__all__": ["No such client.", "Not today."]}
