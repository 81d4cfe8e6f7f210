"""Making versions: from the data, from a file, and the text that people add."""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING, Any, BinaryIO

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _t

from accounts.languages import language_of
from accounts.names import function_of
from accounts.permissions import require_permission
from audit.refusals import BadInput, Blocker, Missing, Refused, require_none
from audit.spoken import spoken
from catalogue.models import Compound
from documents import narrative
from documents.about import checked_about, in_number
from documents.content import key_values
from documents.models import QUEUE_STATE, Document, DocumentVersion, Rendition
from documents.registry import DocumentType, SubjectKind, known
from documents.services.deliverables import deliverable_of, refresh_deliverable
from documents.services.shared import declared_type, hash_content, locked_version, record_about, ring
from documents.wording import pinned_texts
from projects.attachments import Attachment, take_upload
from projects.models import Project, Rfp
from projects.services.waiting import close_waits

if TYPE_CHECKING:
    from accounts.models import User

REASON_MAX_LENGTH = 500


@transaction.atomic
def request_document(
    type_key: str,
    *,
    actor: User,
    project: Project | None = None,
    rfp: Rfp | None = None,
    about: str = "",
    language: str = "",
    reason: str = "",
) -> DocumentVersion:
    """Pin the data as they are now in a new version and queue its PDF; the document is created with its first version.

    `about` names which batch, round or order, for a type of which a project has many documents; `language` another than that of the type
    (`language_for`). An open draft is superseded by the new
    version, which takes over its text. Raises Refused while a version is in review.
    """
    declared = _known_type(type_key)
    require_permission("documents.request", actor, declared)
    if not declared.is_generated:
        words = _t("%(title)s is not made from data here; upload the file.") % {"title": declared.title}
        raise Refused([Blocker("document.upload_only", words)])
    subject = _visible_subject(declared, actor, project, rfp)
    require_none(declared.missing(subject) if declared.missing else [])
    document = _document(declared, subject, about)
    spoken_in = language or language_for(declared, subject, about)
    version = _add_version(document, declared, actor=actor, language=spoken_in, reason=reason, source=DocumentVersion.Source.GENERATED)
    _pin(version, declared, data_now(version, declared))
    record_about("document.requested", version, actor=actor, reason=version.reason)
    ring(version)
    return version


def language_for(declared: DocumentType, subject: Project | Rfp, about: str = "") -> str:
    if declared.speaks is not None:
        return declared.speaks(subject, about)
    return language_of(subject.client) if declared.in_their_language else settings.LANGUAGE_CODE


@transaction.atomic
def upload_version(
    type_key: str,
    *,
    upload: BinaryIO,
    name: str,
    actor: User,
    project: Project | None = None,
    rfp: Rfp | None = None,
    about: str = "",
    reason: str = "",
) -> DocumentVersion:
    """A version that was made elsewhere: the file is checked, stored under its hash, and reviewed and signed like any other."""
    declared = _known_type(type_key)
    require_permission("documents.upload", actor, declared)
    subject = _visible_subject(declared, actor, project, rfp)
    stored = take_upload(upload, name)
    document = _document(declared, subject, about)
    version = _add_version(document, declared, actor=actor, language="en", reason=reason, source=DocumentVersion.Source.UPLOADED)
    _pin(
        version,
        declared,
        {"file": {"name": stored.name, "media_type": stored.media_type, "sha256": stored.sha256, "size_bytes": stored.size_bytes}},
    )
    _keep_upload(version, stored)
    record_about("document.uploaded", version, actor=actor, reason=version.reason, file=stored.name, sha256=stored.sha256)
    return version


@transaction.atomic
def save_narrative(number: str, version: int, section: str, html: str, *, actor: User) -> DocumentVersion:
    """Store one section's text, cleaned, and make the PDF again. The writer becomes an author of the version."""
    found = locked_version(number, version, actor)
    require_permission("documents.edit", actor, found)
    require_none(editing_blockers(found))
    declared = declared_type(found.document).section(section)
    if declared is None:
        raise Missing(section)
    if len(html) > narrative.MAX_LENGTH:
        raise BadInput({"html": [_t("The text is too long.")]})
    cleaned = narrative.sanitise(html)
    if cleaned == found.narrative.get(section, ""):
        return found
    found.narrative = found.narrative | {section: cleaned}
    found.missing_characters = ""
    hash_content(found)
    found.queue()
    found.save(update_fields=["narrative", "content_hash", "missing_characters", "state", *QUEUE_STATE])
    found.authors.add(actor)
    record_about("document.narrative_saved", found, actor=actor, section=str(declared.title))
    ring(found)
    return found


def editing_blockers(version: DocumentVersion) -> list[Blocker]:
    """Why the text of this version cannot be changed."""
    if version.may_be_edited:
        return []
    if not version.is_generated:
        return [Blocker("document.uploaded", _t("This version is a file made elsewhere; upload the next version instead."))]
    if version.is_being_issued:
        return [Blocker("document.being_issued", _t("This version is being issued; its text is closed."))]
    words = _t("Version %(number)d is %(state)s; its text is closed.") % {
        "number": version.number,
        "state": version.get_state_display().lower(),
    }
    return [Blocker("document.closed", words)]


