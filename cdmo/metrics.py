"""What Prometheus reads at /metrics: requests as this web server counts them, and the queues as they stand in database and broker."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from ipaddress import ip_address

import structlog
from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.db import connection
from django.db.models import Min
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from audit.middleware import channel_of
from audit.outbox import lag_seconds
from cdmo.health import redis_client
from documents.models import DocumentVersion

log = structlog.get_logger(__name__)

SECONDS = (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
QUEUES = (settings.CELERY_TASK_DEFAULT_QUEUE, "documents")
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
WINDOW = timedelta(hours=1)
REQUESTS = Counter("cdmo_requests", "Requests answered.", ["method", "route", "status"])
DURATIONS = Histogram("cdmo_request_seconds", "How long an answer took.", ["route"], buckets=SECONDS)
RENDERINGS = """
    SELECT count(*), percentile_cont(ARRAY[0.5, 0.95, 1]) WITHIN GROUP (ORDER BY extract(epoch FROM r.created_at - v.started_at))
    FROM documents_rendition r JOIN documents_documentversion v ON v.id = r.version_id
    WHERE r.created_at > %s AND v.started_at IS NOT NULL AND r.created_at >= v.started_at
"""


class MeasuringMiddleware:
    """Counts and times every request, and writes one line about it with the id that its events carry too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - began
        route = request.resolver_match.view_name if request.resolver_match else "none"
        method = request.method if request.method in METHODS else "other"  # a stranger may call any word a method
        REQUESTS.labels(method, route, response.status_code).inc()
        DURATIONS.labels(route).observe(seconds)
        if route not in ("healthz", "readyz", "metrics"):
            request_id, channel = getattr(request, "audit_request_id", ""), channel_of(request)
            line = {"method": request.method, "path": request.path, "route": route, "status": response.status_code}
            log.info("request", **line, milliseconds=round(seconds * 1000), request=request_id, channel=str(channel))
        return response


@never_cache
@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text format. To whoever may not read it there is no such page."""
    if not _may_read(request):
        raise Http404
    registry = CollectorRegistry()
    registry.register(Queues())
    counted = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):  # several processes serve: each writes its counts there
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    else:
        counted.register(REQUESTS)
        counted.register(DURATIONS)
    return HttpResponse(generate_latest(counted) + generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    token, given = settings.METRICS_TOKEN, request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and secrets.compare_digest(given.encode(), token.encode()):
        return True
    asked_from = get_client_ip(request)
    return bool(asked_from) and any(ip_address(asked_from) in network for network in settings.METRICS_ADDRESSES)


class Queues(Collector):
    """Read anew at each asking, with a fixed number of queries."""

    def collect(self) -> Iterator[Metric]:
        yield from self._broker()
        yield from self._documents()
        yield from self._renderings()
        lag = GaugeMetricFamily("cdmo_outbox_lag_seconds", "Age of the oldest event that a consumer has not read.", labels=["consumer"])
        for consumer, seconds in lag_seconds().items():
            lag.add_metric([consumer], seconds)
        yield lag

    def _broker(self) -> Iterator[Metric]:
        depth = GaugeMetricFamily("cdmo_queue_tasks", "Tasks that wait in the broker.", labels=["queue"])
        client = redis_client()
        try:
            for queue in QUEUES:
                depth.add_metric([queue], float(client.llen(queue)))  # type: ignore[arg-type]
        finally:
            client.close()
        yield depth

    def _documents(self) -> Iterator[Metric]:
        now = timezone.now()
        waiting = DocumentVersion.objects.unrendered()
        oldest = waiting.aggregate(oldest=Min("requested_at"))["oldest"]
        yield GaugeMetricFamily("cdmo_documents_waiting", "Versions whose PDF is not made yet.", value=waiting.count())
        age = (now - oldest).total_seconds() if oldest else 0
        yield GaugeMetricFamily("cdmo_oldest_waiting_document_seconds", "How long the oldest of them has waited.", value=age)

    def _renderings(self) -> Iterator[Metric]:
        with connection.cursor() as cursor:
            cursor.execute(RENDERINGS, [timezone.now() - WINDOW])
            count, seconds = cursor.fetchone()
        yield GaugeMetricFamily("cdmo_renderings_last_hour", "PDFs made within the last hour.", value=count)
        spread = GaugeMetricFamily("cdmo_rendering_seconds", "From the worker's claim to the file.", labels=["quantile"])
        for quantile, value in zip(("0.5", "0.95", "1"), seconds or (), strict=False):
            spread.add_metric([quantile], value)
        yield spread
