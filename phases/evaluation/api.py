"""API route that submits a request for proposal: it opens the project and the departments' sheets."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts.requests import ApiRequest
from phases.evaluation import services
from projects.rfp_api import InternalRfpSerializer, RfpAct, rfp_as_data


class RfpSubmission(RfpAct):
    """Submit a request. Refused (409) with every question that is still open and needed for it; the answer names the project."""

    @extend_schema(operation_id="rfp_submit", request=None, responses=InternalRfpSerializer)
    def post(self, request: ApiRequest, number: str) -> Response:
        rfp_as_data(request, number)
        return self.run(request, number, lambda: services.submit_rfp(number, actor=request.user))
