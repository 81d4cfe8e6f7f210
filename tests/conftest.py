"""What every test gets: a fast password hasher, the seeded departments, task doorbells that stay silent, files of its own."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from _pytest import runner
from django.conf import settings as django_settings
from hypothesis import settings as hypothesis_settings
from hypothesis.configuration import set_hypothesis_home_dir
from xdist.scheduler import LoadScopeScheduling

from cdmo.room import with_room
from tests.groups import together, turn
from tests.weighing import LONG, named, test_of

gc.disable()  # until all is imported: `pytest_collection_finish`
pytest_plugins = ["tests.stack", "tests.quick"]
set_hypothesis_home_dir(django_settings.BASE_DIR / ".state" / "cache" / "hypothesis")
hypothesis_settings.register_profile("ours", deadline=None)  # no test is about time: the machine may be busy
hypothesis_settings.load_profile("ours")


SLOW = (  # they walk every address, or take projects through whole phases before they ask anything
    "tests/attacks/",
    "tests/audit/test_outbox.py",
    "tests/audit/test_roles.py",
    "tests/cdmo/test_backup.py",
    "tests/cdmo/test_demo.py",
    "tests/cdmo/test_reporting.py",
    "tests/cdmo/test_settings.py",
    "tests/desk/test_as_client.py",
    "tests/desk/test_change_order_document.py",
    "tests/desk/test_kpis.py",
    "tests/desk/test_names.py",
    "tests/desk/test_pages.py",
    "tests/desk/test_portal.py",
    "tests/desk/test_portfolio.py",
    "tests/desk/test_status_report.py",
    "tests/documents/test_rendering.py",
    "tests/notifications/",
    "tests/phases/",
    "tests/projects/test_account.py",
    "tests/projects/test_answers_at_once.py",
    "tests/projects/test_approvals.py",
    "tests/projects/test_assessing.py",
    "tests/projects/test_baselines_and_scratch.py",
    "tests/projects/test_bid_conditions.py",
    "tests/projects/test_capacities.py",
    "tests/projects/test_change_orders.py",
    "tests/projects/test_charter_pages.py",
    "tests/projects/test_conditions.py",
    "tests/projects/test_conditions_pages.py",
    "tests/projects/test_cost_of_waiting.py",
    "tests/projects/test_delegations.py",
    "tests/projects/test_deliverable_pages.py",
    "tests/projects/test_evidence.py",
    "tests/projects/test_facts.py",
    "tests/projects/test_gate_signing.py",
    "tests/projects/test_gates.py",
    "tests/projects/test_gates_pages.py",
    "tests/projects/test_guards.py",
    "tests/projects/test_lifecycle.py",
    "tests/projects/test_lifecycle_commercial.py",
    "tests/projects/test_milestones_shaped.py",
    "tests/projects/test_occupancy.py",
    "tests/projects/test_order_lines.py",
    "tests/projects/test_payments.py",
    "tests/projects/test_permissions.py",
    "tests/projects/test_plan.py",
    "tests/projects/test_plan_pages.py",
    "tests/projects/test_published_dates.py",
    "tests/projects/test_quotation_pages.py",
    "tests/projects/test_readiness.py",
    "tests/projects/test_renewals.py",
    "tests/projects/test_rounds.py",
    "tests/projects/test_rounds_pages.py",
    "tests/projects/test_starts.py",
    "tests/projects/test_status_pages.py",
    "tests/projects/test_tailoring.py",
    "tests/projects/test_tasks.py",
    "tests/projects/test_team.py",
    "tests/projects/test_variance.py",
    "tests/projects/test_visibility_log.py",
    "tests/projects/test_waivers.py",
    "tests/projects/test_what_if.py",
    "tests/projects/test_what_if_pages.py",
    "tests/routes/",
    "tests/test_api.py",
    "tests/test_api_acts.py",
    "tests/test_api_bodies.py",
    "tests/test_api_gates.py",
    "tests/test_api_rfps.py",
    "tests/test_api_writes.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is too slow for `make test-fast` is marked, and what for `make test`."""
    long = named(LONG.read_text())
    for item in items:
        if test_of(item.nodeid) in long:
            item.add_marker(pytest.mark.long)
        if item.nodeid.startswith(SLOW):
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: turn(item.nodeid))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """As pytest's own, with the room for deep calls that the product's requests, tasks and commands have."""
    return with_room(runner.pytest_runtest_protocol)(item, nextitem)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    if nextitem and together(item.nodeid) == "product" != together(nextitem.nodeid):
        from tests.stack import RUNNING  # a plugin, which is imported after this file

        RUNNING.close()


