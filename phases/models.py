"""The models of all slices; `phases` is one app with one migration history."""

from phases.evaluation.models import DepartmentAssessment, InquiryAssessment

__all__ = ["DepartmentAssessment", "InquiryAssessment"]
