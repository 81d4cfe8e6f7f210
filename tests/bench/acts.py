"""What people wait for when they press a button: each act on the scaled database, by its page or service, and taken back again.

Run inside the product's environment (`manage.py shell`); prints one JSON list of [name, milliseconds, floor, asked, readings]. The
commit and what happens after it are not in these figures: every repetition is rolled back, so that the next finds the same. What a commit
itself takes has a row of its own.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from statistics import median
from time import perf_counter
from typing import Any
from unittest.mock import patch

from django.db import connection, transaction
from django.http import HttpResponseBase
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import Client, Role, User
from audit.context import Channel, acting
from audit.events import record
from audit.models import Event
from catalogue.models import Compound, CompoundFingerprint
from catalogue.parents import FINGERPRINT_BITS, fingerprint
from projects.alike import LEAST, MOST_COMPOUNDS
from projects.models import Phase, Project
from projects.services import publishing
from projects.services.milestones import MilestoneDraft, add_milestone
from projects.services.plan import reschedule_milestone
from tests.projects import factories as make

WARM_UP = 3
MILESTONES = 200
ASKED_MS = 150.0
COMPOUNDS, SIMILAR_MS = 10_000, 100.0
WORDS = {"reason_class": "material", "side": "third_party", "reason": "The solvent came late."}
Measured = list[Any]


def taken_back(act: Callable[[], object], times: int) -> float:
    """The median in milliseconds."""
    return in_turn(times, act)[0]


def in_turn(times: int, *acts: Callable[[], object]) -> list[float]:
    """The medians in milliseconds of acts that are done one after the other, and taken back."""
    spent: list[list[float]] = [[] for _ in acts]
    for _ in range(times + WARM_UP):
        for found, act in zip(spent, acts, strict=True):
            with transaction.atomic():
                began = perf_counter()
                act()
                found.append((perf_counter() - began) * 1000)
                transaction.set_rollback(True)
    return [median(each[WARM_UP:]) for each in spent]


def own_client() -> Client:
    """None of the demo's, whose names are taken."""
    return Client.objects.get_or_create(
        code="BENCH", defaults={"name": "Client of the bench", "country": "CH", "asks_confidentiality": False}
    )[0]


def as_person(user: User | None) -> Browser:
    browser = Browser(headers={"host": "localhost"})
    if user is not None:
        browser.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return browser


def answered(answer: HttpResponseBase) -> None:
    assert answer.status_code == 302, (answer.status_code, getattr(answer, "content", b"")[:2000])


def submitting(times: int) -> Iterator[Measured]:
    request = make.an_rfp(own_client(), **make.COMPLETE_REQUEST)
    browser, address = as_person(make.person(Role.BUSINESS_DEVELOPMENT)), reverse("rfp-submit", args=[request.number])
    yield ["Submit a request, by its page", taken_back(lambda: answered(browser.post(address)), times), None, ASKED_MS, times]


@contextmanager
def password_timed() -> Iterator[list[float]]:
    """How long each check of a password takes: it is slow on purpose, so that nobody tries many."""
    check, spent = User.check_password, list[float]()

    def timed(user: User, typed: str) -> bool:
        began = perf_counter()
        right = check(user, typed)
        spent.append((perf_counter() - began) * 1000)
        return right

    with patch.object(User, "check_password", timed):
        yield spent


def shown_hash(page: HttpResponseBase) -> str:
    found = re.search(rb'name="expected_hash" value="(\w+)"', getattr(page, "content", b""))
    assert found, "The page shows nothing that could be signed."
    return found[1].decode()


def a_decision() -> Callable[[], None]:
    """The last signature of a gate that is ready, by its page."""
    project = make.a_project_ready_for_g1(own_client())
    review = make.propose(project)
    *before, last = review.signers
    make.sign(project, *before)
    signer = make.person(last)
    signer.set_password(make.PASSWORD)
    signer.save()
    browser = as_person(signer)
    hash_now = shown_hash(browser.get(reverse("project-gate", args=[project.code])))
    signed = {"password": make.PASSWORD, "expected_hash": hash_now}

    def sign() -> None:
        answered(browser.post(reverse("gate-sign", args=[project.code, last]), signed))
        assert Project.objects.get(pk=project.pk).phase == Phase.SMALL_SCALE

    return sign


def deciding(times: int) -> Iterator[Measured]:
    sign = a_decision()
    with password_timed() as passwords:
        whole = taken_back(sign, times)
    name = "Sign a gate's decision, the last of its signatures, by its page (G1: phase, tasks, plan, messages)"
    yield [f"{name}: whole", whole, None, None, times]
    yield [f"{name}: without the check of the password", whole - median(passwords), None, ASKED_MS, times]