def pytest_configure() -> None:
    """Stories of an earlier run are forgotten (tests/projects/remembered.py)."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        shutil.rmtree(django_settings.BASE_DIR / ".state" / "cache" / "told", ignore_errors=True)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """A file that cannot be imported ends the run at once; side by side, the others would run to their end first."""
    if report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        pytest.exit(f"{report.nodeid} cannot be collected:\n{report.longreprtext}", returncode=pytest.ExitCode.TESTS_FAILED)


def pytest_collection_finish() -> None:
    """What is imported by now stays; the garbage collector that walks through it again and again costs a tenth of the tests' time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()


class GroupsTogether(LoadScopeScheduling):
    """For `-n 3`: whole files and groups go to one process each."""

    def _split_scope(self, nodeid: str) -> str:
        return together(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> GroupsTogether:
    config.option.loadscopereorder = False
    return GroupsTogether(config, log)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest, django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: Any
) -> Iterator[pytest.MonkeyPatch]:
    """Every process of a run copies one database: migrating takes far longer."""
    with pytest.MonkeyPatch.context() as patch:
        if not request.config.getoption("reuse_db"):
            from django.db import connection

            from tests.migrated import migrated_once

            with django_db_blocker.unblock():
                connection.settings_dict["TEST"]["TEMPLATE"] = migrated_once()
            patch.setattr("django.core.management.call_command", lambda *_told, **_named: None)  # the copy is not migrated again
        yield patch


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_modify_db_settings: pytest.MonkeyPatch, django_db_blocker: Any) -> Iterator[None]:
    """A client's request runs under its role, as in the product. Real transactions leave nothing but the departments."""
    from django.db import connection
    from django.test import TransactionTestCase

    from audit.roles import apply_client_role
    from tests.kept import departments_again, emptied

    django_db_modify_db_settings.undo()
    with django_db_blocker.unblock():
        apply_client_role(connection)
        departments_again()  # a database that is used again may have been left without
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", emptied)
        yield


@pytest.fixture(autouse=True, scope="session")
def own_cache() -> None:
    """Tests that run side by side count their sign-ins, and empty their cache, apart; what an earlier run counted is forgotten."""
    from django.core.cache import caches

    number = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    if number:
        cache = django_settings.CACHES["default"]
        cache["LOCATION"] = f"{cache['LOCATION']}?db={int(number) + 1}"
    caches["default"].clear()


@pytest.fixture(autouse=True, scope="session")
def clients_ask_for_no_secrecy() -> None:
    """Clients of the tests are entered as those that ask for none; tests of confidentiality take it back (`choose_confidentiality`)."""
    from django.db.models.signals import pre_save

    from accounts.models import Client

    def enter(instance: Client, **_said: Any) -> None:
        if instance._state.adding:
            instance.asks_confidentiality = False

    pre_save.connect(enter, sender=Client, weak=False)


@pytest.fixture(autouse=True, scope="session")
def fast_passwords() -> Iterator[None]:
    """The product's hasher takes a second by design."""
    before = django_settings.PASSWORD_HASHERS
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    yield
    django_settings.PASSWORD_HASHERS = before


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, settings: Any) -> None:
    """Uploads and renditions of a test go to its own folder."""
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture(autouse=True, scope="session")
def static_folder() -> None:
    """Nothing is collected for unit tests; the folder alone keeps the static-file middleware from warning."""
    Path(django_settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
