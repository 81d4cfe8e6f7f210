"""What happens to documents. The worker's side is in `queue`, which loads the renderer and is imported by tasks only."""

from documents.services.issuing import issue_document, preview_issue
from documents.services.review import refuse_version, sign_version, submission_blockers, submit_for_review
from documents.services.sharing import share_document, sharing_blockers, unshare_document
from documents.services.signing import signing_blockers, slots_of
from documents.services.versions import editing_blockers, request_document, retry_version, save_narrative, upload_version
from documents.services.withdrawal import withdraw_document, withdrawal_blockers
from documents.services.wording import change_wording

__all__ = [
    "change_wording",
    "editing_blockers",
    "issue_document",
    "preview_issue",
    "refuse_version",
    "request_document",
    "retry_version",
    "save_narrative",
    "share_document",
    "sharing_blockers",
    "sign_version",
    "signing_blockers",
    "slots_of",
    "submission_blockers",
    "submit_for_review",
    "unshare_document",
    "upload_version",
    "withdraw_document",
    "withdrawal_blockers",
]
