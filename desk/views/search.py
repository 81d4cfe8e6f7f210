"""One box over everything that has a code, a number or a name, and over what documents say."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.decorators import signed_in
from accounts.requests import SignedInRequest
from desk.search import address_of, find, instead_of, nearly, tidy


@signed_in
def search(request: SignedInRequest) -> HttpResponse:
    """An exact code goes straight to its page, unless it is still being typed; words that nothing has go on to those that are nearly so."""
    found = find(request.user, request.GET.get("q", ""))
    typed = tidy(request.GET.get("typed", ""))
    if typed:
        found = instead_of(typed, found)
    elif name := nearly(request.user, found):
        return redirect(f"{request.path}?{urlencode({'q': name, 'typed': found.words})}")
    if found.exact is not None and "HX-Request" not in request.headers:
        return redirect(address_of(request.user, found.exact))
    return render(request, "desk/search.html", {"search_query": found.instead_of or found.words, "found": found})
