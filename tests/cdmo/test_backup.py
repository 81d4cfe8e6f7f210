"""A backup is worth what its restore gives: the same rows, the same bytes, the record still guarded, the feed still in order."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from storages.backends.s3 import S3Storage

from accounts.models import Role
from audit import files
from audit.context import Channel, acting
from audit.events import record
from audit.models import Event
from audit.outbox import RESTORE_GAP, UPPER_SQL, consume_all
from tests.audit.conftest import settle
from tests.buckets import bucket, environment_of, server
from tests.cdmo.installations import RESTORED, ask, manage
from tests.projects import factories as make

__all__ = ["bucket", "server"]
pytestmark = pytest.mark.django_db(transaction=True)
NEXT_PLACES = f"SELECT {UPPER_SQL}, (SELECT max(transaction_id) FROM audit_event), (SELECT max(transaction_id) FROM audit_outboxcursor)"


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A backup of an installation with a person, an event of the record that was read, and a file."""
    with acting(channel=Channel.SYSTEM), transaction.atomic():
        record("person.created", make.person(Role.PROJECT_MANAGER), actor=None, kind="Person")
    files.store_file(b"a rendition")
    settle()
    consume_all()
    call_command("backup", str(tmp_path / "backups"))
    (folder,) = (tmp_path / "backups").iterdir()
    return folder


def test_restores_everything_into_an_empty_installation(made: Path, empty: str, tmp_path: Path) -> None:
    manifest = json.loads((made / "manifest.json").read_text())

    done = manage(empty, tmp_path / "other", "restore", str(made))

    assert done.returncode == 0, done.stderr
    assert "restored and verified" in done.stdout
    assert manifest["tables"]["accounts_user"] >= 1
    assert {table: ask(RESTORED, f"SELECT count(*) FROM {table}")[0][0] for table in manifest["tables"]} == manifest["tables"]
    assert ask(RESTORED, "SELECT has_table_privilege('cdmo_app', 'audit_event', 'UPDATE, DELETE, TRUNCATE')") == [(False,)]
    guarded = (
        "SELECT count(*) FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid AND relrowsecurity WHERE relname = 'projects_project'"
    )
    assert ask(RESTORED, guarded) == [(2,)]  # the application's and the client's
    assert {path.name: path.read_bytes() for path in (tmp_path / "other").rglob("*") if path.is_file()} == {
        path.name: path.read_bytes() for path in (made / "files").iterdir()
    }
    ((place, last_event, cursor),) = ask(RESTORED, NEXT_PLACES)
    assert last_event <= manifest["position"] < manifest["position"] + RESTORE_GAP <= place  # what happens now comes behind what was read
    assert cursor == last_event


def test_files_go_from_a_bucket_through_the_backup_into_another(
    server: str, bucket: S3Storage, made: Path, empty: str, tmp_path: Path
) -> None:
    client = bucket.connection.meta.client
    client.create_bucket(Bucket="other")
    (kept,) = (made / "files").iterdir()

    done = manage(empty, tmp_path / "unused", "restore", str(made), **environment_of(server, "other"))

    assert "1 files, as of" in done.stdout, done.stderr
    assert kept.read_bytes() == b"a rendition"
    stored = client.get_object(Bucket="other", Key=f"sha256/{kept.name[:2]}/{kept.name}")
    assert stored["Body"].read() == b"a rendition"
    assert not (tmp_path / "unused").exists()


def test_a_damaged_file_in_a_bucket_stops_the_backup(bucket: S3Storage, tmp_path: Path) -> None:
    stored = files.store_file(b"abc")
    bucket.bucket.Object(f"cdmo/{stored.path}").put(Body=b"abd")

    with pytest.raises(CommandError, match="is damaged"):
        call_command("backup", str(tmp_path / "backups"))


def test_refuses_an_installation_with_data_before_anything_is_written(made: Path, settings: Any, tmp_path: Path) -> None:
    events = Event.objects.count()
    settings.FILES_DIR = tmp_path / "other"

    with pytest.raises(CommandError, match="holds an installation already"):
        call_command("restore", str(made))

    assert Event.objects.count() == events
    assert list(files.stored_files()) == []


@pytest.mark.parametrize("name", ["database.dump", "files"])
def test_refuses_a_backup_that_was_changed(made: Path, name: str) -> None:
    path = made / name if (made / name).is_file() else next((made / name).iterdir())
    path.chmod(0o640)
    path.write_bytes(path.read_bytes() + b"x")

    with pytest.raises(CommandError, match="is not what the backup's manifest says; nothing was restored"):
        call_command("restore", str(made))


def test_refuses_a_backup_without_a_manifest_or_with_a_file_missing(made: Path, tmp_path: Path) -> None:
    next((made / "files").iterdir()).unlink()

    with pytest.raises(CommandError, match="missing from the backup"):
        call_command("restore", str(made))
    with pytest.raises(CommandError, match="no whole backup"):
        call_command("restore", str(tmp_path))


def test_a_damaged_file_stops_the_backup_and_leaves_none(settings: Any, tmp_path: Path) -> None:
    stored = Path(settings.FILES_DIR) / files.store_file(b"abc").path
    stored.chmod(0o640)
    stored.write_bytes(b"abd")

    with pytest.raises(CommandError, match="is damaged"):
        call_command("backup", str(tmp_path / "backups"))

    assert list((tmp_path / "backups").iterdir()) == []