@transaction.atomic
def retry_version(number: str, version: int, *, actor: User) -> DocumentVersion:
    """Queue a failed rendering again. Raises Refused when nothing failed."""
    found = locked_version(number, version, actor)
    require_permission("documents.retry", actor, found)
    if found.failed_at is None:
        raise Refused([Blocker("document.not_failed", _t("Nothing has failed; there is nothing to try again."))])
    error = found.error
    if found.state == DocumentVersion.State.FAILED:
        found.queue()
    else:
        found.requeue_signed()
    found.save(update_fields=["state", *QUEUE_STATE])
    close_waits(f"document.failed:{found.pk}")
    record_about("document.retried", found, actor=actor, error=error)
    ring(found)
    return found


def _known_type(type_key: str) -> DocumentType:
    declared = known(type_key)
    if declared is None:
        raise Missing(type_key)
    return declared


def _visible_subject(declared: DocumentType, actor: User, project: Project | None, rfp: Rfp | None) -> Project | Rfp:
    """The subject fetched again through what the actor sees, and locked, so that numbers and versions follow one another."""
    if declared.subject == SubjectKind.RFP:
        wanted = rfp.pk if rfp else project.rfp_id if project else 0
        return Rfp.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=wanted)
    return Project.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=project.pk if project else 0)


def _document(declared: DocumentType, subject: Project | Rfp, about: str) -> Document:
    """The document of this type, about the subject or one thing of it; created when there is none. The subject's row is locked."""
    key = {"project": subject} if isinstance(subject, Project) else {"rfp": subject}
    rows, reference = Document.objects.select_for_update(of=("self",)).filter(**key, type_key=declared.key), " ".join(about.split())
    found = rows.filter(about_reference__iexact=reference).first()
    if found is None or reference:  # one made before documents were named goes on without a name
        reference = checked_about(declared, about, subject)
    if found is None:
        return _new_document(declared, subject, reference, key)
    if found.withdrawn_at is not None:
        found.withdrawn_at = None
        found.save(update_fields=["withdrawn_at", "updated_at"])
    return found


def _new_document(declared: DocumentType, subject: Project | Rfp, about: str, key: dict[str, Any]) -> Document:
    document = Document(**key, client_id=subject.client_id, type_key=declared.key, deliverable=deliverable_of(declared, subject))
    if declared.about is not None:
        document.about_kind, document.about_reference = declared.about.kind, about
    document.number = _number(f"{_code_of(subject)}-{declared.number_prefix}", in_number(document.about_kind, about))
    document.title = " · ".join(part for part in (str(declared.title), document.about_words) if part)
    document.save()
    refresh_deliverable(document.deliverable)
    return document


def _number(prefix: str, name: str) -> str:
    """Named after what it is about, else counted; two things whose names are written alike are told apart by a count."""
    if name and not Document.objects.filter(number=f"{prefix}-{name}").exists():
        return f"{prefix}-{name}"
    stem = f"{prefix}-{name}" if name else prefix
    taken = set(Document.objects.filter(number__startswith=f"{stem}-").values_list("number", flat=True))
    return next(number for position in count(2 if name else 1) if (number := f"{stem}-{position:02d}") not in taken)


def _add_version(document: Document, declared: DocumentType, *, actor: User, language: str, reason: str, source: str) -> DocumentVersion:
    earlier = list(DocumentVersion.objects.select_for_update(of=("self",)).filter(document=document).order_by("number"))
    in_review = next((each for each in earlier if each.state == DocumentVersion.State.IN_REVIEW), None)
    if in_review is not None:
        words = _t("Version %(number)d is in review; it must be signed or refused first.") % {"number": in_review.number}
        raise Refused([Blocker("document.in_review", words, document.get_absolute_url())])
    reason = reason.strip() or str(declared.usual_reason)
    if earlier and not reason:
        raise BadInput({"reason": [_t("Say why a new version is needed; it is printed in the revision history.")]})
    if len(reason) > REASON_MAX_LENGTH:
        raise BadInput({"reason": [_t("Use at most %(limit)d characters.") % {"limit": REASON_MAX_LENGTH}]})
    uploaded = source == DocumentVersion.Source.UPLOADED
    version = DocumentVersion.objects.create(
        document=document,
        number=len(earlier) + 1,
        state=DocumentVersion.State.DRAFT if uploaded else DocumentVersion.State.QUEUED,
        source=source,
        language=language,
        reason=reason or _t("First version."),
        narrative={} if uploaded or not earlier else earlier[-1].narrative,
        template_version="" if uploaded else declared.template_version,
        requested_by=actor,
        requested_at=timezone.now(),
    )
    version.document = document
    version.authors.set({actor, *(earlier[-1].authors.all() if version.narrative else ())})
    _replace_open(document, earlier, actor)
    return version


def _replace_open(document: Document, earlier: list[DocumentVersion], actor: User) -> None:
    """A version that was never signed gives way to the new one."""
    for version in earlier:
        if version.state in DocumentVersion.OPEN:
            version.document = document
            version.supersede()
            version.save(update_fields=["state"])
            close_waits(f"document.failed:{version.pk}")
            record_about("document.superseded", version, actor=actor)


