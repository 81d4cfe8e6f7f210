"""The document types of the tests: one with everything, one without signatures, one that is only uploaded."""

from __future__ import annotations

from accounts.models import Role
from documents.registry import DocumentType, Meaning, NarrativeSection, SignerSlot
from projects.models import Phase
from tests.documents import sample

EFFECTIVE: list[tuple[int, int]] = []
SAMPLE = DocumentType(
    key="sample_report",
    title="Sample report",
    phase=Phase.EVALUATION,
    number_prefix="XSR",
    template="documents_sample/report.html",
    build_context=lambda _project: sample.sample_data(12),
    narrative=(NarrativeSection("summary", "Summary", "What was done.", required=True), NarrativeSection("conclusion", "Conclusion")),
    signers=(
        SignerSlot(Meaning.APPROVED, Role.QUALITY_ASSURANCE),
        SignerSlot(Meaning.REVIEWED, Role.RESEARCH),
        SignerSlot(Meaning.APPROVED, Role.PROJECT_MANAGER),
    ),
    on_effective=lambda version, *, actor: EFFECTIVE.append((version.number, actor.pk)),
)
UNSIGNED = DocumentType(
    key="sample_status",
    title="Sample status",
    phase=Phase.EVALUATION,
    number_prefix="XST",
    template="documents_sample/report.html",
    build_context=lambda _project: sample.sample_data(2),
)
LARGE = DocumentType(
    key="sample_large",
    title="Sample with many rows",
    phase=Phase.EVALUATION,
    number_prefix="XLA",
    template="documents_sample/report.html",
    build_context=lambda _project: sample.sample_data(900),
)
UPLOADED = DocumentType(
    key="sample_upload",
    title="Sample upload",
    phase=Phase.PILOT,
    number_prefix="XUP",
    signers=(SignerSlot(Meaning.APPROVED, Role.QUALITY_ASSURANCE),),
)
ALL = (SAMPLE, UNSIGNED, LARGE, UPLOADED)
