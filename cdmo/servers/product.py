"""The product's own processes: web, workers, beat; what they are told, and when they count as healthy."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass

from cdmo.servers.children import Child, wait_for
from cdmo.servers.layout import ROOT, Layout
from cdmo.servers.postgres import APPLICATION, OWNER, Postgres
from cdmo.servers.redis import Redis

WEB_WORKERS = "2"
WEB_THREADS = "4"


@dataclass(frozen=True)
class Addresses:
    """Where database and broker are: ours, or those that the environment names."""

    application: str
    owner: str
    broker: str


def addresses(postgres: Postgres | None, broker: Redis | None) -> Addresses:
    application = postgres.url(APPLICATION) if postgres else os.environ["DATABASE_URL"]
    owner = postgres.url(OWNER) if postgres else os.environ.get("MIGRATION_DATABASE_URL", application)
    return Addresses(application, owner, broker.url if broker else os.environ["REDIS_URL"])


def environment(layout: Layout, where: Addresses, **more: str) -> dict[str, str]:
    """What every process of the product is told."""
    ours = {
        "CDMO_ENVIRONMENT": os.environ.get("CDMO_ENVIRONMENT", "development"),
        "CDMO_STATE_DIR": str(layout.state),
        "DATABASE_URL": where.application,
        "MIGRATION_DATABASE_URL": where.owner,
        "REDIS_URL": where.broker,
        "DJANGO_SETTINGS_MODULE": "cdmo.settings",
        "PYTHONUNBUFFERED": "1",
        "VIRTUAL_ENV": sys.prefix,
    }
    return {**os.environ, **ours, **more}


def manage(environment: Mapping[str, str], *arguments: str) -> str:
    """Run one management command and give what it prints. Raises SystemExit with its output when it fails."""
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=dict(environment), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"manage.py {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def children(layout: Layout, environment: Mapping[str, str], port: int) -> list[Child]:
    """Web, a worker for short tasks, a worker for documents (a long report blocks neither the doorbells nor a short one), and beat."""
    serve = ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--workers", WEB_WORKERS, "--threads", WEB_THREADS, "--preload"]
    quiet = ["--graceful-timeout", "10", "--access-logfile", "-", "--control-socket", str(layout.sockets / "web.ctl")]
    celery = ["celery", "--app", "cdmo"]
    worker = [*celery, "worker", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    commands = {
        "web": ["gunicorn", "cdmo.wsgi", *serve, *quiet],
        "worker": [*worker, "--concurrency", "1", "--queues", "default", "--hostname", "default@%h"],
        "documents": [*worker, "--concurrency", "2", "--queues", "documents", "--hostname", "documents@%h"],
        "beat": [*celery, "beat", "--loglevel", "INFO", "--pidfile=", "--schedule", str(layout.state / "beat-schedule")],
    }
    return [
        Child(
            name,
            [sys.executable, "-m", *command],
            environment,
            layout.logs / f"{name}.log",
            death_signal=signal.SIGQUIT,  # at once: when we were killed, database and broker are going too
        )
        for name, command in commands.items()
    ]


def start(processes: list[Child], environment: Mapping[str, str], port: int) -> None:
    """Start everything and wait until it is healthy; beat last, since it rings for workers that answer."""
    *serving, beat = processes
    for child in serving:
        child.start()
    wait_until_healthy(serving, environment, port)
    beat.start()


def wait_until_healthy(processes: list[Child], environment: Mapping[str, str], port: int) -> None:
    """Web is ready (database, broker, migrations) and both workers answer."""
    wait_for("The web server", lambda: _answers(f"http://127.0.0.1:{port}/readyz"), processes)
    ping = [sys.executable, "-m", "cdmo.servers.ping_workers", "2"]
    if subprocess.run(ping, cwd=ROOT, env=dict(environment), stdout=subprocess.DEVNULL, check=False).returncode:
        raise SystemExit("The Celery workers did not answer; see the logs of worker and documents.")


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as response:  # noqa: S310 - our own address on loopback
            return bool(response.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
