"""A worker killed with SIGKILL in the middle of a rendering loses nothing: the next one makes exactly one file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

import pytest
from django.conf import settings
from django.db import connection
from pytest_django import Settings

from accounts.models import User
from audit.files import is_intact
from audit.models import Event
from documents import services
from documents.models import DocumentVersion, Rendition
from projects.models import Project

State = DocumentVersion.State
LEASE_SECONDS = 3


def database_url() -> str:
    """The address of the database that this test uses, for another process."""
    values = connection.settings_dict
    password = f":{values['PASSWORD']}" if values["PASSWORD"] else ""
    host = values["HOST"].replace("/", "%2F") if values["HOST"].startswith("/") else f"{values['HOST']}:{values['PORT'] or 5432}"
    return f"postgres://{values['USER']}{password}@{host}/{values['NAME']}"


@contextmanager
def worker(files: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A real worker with its sweeper, in a process group of its own."""
    environment = os.environ | {
        "CDMO_ENVIRONMENT": "test",
        "DATABASE_URL": database_url(),
        "CDMO_FILES_DIR": str(files),
        "RENDER_LEASE_SECONDS": str(LEASE_SECONDS),
        "SWEEP_SECONDS": "1",
        "PYTHONPATH": os.pathsep.join([str(settings.BASE_DIR), os.environ.get("PYTHONPATH", "")]),
    }
    beat = ["-B", "-s", str(files.parent / "beat")]
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "tests.documents.worker",
        "worker",
        "-c",
        "1",
        "-Q",
        "default,documents",
        *beat,
        "--without-mingle",
    ]
    with log.open("ab") as output:
        process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=output, stderr=output, start_new_session=True)
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """The whole worker at once: nobody is left to tidy up."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_for(condition: Callable[[], bool], log: Path, *, seconds: float = 90) -> None:
    deadline = monotonic() + seconds
    while not condition():
        if monotonic() > deadline:
            pytest.fail(f"Waited {seconds} s in vain.\n{log.read_text()[-4000:]}")
        sleep(0.05)


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_ends_in_exactly_one_file(
    project: Project, manager: User, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FILES_DIR = files = tmp_path / "files"
    monkeypatch.setattr(
        "documents.services.shared.render_version.delay", lambda _id: None
    )  # the bell is lost; the sweeper hears nothing of it
    log = tmp_path / "worker.log"
    log.touch()
    services.request_document("sample_large", actor=manager, project=project)

    def state() -> str:
        return DocumentVersion.objects.values_list("state", flat=True)[0]

    def laying_out() -> bool:
        return DocumentVersion.objects.filter(state=State.RENDERING, progress_step="layout").exists()

    with worker(files, log) as first:
        wait_for(laying_out, log)
        kill(first)
    assert state() == State.RENDERING
    assert not Rendition.objects.exists()

    with worker(files, log):
        wait_for(lambda: state() == State.DRAFT, log)
        sleep(2 * LEASE_SECONDS / 3)

    version = DocumentVersion.objects.get()
    rendition = Rendition.objects.get()
    assert version.attempts == 2
    assert rendition.content_hash == version.content_hash
    assert is_intact(rendition.sha256)
    assert [path.name for path in files.rglob("*") if path.is_file()] == [rendition.sha256]
    assert Event.objects.filter(kind="document.rendered").count() == 1
