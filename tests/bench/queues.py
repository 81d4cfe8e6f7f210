"""What happens after an answer: a webhook, and a charter asked for while ten thousand documents wait.

The parts that write run inside the product's environment (`manage.py shell`); the workers are the product's own.
"""

from __future__ import annotations

import json
from time import sleep, time

from django.utils import timezone

from accounts.models import Role, User
from audit.context import Channel, acting
from cdmo.celery import app
from cdmo.health import redis_client
from documents.models import Document, DocumentVersion
from documents.services import request_document
from documents.tasks import render_version
from notifications.services.webhooks import create_webhook, disable_webhook
from projects.models import Project
from projects.services.lifecycle import hold_project, resume_project
from tests.projects import factories as make

PAUSE_SECONDS = 0.3
PATIENCE_SECONDS = 120.0
CONTENT = ("snapshot", "narrative", "template_version", "content_hash", "reason")


def a_running_project() -> Project:
    return Project.objects.filter(status="active", project_manager__isnull=False).exclude(charter=None).latest("pk")


def rest() -> None:
    """What the copies, or a run that was stopped, left in the queue of documents waits no longer, and nobody is rung for it."""
    DocumentVersion.objects.unrendered().update(failed_at=timezone.now())
    broker = redis_client()
    broker.delete("documents")
    broker.close()


def waiting() -> int:
    """How many tasks wait in the broker or with a worker, or are being worked on."""
    broker, workers = redis_client(), app.control.inspect(timeout=2)
    try:
        queued = int(broker.llen("default")) + int(broker.llen("documents"))  # type: ignore[arg-type]
    finally:
        broker.close()
    return queued + sum(len(tasks) for held in (workers.active(), workers.reserved()) for tasks in (held or {}).values())


def acts(url: str, times: int) -> None:
    """Hold and resume a project of a client whose system listens; prints its number and the moments after each commit, in order."""
    with acting(channel=Channel.COMMAND):
        project, keeper = a_running_project(), User.objects.holding(Role.BUSINESS_DEVELOPMENT).filter(is_active=True).earliest("pk")
        webhook, _secret = create_webhook(project.client_id, url=url, actor=keeper, description="Bench")
        moments = []
        for number in range(times):
            act = resume_project if number % 2 else hold_project
            act(project.code, actor=project.project_manager, reason="Measured.")
            moments.append(time())
            sleep(PAUSE_SECONDS)
        if times % 2:
            resume_project(project.code, actor=project.project_manager, reason="Measured.")
    print(json.dumps([webhook.pk, moments]))


def disable(webhook: int) -> None:
    with acting(channel=Channel.COMMAND):
        disable_webhook(webhook, actor=User.objects.holding(Role.BUSINESS_DEVELOPMENT).filter(is_active=True).earliest("pk"))


def crowd(number: int) -> None:
    """So many documents of one person wait, and a bell rings for each; the rows of an earlier run wait again."""
    project = a_running_project()
    pattern = DocumentVersion.objects.filter(document__project=project, document__type_key="project_charter").latest("pk")
    crowded = DocumentVersion.objects.filter(document__number__startswith="BENCH-")
    missing = number - crowded.count()
    taken = Document.objects.filter(number__startswith="BENCH-").count()
    documents = [a_copy(pattern.document, f"BENCH-{taken + each:06}") for each in range(missing)]
    Document.objects.bulk_create(documents, batch_size=1000)
    content = {name: getattr(pattern, name) for name in CONTENT}
    DocumentVersion.objects.bulk_create(
        (
            DocumentVersion(document=document, number=1, requested_by=pattern.requested_by, requested_at=timezone.now(), **content)
            for document in documents
        ),
        batch_size=500,
    )
    crowded.update(failed_at=None)
    for pk in crowded.values_list("pk", flat=True):
        render_version.delay(pk)
    print(crowded.count())


def a_copy(document: Document, number: str) -> Document:
    kept = ("type_key", "title", "project", "rfp", "client")
    return Document(number=number, about_kind="batch", about_reference=number, **{name: getattr(document, name) for name in kept})


def one_document(type_key: str) -> None:
    """Somebody asks for one document; prints the milliseconds from the click to its file, and how many others waited then."""
    with acting(channel=Channel.COMMAND):
        project, author = a_running_project(), make.person(Role.PROJECT_MANAGER, name="Somebody in a hurry")
        author = project.project_manager if type_key == "project_charter" else author
        began = time()
        version = request_document(type_key, actor=author, project=project, reason="Measured.")
        while not version.renditions.exists():
            assert time() - began < PATIENCE_SECONDS, "The document of one person waited behind those of another."
            sleep(0.02)
        spent = (time() - began) * 1000
    print(json.dumps([spent, DocumentVersion.objects.claimable(timezone.now()).count()]))


def disperse() -> None:
    """What still waits of the crowd waits no longer."""
    waiting = DocumentVersion.objects.filter(document__number__startswith="BENCH-", state__in=DocumentVersion.QUEUE)
    waiting.update(failed_at=timezone.now())
