"""A worksheet by the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from audit.models import Event
from catalogue.models import Material, SupplierQuote
from tests.projects import factories as make
from tests.worksheets.rows import PRICE, TOLUENE, a_material, a_price, a_supplier, buyer

pytestmark = pytest.mark.django_db
PRICES = "/api/v1/worksheets/material-prices:TOL-99"


@pytest.fixture
def caller(client: Browser) -> Browser:
    client.force_login(buyer())
    return client


def send(caller: Browser, path: str, body: dict[str, Any], *, method: str = "post", **headers: str) -> Any:
    return getattr(caller, method)(path, body, content_type="application/json", headers=headers)


def test_a_worksheet_says_what_its_columns_are(caller: Browser) -> None:
    a_material()

    told = caller.get(f"{PRICES}/").json()

    columns = {each["name"]: each for each in told["columns"]}
    assert (told["may_change"], told["why_not"]) == (True, [])
    assert columns["price_per_kg"]["regulated"]
    assert (columns["pack_kg"]["heading"], columns["pack_kg"]["kind"], columns["pack_kg"]["unit"]) == ("Pack (kg)", "number", "kg")
    assert {"key": "EUR", "label": "EUR"} in columns["currency"]["choices"]
    assert not columns["standing"]["typed"]
    assert {"key": "material-prices", "title": "Prices", "parent": "material"} in caller.get("/api/v1/worksheets/").json()


def test_rows_are_listed_added_changed_with_what_was_read_and_taken_away(caller: Browser) -> None:
    added = send(caller, "/api/v1/worksheets/materials/rows/", {"values": TOLUENE})
    assert added.status_code == 201
    assert (added.json()["values"]["cas_number"], added.json()["values"]["in_use"]) == ("108-88-3", True)
    row = f"/api/v1/worksheets/materials/rows/{added.json()['id']}/"
    tag = caller.get(row)["ETag"]

    without = send(caller, row, {"values": {"storage": "cool"}}, method="patch")
    changed = send(caller, row, {"values": {"storage": "cool"}}, method="patch", **{"If-Match": tag})
    late = send(caller, row, {"values": {"storage": "dry"}}, method="patch", **{"If-Match": tag})

    assert (without.status_code, changed.status_code, late.status_code) == (428, 200, 412)
    assert Material.objects.get().storage == "cool"
    assert [each["id"] for each in caller.get("/api/v1/worksheets/materials/rows/").json()["results"]] == [added.json()["id"]]
    assert caller.delete(row).status_code == 204
    assert caller.get(row).status_code == 404


@pytest.mark.parametrize(("method", "body"), [("patch", {"values": {"note": "x"}, "reason": "y"}), ("delete", {})])
def test_what_was_read_is_compared_under_the_lock_of_the_parent(caller: Browser, method: str, body: dict[str, Any]) -> None:
    row = f"{PRICES}/rows/{a_price(a_material()).pk}/"
    tag = caller.get(row)["ETag"]

    with CaptureQueriesContext(connection) as asked:
        send(caller, row, body, method=method, **{"If-Match": tag})

    locks = [each["sql"].rpartition(" FOR ")[2] for each in asked if "UPDATE OF" in each["sql"]]
    assert locks[:2] == ['NO KEY UPDATE OF "catalogue_material"', 'UPDATE OF "catalogue_supplierquote"']


def test_a_wrong_cell_is_a_problem_by_its_column(caller: Browser) -> None:
    answer = send(caller, "/api/v1/worksheets/materials/rows/", {"values": TOLUENE | {"cas_number": "108-88-4", "kind": "poison"}})

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert set(answer.json()["errors"]) == {"kind", "cas_number"}
    assert "check digit" in answer.json()["errors"]["cas_number"][0]


def test_a_batch_answers_for_each_change_with_the_rows_and_the_totals(caller: Browser) -> None:
    a_material()
    a_supplier()
    changes = [{"act": "add", "values": PRICE | {"quantity_from_kg": number}} for number in (1, "some", "2,5")]

    told = send(caller, f"{PRICES}/batch/", {"changes": changes}).json()

    assert [each["saved"] for each in told["results"]] == [True, False, True]
    assert list(told["results"][1]["errors"]) == ["quantity_from_kg"]
    assert [row["values"]["quantity_from_kg"] for row in told["rows"]] == ["1", "2.5"]
    assert told["rows"][0]["links"]["supplier"].startswith("/suppliers/")
    assert SupplierQuote.objects.count() == 2


def test_a_batch_that_is_all_or_none_is_a_problem_by_row_and_column(caller: Browser) -> None:
    a_material()
    a_supplier()
    changes = [{"act": "add", "values": PRICE}, {"act": "add", "values": PRICE | {"currency": "Dollar", "quantity_from_kg": 1}}]

    answer = send(caller, f"{PRICES}/batch/", {"changes": changes, "all_or_none": True})

    assert (answer.status_code, set(answer.json()["errors"])) == (400, {"1.currency"})
    assert not SupplierQuote.objects.exists()


def test_a_batch_with_its_key_is_written_once(caller: Browser) -> None:
    a_material()
    a_supplier()
    body = {"changes": [{"act": "add", "values": PRICE}]}

    first, again = (send(caller, f"{PRICES}/batch/", body, **{"Idempotency-Key": "one"}) for _time in range(2))

    assert first.json() == again.json()
    assert SupplierQuote.objects.count() == 1


def test_a_conflict_says_what_is_there_now(caller: Browser) -> None:
    price = a_price(a_material(), note="First")

    change = {"act": "change", "id": price.pk, "values": {"note": "Third"}, "seen": {"note": "Second"}}
    (told,) = send(caller, f"{PRICES}/batch/", {"changes": [change]}).json()["results"]

    assert (told["saved"], told["now"]) == (False, {"note": "First"})


def test_the_reason_of_a_regulated_change_is_asked_for_by_its_name(caller: Browser) -> None:
    price = a_price(a_material())
    change = {"act": "change", "id": price.pk, "values": {"price_per_kg": 6.5}}

    without = send(caller, f"{PRICES}/batch/", {"changes": [change]})
    told = send(caller, f"{PRICES}/batch/", {"changes": [change], "reason": "New list"}).json()

    assert (without.status_code, set(without.json()["errors"])) == (400, {"reason"})
    assert told["rows"][0]["values"]["price_per_kg"] == "6.5"
    assert Event.objects.latest("pk").reason == "New list"


def test_who_may_not_change_it_reads_why(client: Browser) -> None:
    client.force_login(make.person(Role.ANALYTICAL))

    told = client.get("/api/v1/worksheets/materials/").json()
    refused = send(client, "/api/v1/worksheets/materials/rows/", {"values": TOLUENE})

    assert told["why_not"] == ["Materials are kept by research, material control and production."]
    assert (refused.status_code, refused.json()["detail"]) == (403, told["why_not"][0])


@pytest.mark.parametrize("path", ["materials/", "materials/rows/", "material-prices:TOL-99/", "material-prices:TOL-99/rows/"])
def test_a_client_finds_no_worksheet(client: Browser, path: str) -> None:
    a_material()
    client.force_login(make.person(Role.CLIENT_APPROVER))

    assert client.get(f"/api/v1/worksheets/{path}").status_code == 404
    assert send(client, f"/api/v1/worksheets/{path.split('/')[0]}/batch/", {"changes": []}).status_code == 404
