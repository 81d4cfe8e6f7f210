from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from audit.context import acting
from audit.models import Signature
from audit.refusals import BadInput, NotAllowed, Refused
from audit.signatures import content_hash, register_content, sign, signatures_of, verify


@dataclass
class Shown:
    """What accounts.signing gives after the password was entered again."""

    user_id: Any
    method: str = "password"
    at: datetime = field(default_factory=timezone.now)


@pytest.fixture
def paper(thing: Any) -> Any:
    """The signed record: a content type, whose model name is its content."""
    register_content("contenttypes.ContentType", lambda obj: {"title": obj.model})
    return thing


def test_signature_says_who_when_and_what(person: Any, paper: Any) -> None:
    with acting(actor=person, channel="page", request_id="abc"):
        made = sign(paper, actor=person, meaning="Approval", authentication=Shown(person.pk, "password+totp"), reason="Complete.")

    kept = Signature.objects.get()
    assert (kept, kept.object, kept.object_label, kept.sequence) == (made, paper, str(paper), 1)
    assert (kept.signer, kept.signer_name, kept.signer_function, kept.meaning) == (person, "Ann Other", "Project Manager", "Approval")
    assert (kept.content, kept.content_hash) == ({"title": "event"}, content_hash(paper))
    assert (kept.authentication, kept.reason, kept.request_id, kept.on_behalf_of_name) == ("password+totp", "Complete.", "abc", "")
    assert abs(kept.signed_at - timezone.now()) < timedelta(minutes=1)


def test_signatures_of_are_in_their_order(person: Any, paper: Any) -> None:
    for meaning in ("Author", "Review", "Approval"):
        sign(paper, actor=person, meaning=meaning, authentication=Shown(person.pk))

    found = [(signature.sequence, signature.meaning) for signature in signatures_of(paper)]
    assert found == [(1, "Author"), (2, "Review"), (3, "Approval")]


def test_a_delegate_signs_with_own_name(person: Any, paper: Any) -> None:
    boss = type(person).objects.create(email="bea@example.com", full_name="Bea Boss", function="Head of Projects")

    made = sign(paper, actor=person, meaning="Approval", authentication=Shown(person.pk), on_behalf_of=boss)

    assert (made.signer_name, made.on_behalf_of_name) == ("Ann Other", "Bea Boss")


@pytest.mark.parametrize(
    ("seconds", "whose", "words"),
    [(61, 0, "too old"), (-5, 0, "too old"), (0, 1, "only by its owner")],
    ids=["old", "from the future", "somebody else's"],
)
def test_stale_or_foreign_authentication_is_refused(person: Any, paper: Any, seconds: int, whose: int, words: str) -> None:
    shown = Shown(person.pk + whose, at=timezone.now() - timedelta(seconds=seconds))

    with pytest.raises(NotAllowed, match=words):
        sign(paper, actor=person, meaning="Approval", authentication=shown)

    assert not Signature.objects.exists()


@pytest.mark.parametrize(
    ("attribute", "value", "words"), [("kind", "integration", "integration account"), ("is_active", False, "active account")]
)
def test_only_active_people_sign(person: Any, paper: Any, attribute: str, value: Any, words: str) -> None:
    setattr(person, attribute, value)

    with pytest.raises(NotAllowed, match=words):
        sign(paper, actor=person, meaning="Approval", authentication=Shown(person.pk))


def test_a_signature_without_actor_is_refused(paper: Any) -> None:
    with pytest.raises(NotAllowed):
        sign(paper, actor=None, meaning="Approval", authentication=Shown(None))


def test_meaning_is_required(person: Any, paper: Any) -> None:
    with pytest.raises(BadInput) as refused:
        sign(paper, actor=person, meaning=" ", authentication=Shown(person.pk))

    assert list(refused.value.errors) == ["meaning"]


def test_content_changed_since_it_was_shown_is_refused(person: Any, paper: Any) -> None:
    shown_hash = content_hash(paper)
    paper.model = "other"

    with pytest.raises(Refused, match="changed since it was shown"):
        sign(paper, actor=person, meaning="Approval", authentication=Shown(person.pk), expected_hash=shown_hash)

    assert not Signature.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_sign_outside_a_transaction_is_refused(person: Any, paper: Any) -> None:
    with pytest.raises(TransactionManagementError):
        sign(paper, actor=person, meaning="Approval", authentication=Shown(person.pk))


def test_verify_notices_a_change_and_its_undoing(person: Any, paper: Any) -> None:
    signature = sign(paper, actor=person, meaning="Approval", authentication=Shown(person.pk))

    checks = []
    for name in ("event", "changed", "event"):
        type(paper).objects.filter(pk=paper.pk).update(model=name)
        type(paper).objects.clear_cache()
        checks.append(verify(Signature.objects.get(pk=signature.pk)).valid)

    assert checks == [True, False, True]


def test_verify_of_given_content_checks_the_stored_copy(person: Any, paper: Any) -> None:
    proposal = {"decision": "go", "evidence": ["a1"]}

    signature = sign(paper, actor=person, meaning="Decision", authentication=Shown(person.pk), content=proposal)

    assert (signature.content, signature.content_hash) == (proposal, content_hash(paper, proposal))
    assert verify(signature).valid
    signature.content = {"decision": "stop", "evidence": ["a1"]}
    assert not verify(signature).valid


def test_verify_says_when_the_record_is_gone(person: Any, paper: Any) -> None:
    signature = sign(paper, actor=person, meaning="Approval", authentication=Shown(person.pk))

    signature.object_id = "0"

    assert not verify(signature).valid


def test_equal_content_of_another_record_has_another_hash(paper: Any, person: Any) -> None:
    assert content_hash(paper, {"a": 1}) != content_hash(person, {"a": 1})


def test_a_model_without_declared_content_cannot_be_signed(person: Any) -> None:
    with pytest.raises(LookupError, match="Nobody has declared"):
        sign(person, actor=person, meaning="Approval", authentication=Shown(person.pk))


def test_content_is_declared_once(paper: Any) -> None:
    with pytest.raises(ValueError, match="declared twice"):
        register_content("contenttypes.contenttype", lambda obj: {})


def test_two_signatures_with_one_number_are_impossible(person: Any, paper: Any) -> None:
    signature = sign(paper, actor=person, meaning="Approval", authentication=Shown(person.pk))
    signature.pk = None

    with pytest.raises(IntegrityError, match="signature_sequence"), transaction.atomic():
        signature.save(force_insert=True)


@pytest.mark.parametrize("attempt", ["update", "delete"])
def test_even_the_owner_changes_no_signature_by_accident(person: Any, paper: Any, attempt: str) -> None:
    signature = sign(paper, actor=person, meaning="Approval", authentication=Shown(person.pk))

    with pytest.raises(InternalError, match="Cannot update or delete"), transaction.atomic():
        Signature.objects.update(reason="other") if attempt == "update" else signature.delete()
