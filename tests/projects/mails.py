"""Messages and filled-in questionnaires, as they are dropped."""

from __future__ import annotations

import io
from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any

from openpyxl import load_workbook

from projects.questionnaire import blank

SENDER = "Purchasing Manager <purchasing@example.com>"
TEXT = "Dear team,\n\nplease quote 5 t a year of paracetamol.\n\n-- \nPurchasing Manager\n> an older mail"
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
WHEN = "Thu, 26 Nov 2026 10:30:00 +0900"


def a_mail(
    *, sender: str = SENDER, subject: str = "RE: Paracetamol", text: str = TEXT, key: str = "<1@client.example>", **files: bytes
) -> bytes:
    """`files`: attachments by name, with `_` for the dot before the extension."""
    mail = EmailMessage()
    for name, value in {"From": sender, "Subject": subject, "Date": WHEN, "Message-ID": key}.items():
        if value:
            mail[name] = value
    mail.set_content(text)
    for name, content in files.items():
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=".".join(name.rsplit("_", 1)))
    return mail.as_bytes()


ANSWERS: dict[str, Any] = {
    "client_name": "Demo Client A",
    "contact_name": "Purchasing Manager",
    "contact_email": "purchasing@example.com",
    "compound_name": "Paracetamol",
    "wanted": "Development and supply",
    "target_markets": "European Union; US",
    "treatment_duration": "over 1 to 12 months",
    "pilot_quantity_kg": "12,5",
}


def a_questionnaire(answers: Mapping[str, Any] = ANSWERS, units: Mapping[str, str] | None = None) -> bytes:
    """The blank of the product, filled in as a client would: beside the question."""
    book = load_workbook(io.BytesIO(blank()))
    sheet = book.active
    for row in sheet.iter_rows(min_row=2):
        name = row[4].value
        if name in answers:
            row[1].value = answers[name]
        if units and name in units:
            row[2].value = units[name]
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
