"""How the web server runs in a container: `gunicorn --config deploy/gunicorn.py cdmo.wsgi`."""

import os
import shutil
from pathlib import Path
from typing import Any

METRICS = Path("/tmp/metrics")  # noqa: S108 - the container's own; every process of this server keeps its counts there
shutil.rmtree(METRICS, ignore_errors=True)
METRICS.mkdir()
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(METRICS)

bind = "0.0.0.0:8000"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
preload_app = True
max_requests, max_requests_jitter = 5000, 500
graceful_timeout = 20
timeout = 60
worker_tmp_dir = "/dev/shm"  # noqa: S108 - a heartbeat file must not wait for a disk
control_socket = "/tmp/web.ctl"  # noqa: S108 - the container's own
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "structlog.stdlib.ProcessorFormatter", "processors": "ext://audit.logging.PROCESSORS"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"gunicorn.error": {"level": "INFO", "propagate": True}},
}


def child_exit(server: Any, worker: Any) -> None:
    from prometheus_client import multiprocess  # noqa: PLC0415 - after the folder is there

    multiprocess.mark_process_dead(worker.pid)