def a_slip() -> tuple[int, Callable[[], object], Callable[[], object]]:
    """How many milestones of a project of its own moved; what shows the mail about it, and what publishes it."""
    project = make.a_project_in(Phase.SMALL_SCALE, own_client())
    for number in range(MILESTONES):
        draft = MilestoneDraft(title=f"Lot {number} delivered", kind="contract", client_sees=True)
        add_milestone(
            project.code,
            draft,
            phase=Phase.SMALL_SCALE,
            after="sample_shipped",
            lag_days=number % 40,
            reason="Named in the contract.",
            actor=make.manager(),
        )
    publishing.publish_all_shared(project, actor=make.manager())
    later = timezone.localdate() + timedelta(days=200)
    reschedule_milestone(project.code, "sample_shipped", not_before=later, actor=make.manager(), reason="The reactor is occupied.")
    keys = [move.key for move in publishing.pending_moves(project)]
    assert len(keys) >= MILESTONES, len(keys)

    browser, address = as_person(make.manager()), reverse("project-publish", args=[project.code])
    typed = {**WORDS, "keys": keys}
    confirmed = {**typed, "confirmed": "1", "expected_hash": shown_hash(browser.post(address, typed))}
    return len(keys), lambda: shown_hash(browser.post(address, typed)), lambda: answered(browser.post(address, confirmed))


def publishing_a_slip(times: int) -> Iterator[Measured]:
    number, show, publish = a_slip()
    yield [f"Show the mail about a slip over {number} milestones, by its page", taken_back(show, times), None, None, times]
    yield [f"Publish a slip over {number} milestones, by its page", taken_back(publish, times), None, ASKED_MS, times]


def recording(times: int) -> Iterator[Measured]:
    """One event through `record`, beside a bare INSERT of the same row."""
    project, actor = make.a_project(own_client()), make.manager()
    record("project.held", project, actor=actor, reason="Bench")
    row = Event.objects.order_by("-pk").first()
    assert row is not None
    columns = [field.column for field in Event._meta.concrete_fields if not field.primary_key and not field.generated]
    names = ", ".join(connection.ops.quote_name(name) for name in columns)
    table = connection.ops.quote_name(Event._meta.db_table)

    def bare() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {table} WHERE id = %s", [row.pk])

    ours, floor = in_turn(times, lambda: record("project.held", project, actor=actor, reason="Bench"), bare)
    yield ["Write an event (floor: INSERT of the same row)", ours, floor, None, times]


def finding_similar_compounds(times: int) -> Iterator[Measured]:
    """Among ten thousand fingerprints as dense as those of drugs; what the page adds is one more query for the projects."""
    number = random.Random(1)
    made = Compound.objects.bulk_create(Compound(name=f"Bench {place}") for place in range(COMPOUNDS))
    rows = []
    for compound in made:
        on = set(number.sample(range(FINGERPRINT_BITS), number.randint(25, 80)))
        rows.append(CompoundFingerprint(compound=compound, bits="".join("01"[place in on] for place in range(FINGERPRINT_BITS))))
    CompoundFingerprint.objects.bulk_create(rows, batch_size=1000)
    asked = fingerprint(make.PARACETAMOL)

    def find() -> None:
        list(CompoundFingerprint.objects.alike(asked, least=LEAST).defer("bits")[:MOST_COMPOUNDS])

    yield [f"Similar compounds among {COMPOUNDS:,}", taken_back(find, times), None, SIMILAR_MS, times]


def committing(times: int) -> Measured:
    """What an act takes longer than its row says because it is kept. Not taken back: the bench's own client stays, and moves each time."""
    client, spent = own_client(), []
    for number in range(times + WARM_UP):
        with transaction.atomic():
            Client.objects.filter(pk=client.pk).update(address=f"Street {number}")
            began = perf_counter()
        spent.append((perf_counter() - began) * 1000)
    return ["COMMIT of one row, which each of these acts takes besides", median(spent[WARM_UP:]), None, None, times]


def main(times: int) -> None:
    with acting(channel=Channel.COMMAND):
        for measure in (submitting, deciding, publishing_a_slip, recording, finding_similar_compounds):
            with transaction.atomic():
                for row in measure(times):
                    print(json.dumps(row), flush=True)
                transaction.set_rollback(True)
        print(json.dumps(committing(times)), flush=True)
