"""Approvals in the portal: the thing itself, its history, and the client's answer by signature."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_POST

from accounts.decorators import client_required
from accounts.models import User
from accounts.permissions import allowed
from accounts.requests import SignedInRequest
from accounts.signing import authenticate_signer
from audit.refusals import BadInput, add_to_form
from documents.models import Document
from projects.approvals import rounds_of, standing_of
from projects.forms.sharing import AcceptForm, RejectForm
from projects.models import ApprovalAnswer, ApprovalRequest
from projects.services.approvals import answer_approval, answer_blockers
from projects.shareable import Item, hash_of

Kind = ApprovalAnswer.Kind


def _visible(request: SignedInRequest, pk: int) -> tuple[ApprovalRequest, Item]:
    rows = ApprovalRequest.objects.visible_to(request.user).select_related("project__site", "client", "asked_by", "answer")
    asked = get_object_or_404(rows, pk=pk)
    shareable = asked.shareable
    seen = shareable.model.objects.visible_to(request.user)
    return asked, Item(shareable, get_object_or_404(seen.select_related("project__site"), pk=asked.item_id))


@client_required
def portal_approval(request: SignedInRequest, pk: int) -> HttpResponse:
    return _show(request, *_visible(request, pk))


def _show(request: SignedInRequest, asked: ApprovalRequest, item: Item, **bound: Any) -> HttpResponse:
    target = item.shareable.targets([item.row]).get(item.row.pk)
    context = {
        "asked": asked,
        "item": item,
        "project": asked.project,
        "facts": item.shareable.facts(item.row, target),
        "proof": _proof(request.user, item),
        "hash": hash_of(target),
        "standing": standing_of(item),
        "rounds": list(rounds_of(asked.kind, asked.item_id)),
        "blockers": answer_blockers(asked),
        "may_answer": allowed("projects.answer_approval", request.user, asked),
        "accept_form": AcceptForm(),
        "reject_form": RejectForm(),
    }
    return render(request, "desk/portal_approval.html", context | bound, status=400 if bound else 200)


def _proof(user: User, item: Item) -> list[Document]:
    """The documents of a deliverable that the client was shown too."""
    return list(Document.objects.visible_to(user).filter(deliverable_id=item.row.pk)) if item.kind == "deliverable" else []


@client_required
@require_POST
def portal_approval_accept(request: SignedInRequest, pk: int) -> HttpResponse:
    """The approver's password is asked at the moment of accepting; the signature covers exactly what is shown."""
    return _answer(request, pk, Kind.ACCEPTED, "accept_form", AcceptForm(request.POST), _t("Approved. Thank you."))


@client_required
@require_POST
def portal_approval_reject(request: SignedInRequest, pk: int) -> HttpResponse:
    return _answer(request, pk, Kind.REJECTED, "reject_form", RejectForm(request.POST), _t("Rejected; we have your reason."))


def _answer(request: SignedInRequest, pk: int, kind: str, name: str, form: AcceptForm | RejectForm, done: str) -> HttpResponse:
    asked, item = _visible(request, pk)
    errors: dict[str, list[str]] = {}
    if form.is_valid():
        try:
            proof = authenticate_signer(request, password=request.POST.get("password", ""), code=request.POST.get("code", ""))
            answer_approval(
                pk,
                kind=kind,
                actor=request.user,
                authentication=proof,
                words=form.cleaned_data["words"],
                expected_hash=request.POST.get("expected_hash", ""),
            )
        except BadInput as bad:
            errors = bad.errors
            add_to_form(form, BadInput({field: words for field, words in errors.items() if field in form.fields}))
        else:
            messages.success(request, done)
            return redirect("portal-approval", pk)
    return _show(request, asked, item, **{name: form, "errors": errors, "open_dialog": name})
