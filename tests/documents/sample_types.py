"""The document types of the tests: one with everything, one without signatures, one that is only uploaded."""

from __future__ import annotations

from accounts.models import Role
from documents.about import About, AboutKind
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
    usual_reason="Regular report.",
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
BATCH_WORDS: dict[str, str] = {}
BATCH = DocumentType(
    key="sample_batch",
    title="Sample batch record",
    phase=Phase.PILOT,
    number_prefix="XBR",
    template="documents_sample/report.html",
    build_context=lambda _project, about: sample.sample_data(2) | {"lead": BATCH_WORDS.get(about, "As it was made.")},
    about=About(AboutKind.BATCH),
)
ROUNDS: dict[str, str] = {}
MINUTES = DocumentType(
    key="sample_minutes",
    title="Sample minutes",
    phase="",
    number_prefix="XGM",
    template="documents_sample/report.html",
    build_context=lambda _project, _about: sample.sample_data(2),
    usual_reason="Minutes of the decision.",
    about=About(AboutKind.GATE_ROUND, lambda _project: ROUNDS),
)
OURS = DocumentType(
    key="sample_ours",
    title="Sample for us",
    phase="",
    number_prefix="XOU",
    template="documents_sample/report.html",
    build_context=lambda _project: sample.sample_data(2),
    for_us=True,
)
ALL = (SAMPLE, UNSIGNED, LARGE, UPLOADED, BATCH, MINUTES, OURS)
