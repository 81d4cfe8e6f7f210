"""Requests for proposal and documents."""

from __future__ import annotations

from tests.routes.kinds import act, of_project, ours, page

RFP_ROUTES = {
    "rfp-list": ours(),
    "rfp-new": ours(staff=403, business_development=200, project_manager=200),
    "rfp-parties": ours(),
    "rfp-similar": ours(),
    "rfp-questionnaire-xlsx": ours(),
    "rfp-intake-new": ours(staff=403, business_development=200, project_manager=200),
    "rfp-intake-detail": page(404, business_development=200, arguments={"pk": "intake"}),
    "rfp-intake-file": page(404, business_development=200, arguments={"pk": "intake"}),
    "rfp-intake-set-aside": act(pk="intake"),
    "rfp-kept": ours(),
    "rfp-confidentiality": of_project(number="rfp"),
    "rfp-reader-off": act(number="rfp", pk=1),
    "rfp-detail": of_project(number="rfp"),
    "rfp-autosave": act(number="rfp"),
    "rfp-standing": of_project(number="rfp"),
    "rfp-clock": of_project(number="rfp"),
    "rfp-structure": of_project(number="rfp"),
    "rfp-upload": act(number="rfp"),
    "rfp-files": of_project(number="rfp"),
    "rfp-file": of_project(number="rfp", pk="attached"),
    "rfp-file-kind": act(number="rfp", pk="attached"),
    "rfp-file-remove": act(number="rfp", pk="attached"),
    "rfp-client": act(number="rfp"),
    "rfp-decline": act(number="rfp"),
    "rfp-submit": act(number="rfp"),
}
DOCUMENT_ROUTES = {
    "document-list": page(200),
    "document-new": ours(),  # asks for the project
    "document-upload": ours(),
    "document-detail": page(200, outside=404, foreign=404),
    "project-documents": of_project(),
    "document-withdraw": act(),
    "document-share": act(),
    "document-unshare": act(),
    "document-status": page(200, outside=404, foreign=404, arguments={"version": 1}),
    "document-text": page(404, arguments={"version": 1, "section": "summary"}),  # a file made elsewhere has no text of ours
    "document-submit": act(version=1),
    "document-sign": act(version=1),
    "document-refuse": act(version=1),
    "document-retry": act(version=1),
    "document-snapshot": page(200, outside=404, foreign=404, arguments={"version": 1}),
    "document-uploaded": page(200, outside=404, foreign=404, arguments={"version": 1}),
    "document-pdf": page(404, arguments={"version": 1, "kind": "effective"}),  # this version is a file made elsewhere
}