def data_now(version: DocumentVersion, declared: DocumentType) -> dict[str, Any]:
    """What the version would pin now, in its language, as JSON gives it back."""
    with translation.override(version.language):
        return as_json(declared.data_of(version.document.subject, version.document.about_reference))


def dating_now(version: DocumentVersion, declared: DocumentType) -> dict[str, Any]:
    """Of what it would pin now, that by which it is out of date."""
    with translation.override(version.language):
        return as_json(declared.dating_of(version.document.subject, version.document.about_reference))


def as_json(value: dict[str, Any]) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(json.dumps(value, cls=DjangoJSONEncoder))
    return read


def _pin(version: DocumentVersion, declared: DocumentType, data: dict[str, Any]) -> None:
    """Write the content of a new version and its hash."""
    texts: dict[str, Any] = {}
    if version.is_generated:
        version.template_version, texts = pinned_texts(declared)
    with translation.override(version.language):
        content = _frame(version, declared, data) | {"data": data} | ({"texts": texts} if texts else {})
        version.snapshot = as_json(content)
    hash_content(version)
    version.save(update_fields=["template_version", "snapshot", "content_hash"])


def _frame(version: DocumentVersion, declared: DocumentType, data: dict[str, Any]) -> dict[str, Any]:
    """What every document says about itself: cover, revision history, project, compound. The data may bring a title and a subtitle."""
    document, subject = version.document, version.document.subject
    return {
        "document": {
            "number": document.number,
            "title": data.get("title") or _name_of(subject),
            "subtitle": data.get("subtitle", ""),
            "type": str(declared.title),
            "type_key": declared.key,
            "about": document.about_words,
            "version": version.number,
            "template": declared.key,
            "template_version": version.template_version or "–",
            "prepared_on": timezone.localdate(version.requested_at),
        },
        "project": {"code": _code_of(subject), "title": "" if declared.for_others else _name_of(subject)},
        "compound": {"name": "", "smiles": ""} if declared.for_others else _compound(subject),
        "cover": _cover(version, subject, for_others=declared.for_others),
        "revisions": [
            {
                "version": each.number,
                "date": timezone.localdate(each.requested_at),
                "author": _preparer(each, subject),
                "reason": spoken(each.reason),
            }
            for each in document.versions.select_related("requested_by").filter(number__lte=version.number).order_by("number")
        ],
    }


def _code_of(subject: Project | Rfp) -> str:
    return subject.code if isinstance(subject, Project) else subject.number


def _name_of(subject: Project | Rfp) -> str:
    return subject.title if isinstance(subject, Project) else subject.compound_name


def _compound(subject: Project | Rfp) -> dict[str, Any]:
    source: Compound | Rfp = subject if isinstance(subject, Rfp) else subject.compound
    name = subject.compound_name if isinstance(subject, Rfp) else subject.compound.name
    return {
        "name": name,
        "cas_number": source.cas_number,
        "formula": source.formula,
        "molar_mass_g_per_mol": source.molar_mass_g_per_mol,
        "smiles": source.smiles,
    }


def _preparer(version: DocumentVersion, subject: Project | Rfp) -> str:
    """Who is printed as having made it: by function where the client sees no names, unless it is signed by name anyway."""
    person, declared = version.requested_by, version.document.type
    if subject.client.sees_names or (declared and declared.signers):
        return person.full_name
    return function_of(person.roles) or person.function or settings.ORGANISATION_NAME


def _cover(version: DocumentVersion, subject: Project | Rfp, *, for_others: bool) -> list[dict[str, str]]:
    compound, document = _compound(subject), version.document
    mass = f"{compound['molar_mass_g_per_mol']:.2f} g/mol" if compound["molar_mass_g_per_mol"] else ""
    cas = f"CAS {compound['cas_number']}" if compound["cas_number"] else ""
    is_project = isinstance(subject, Project)
    rows = [
        (_t("Document number"), document.number),
        (_t("Version"), _t("%(number)d, prepared by %(name)s") % {"number": version.number, "name": _preparer(version, subject)}),
    ]
    if for_others:
        return key_values(*rows)
    rows += [
        (
            _t("Project") if is_project else _t("Request for proposal"),
            f"{subject.code} {subject.title}" if isinstance(subject, Project) else subject.number,
        ),
        *([(document.get_about_kind_display(), document.about_words)] if document.about_kind else []),
        (_t("Client"), subject.client.name),
        (_t("Compound"), " · ".join(part for part in (compound["name"], cas, compound["formula"], mass) if part)),
    ]
    if isinstance(subject, Project) and subject.site:
        rows.append((_t("Site"), subject.site.name))
    return key_values(*rows)


def _keep_upload(version: DocumentVersion, stored: Attachment) -> Rendition:
    return Rendition.objects.create(
        version=version,
        kind=Rendition.Kind.UPLOADED,
        content_hash=version.content_hash,
        name=stored.name,
        media_type=stored.media_type,
        sha256=stored.sha256,
        size_bytes=stored.size_bytes,
    )
