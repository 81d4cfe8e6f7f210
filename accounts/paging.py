"""A table as the address asks for it: sorted, and one page of it."""

from __future__ import annotations

from django.http import HttpRequest
from django_tables2 import RequestConfig, Table


def show_page(table: Table, request: HttpRequest, per_page: int) -> None:
    """How many rows a page has is ours to say: no address asks for all of them at once. A page that does not exist is the nearest one."""
    RequestConfig(request, paginate=False).configure(table)
    table.paginate(per_page=per_page)
    table.page = table.paginator.get_page(request.GET.get("page"))
