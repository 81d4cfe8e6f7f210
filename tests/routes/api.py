"""The root of the API, and what a client's system reads of projects, requests and documents."""

from __future__ import annotations

from tests.routes.kinds import OPEN_TO_ALL, api_act, api_list, api_object

API_ROUTES = {
    "api-root": api_list(),
    "api-schema": OPEN_TO_ALL,
    "api-docs": OPEN_TO_ALL,
    "api-search": api_list(),
    "api-project-list": api_list(),
    "api-project-detail": api_object(),
    "api-project-gate": api_object(own=404, tokens=404),
    "api-project-gate-proposal": api_act(),
    "api-project-gate-withdrawal": api_act(),
    "api-project-gate-waivers": api_act(),
    "api-project-gate-signature": api_act(),
    "api-project-gate-refusal": api_act(),
    "api-project-gate-meeting": api_object(own=404, tokens=404),
    "api-project-gate-minutes": api_object(own=404, tokens=404, arguments={"gate": "G1", "round": 1}),
    "api-project-gates": api_object(own=404, tokens=404),
    "api-project-gate-round": api_object(own=404, tokens=404, arguments={"gate": "G1", "round": 1}),
    "api-milestone-list": api_list(),
    "api-waiting": api_list(),
    "api-deliverable-list": api_list(),
    "api-rfp-list": api_list(),
    "api-rfp-detail": api_object(own=404, tokens=404, number="rfp"),
    "api-rfp-submit": api_act(number="rfp"),
    "api-rfp-decline": api_act(number="rfp"),
    "api-rfp-files": api_object(own=404, tokens=404, number="rfp"),
    "api-rfp-file": api_object(own=404, tokens=404, number="rfp", arguments={"pk": "attached"}),
    "api-rfp-file-kind": api_act(number="rfp", pk="attached"),
    "api-rfp-file-remove": api_act(number="rfp", pk="attached"),
    "api-document-list": api_list(),
    "api-document-detail": api_object(),
    "api-document-file": api_object(),
}
