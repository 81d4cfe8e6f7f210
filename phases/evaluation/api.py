"""API route that submits a request for proposal: it opens the project and the departments' sheets."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_writes import once
from accounts.requests import ApiRequest
from phases.evaluation import services
from projects.rfp_api import EITHER_RFP, rfp_as_data


class RfpSubmission(APIView):
    """Submit a request. Refused (409) with every question that is still open and needed for it; the answer names the project."""

    @extend_schema(operation_id="rfp_submit", request=None, responses=EITHER_RFP)
    def post(self, request: ApiRequest, number: str) -> Response:
        rfp_as_data(request, number)

        def submit() -> Response:
            services.submit_rfp(number, actor=request.user)
            return Response(rfp_as_data(request, number))

        return once(request, submit, representation=lambda: rfp_as_data(request, number, lock=True))
