"""{% chart spec table_id %}: a chart in a page, with its name and the table that holds the same data."""

from __future__ import annotations

from typing import Any

from django import template

from charts.look import Spec

register = template.Library()


@register.inclusion_tag("charts/_chart.html")
def chart(spec: Spec, table_id: str) -> dict[str, Any]:
    """The specification as a data block in a template, which no browser executes, and the element that static/js/chart.js draws it in.

    table_id: the id of the table with the same data on the same page; the chart's own id follows from it.
    """
    return {"spec": spec, "table_id": table_id, "id": f"chart-{table_id}", "words": spec["description"]}
