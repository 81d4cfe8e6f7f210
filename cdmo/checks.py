"""What `manage.py check --deploy` says of settings that are each right alone and wrong together, or that name what is not there.

A single value that is nonsense stops the start (`cdmo.environment`); whether database, broker and bucket answer, `/readyz` says.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.http.request import split_domain_port, validate_host


@register("configuration", deploy=True)
def settings_agree(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    return [*_addresses(), *_files(), *_passwords(), *_mail(), *_provider()]


def _addresses() -> Iterator[CheckMessage]:
    site = urlsplit(settings.SITE_URL)
    if not validate_host(split_domain_port(site.netloc)[0], settings.ALLOWED_HOSTS):
        words = f"Links in mails, documents and feeds lead to {site.netloc}, which this installation does not answer for."
        yield Error(words, hint="Name its host in ALLOWED_HOSTS, or set SITE_URL to one that is named there.", id="cdmo.E001")
    if settings.HTTPS and site.scheme != "https":
        words = f"SITE_URL is {settings.SITE_URL}, but people are led to HTTPS."
        yield Error(words, hint="Write SITE_URL with https://, or set CDMO_HTTPS=false.", id="cdmo.E002")


def _files() -> Iterator[CheckMessage]:
    if settings.FILES_BUCKET:
        return
    folder = Path(settings.FILES_DIR)
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
        words = f"Uploads and documents go to {folder}, where this process may not write."
        yield Error(words, hint="Give the folder to the user that runs the product, or set CDMO_FILES_DIR or FILES_BUCKET.", id="cdmo.E003")


def _passwords() -> Iterator[CheckMessage]:
    named = settings.BREACHED_PASSWORDS
    if named and not os.access(named, os.R_OK):
        words = f"BREACHED_PASSWORDS_FILE is {named}, which cannot be read: nobody could choose a password."
        yield Error(words, hint="Put the file there, or leave the name out.", id="cdmo.E004")


def _mail() -> Iterator[CheckMessage]:
    if settings.EMAIL_USE_TLS and settings.EMAIL_USE_SSL:
        words = "EMAIL_USE_TLS and EMAIL_USE_SSL are both set: no mail would leave."
        yield Error(words, hint="Keep EMAIL_USE_TLS for port 587, EMAIL_USE_SSL for port 465.", id="cdmo.E005")


def _provider() -> Iterator[CheckMessage]:
    asked = settings.OIDC_ACR or settings.OIDC_AMR
    if asked and not settings.OIDC_ISSUER:
        words = "OIDC_ACR or OIDC_AMR is set, but no identity provider is named that could say so."
        yield Error(words, hint="Set OIDC_ISSUER, or leave both out.", id="cdmo.E006")
    if asked and not settings.SECOND_FACTOR_REQUIRED:
        words = (
            "OIDC_ACR or OIDC_AMR asks for a second factor, but SECOND_FACTOR_REQUIRED=false asks nobody for one: it would have no effect."
        )
        yield Error(words, hint="Set SECOND_FACTOR_REQUIRED=true, or leave both out.", id="cdmo.E007")
