"""Filled templates, as people upload them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook

CLIENTS = ("Client", "Code", "Country", "Contact", "E-mail", "Telephone")
RFPS = (
    "Reference",
    "Client",
    "Contact",
    "E-mail",
    "Channel",
    "Compound name or code",
    "What is wanted",
    "Quotation needed on",
    "Samples (g)",
)
MILESTONES = ("Milestone", "Phase", "Kind", "Waits for", "Lag (working days)", "Not before")


def xlsx(head: Sequence[Any], *rows: Sequence[Any], sheet: str = "Clients", edit: Any = None) -> io.BytesIO:
    """edit(sheet): what a person does to it besides."""
    book = Workbook()
    book.active.title = sheet
    for row in [head, *rows]:
        book.active.append(list(row))
    if edit:
        edit(book.active)
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def csv_text(head: Sequence[Any], *rows: Sequence[Any], delimiter: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([head, *rows])
    return text.getvalue()


def a_client(number: int, **values: Any) -> list[Any]:
    """A row of CLIENTS."""
    row = {
        "Client": f"Organisation {'abcdefghijklmnopqrstuvwxyz'[number % 26] * 4}{number}",
        "Code": "",
        "Country": "Switzerland",
        "Contact": f"Contact {number}",
        "E-mail": f"contact{number}@organisation{number}.example",
        "Telephone": "",
    } | values
    return [row[name] for name in CLIENTS]


def an_rfp(number: int, **values: Any) -> list[Any]:
    """A row of RFPS."""
    row = {
        "Reference": f"RFQ-{number}",
        "Client": "Demo Client A",
        "Contact": "Purchasing Manager",
        "E-mail": "purchasing@example.com",
        "Channel": "E-mail",
        "Compound name or code": f"DX-{number}",
        "What is wanted": "Development and supply",
        "Quotation needed on": "",
        "Samples (g)": "",
    } | values
    return [row[name] for name in RFPS]
