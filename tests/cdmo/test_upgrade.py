"""An installation of the first release becomes one of this release, with everything that it holds.

`first_release/` is a backup that the first release wrote: the demo's people and four projects, of which one has passed three gates, with
signatures, documents, change orders and events. It is never written again: later releases must be able to read it as it is.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cdmo.installations import RESTORED, ask, manage

FIRST = Path(__file__).parent / "first_release"
LOOK = """
import json
from django.core.management import call_command
from django.test import Client
from accounts.models import User
from audit import files
from audit.models import Signature
from audit.signatures import verify
from documents.models import Rendition
from projects.models import Project
manager = Client(headers={"host": "localhost"})
manager.force_login(User.objects.get(email="pm@demo.example"))
codes = list(Project.objects.order_by("pk").values_list("code", flat=True))
below = ("", "plan/", "gate/", "documents/", "payments/", "sharing/", "activity/")
signatures = list(Signature.objects.all())
call_command("migrate", "--check", verbosity=0)  # ends all where one is missing
print(json.dumps({
    "answers": {f"/projects/{code}/{each}": manager.get(f"/projects/{code}/{each}").status_code for code in codes for each in below},
    "signatures": len(signatures),
    "broken": [f"{each.object_type.model} {each.object_id}: {check.words}" for each in signatures if not (check := verify(each)).valid],
    "damaged": [each.pk for each in Rendition.objects.all() if not files.is_intact(each.sha256)],
}))
"""


@pytest.fixture
def upgraded(empty: str, tmp_path: Path) -> tuple[str, Path]:
    """Address and store of an installation into which the backup was brought, and migrated."""
    done = manage(empty, tmp_path / "store", "restore", str(FIRST))
    assert done.returncode == 0, done.stderr
    return empty, tmp_path / "store"


def test_an_installation_of_the_first_release_keeps_its_record(upgraded: tuple[str, Path]) -> None:
    before = json.loads((FIRST / "manifest.json").read_text())["tables"]

    looked = manage(*upgraded, "shell", "--no-imports", "--command", LOOK)

    assert looked.returncode == 0, looked.stderr
    found = json.loads(looked.stdout.splitlines()[-1])
    assert set(found["answers"].values()) == {200}, found["answers"]
    assert len(found["answers"]) == 7 * before["projects_project"]
    assert (found["signatures"], found["broken"], found["damaged"]) == (before["audit_signature"], [], [])
    theirs = (
        "SELECT count(*) FROM projects_agreement{} JOIN projects_project AS project ON project.id = project_id AND project.client_id = {}"
    )
    for table, history in (("projects_agreement", ""), ("projects_agreementevent", "event")):
        assert ask(RESTORED, theirs.format(history, f"{table}.client_id"))[0][0] >= before[table], "each is of its project's client"
    kept = ("audit_event", "audit_signature", "accounts_user", "projects_project", "projects_milestone", "documents_rendition")
    assert {table: ask(RESTORED, f"SELECT count(*) FROM {table}")[0][0] for table in kept} == {table: before[table] for table in kept}
