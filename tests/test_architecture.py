"""Rules about who may know whom, and what must not exist. An exception carries its reason here."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
LAYERS = [
    "audit",
    "accounts",
    "worksheets",
    "charts",
    "catalogue",
    "projects",
    "documents",
    "notifications",
    "process",
    "phases",
    "desk",
    "cdmo",
]
IMPORTS_INSIDE_ALLOWED = ("apps.py", "tasks.py", "manage.py")
BANNED_NAMES = {"utils.py", "helpers.py", "common.py", "misc.py"}
STATE_WRITTEN_PAST_THE_DOOR = re.compile(r"\.update\((?:[^)]*\W)?(phase|status|state)\s*=")


def sources() -> Iterator[Path]:
    for layer in LAYERS:
        yield from (path for path in (ROOT / layer).rglob("*.py") if "migrations" not in path.parts)


@pytest.mark.parametrize("layer", [layer for layer in LAYERS if layer in {c.label for c in apps.get_app_configs()}])
def test_relations_never_point_up(layer: str) -> None:
    """String foreign keys included. The user model stands below everything, so everybody may point at it."""
    height = {name: level for level, name in enumerate(LAYERS)}
    for model in apps.get_app_config(layer).get_models():
        for field in model._meta.get_fields():
            if field.is_relation and not field.auto_created and field.related_model and field.related_model != "self":
                target = field.related_model._meta
                if target.label == settings.AUTH_USER_MODEL or target.app_label not in height:
                    continue
                assert height[target.app_label] <= height[layer], f"{model._meta.label}.{field.name} points up to {target.label}"


def test_state_is_written_only_by_its_machine() -> None:
    found = [
        f"{path}:{number}"
        for path in sources()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if STATE_WRITTEN_PAST_THE_DOOR.search(line)
    ]

    assert found == []


def test_no_signal_receivers() -> None:
    found = [str(path) for path in sources() if re.search(r"@receiver\b|\bpost_save\b|\bpre_save\b|\bpost_transition\b", path.read_text())]

    assert found == []


def test_a_state_machine_stands_in_a_state_field() -> None:
    assert [str(path) for path in sources() if path.name != "states.py" and re.search(r"\bFSM\w*Field\b", path.read_text())] == []


def test_no_file_named_after_nothing() -> None:
    assert [str(path) for path in sources() if path.name in BANNED_NAMES] == []


def test_imports_stand_at_the_top() -> None:
    found = []
    for path in sources():
        if path.name in IMPORTS_INSIDE_ALLOWED:
            continue
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                found += [f"{path}:{node.lineno}" for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)]

    assert found == []


def test_services_name_who_acts() -> None:
    """Every public service that opens a transaction takes `actor`, or is called by the system with the reason given here."""
    without = {
        "next_in_series": "runs inside the numbered thing's service",
        "refresh_readiness": "derived data, nobody's act",
        "refresh_facts": "derived data, nobody's act",
        "mark_facts": "derived data, nobody's act",
        "refresh_out_of_date": "derived data, nobody's act",
        "a_day_has_passed": "the calendar's act",
        "ask_for_access_review": "the calendar's act",
        "ask_for_supplier_reviews": "the calendar's act",
        "render_version": "the worker's doorbell; the actor is who asked for the version",
    }
    found = []
    for path in sources():
        if "services" not in path.parts and path.name != "services.py":
            continue
        for node in ast.parse(path.read_text()).body:
            if (
                isinstance(node, ast.FunctionDef)
                and not node.name.startswith("_")
                and any(word in ast.dump(d) for d in node.decorator_list for word in ("atomic", "'act'"))
            ):
                named = {argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)}
                if "actor" not in named and node.name not in without:
                    found.append(f"{path}:{node.lineno} {node.name}")

    assert found == []


MEASURED = sorted(f"tests.bench.{path.stem}" for path in Path(__file__).with_name("bench").glob("*.py") if path.stem != "floor")


@pytest.mark.parametrize("name", [*MEASURED, "tests.compose.proof"])
def test_what_no_test_runs_can_be_started(name: str) -> None:
    """The measurements and the proof of the containers share code with the tests, and notice when it moves."""
    import_module(name)


def test_what_make_starts_needs_no_django_before_it() -> None:
    """Each of these starts the product itself."""
    names = "tests.bench.__main__, tests.bench.growth, tests.compose.proof"

    done = subprocess.run([sys.executable, "-c", f"import {names}"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
