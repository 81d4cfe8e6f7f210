"""Messages that attack: each is refused with a sentence, or is a draft from which nothing runs and nothing is lost.

What would take long is refused before it is taken apart: the bounds are asked of the raw bytes.
"""

from __future__ import annotations

import io
from email.message import EmailMessage
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Role
from audit.refusals import BadInput
from projects import messages
from projects.messages import made_plain, read_message
from projects.models import Intake, Rfp
from projects.services.intake import take_intake
from tests.attacks.bombs import MB, with_part
from tests.projects import factories as make
from tests.projects.mails import WHEN, a_mail

pytestmark = pytest.mark.django_db
HEAD = f"From: Ann <ann@client.example>\nSubject: x\nDate: {WHEN}\nMessage-ID: <a@b>\nMIME-Version: 1.0\n".encode()
MIXED = b"Content-Type: multipart/mixed; boundary=b\n\n"
REFUSED = {
    "no headers": (b"\nHello\n", "content of the file is not"),
    "headers that say nothing": (b"X-One: two\n\nHello\n", "neither who sent it nor when"),
    "NUL": (HEAD + b"\n\x00Hello", "content of the file is not"),
    "an archive": (b"PK\x03\x04" + HEAD, "content of the file is not"),
    "empty": (b"", "The file is empty."),
    "a bomb of delimiters": (HEAD + MIXED + b"--b\n\n\n" * 3000, "parts inside"),
    "a bomb of parts": (HEAD + MIXED + b"--b\nContent-Type: text/plain\n\nx\n" * 100, "parts inside"),
    "a digest of parts": (HEAD + b"Content-Type: multipart/digest; boundary=b\n\n" + b"--b\n\n\n" * 100, "parts inside"),
    "nested without end": (
        HEAD + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(500)),
        "parts inside",
    ),
    "messages in messages": (HEAD + b"Content-Type: message/rfc822\n\nSubject: x\n" * 500, "parts inside"),
    "many lines under many parts": (
        HEAD + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(50)) + b"\nx" * 400_000,
        "more lines and parts",
    ),
    "comments in comments": (HEAD.replace(b"Ann", b"(" * 100_000) + b"\nHello", "damaged"),
}


def take(raw: bytes) -> Intake:
    return take_intake(io.BytesIO(raw), "mail.eml", actor=make.person(Role.BUSINESS_DEVELOPMENT))[0]


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_a_sentence(name: str) -> None:
    raw, words = REFUSED[name]

    with pytest.raises(BadInput) as refused:
        take(raw)

    assert words in str(refused.value.errors["file"])
    assert not Intake.objects.exists()


def test_more_than_may_be_uploaded_is_refused(settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = MB

    with pytest.raises(BadInput, match="larger than 1 MB"):
        take(HEAD + b"\n" + b"x" * (MB + 1))


@pytest.mark.parametrize(
    "header",
    [
        b"From: " + b"a@b.example, " * 50_000,
        b"From: =?utf-8?q?=00=41?= <not an address>",
        b"From: \xff\xfe <a@b.example>",
        b'From: "a\nBcc: evil@b.example',
        b"From: <script>alert(1)</script> <a@b.example>",
        b"Date: Thu, 99 Nov 99999 10:00:00 +9999\nFrom: a@b.example",
        b"Received: x; Thu, 26 Nov 2999 10:00:00 +0000\nFrom: a@b.example",
        b"Subject: " + b"=?utf-8?b?AAAA?= " * 10_000,
        b"Message-ID: " + b"<" * 10_000,
        b"Content-Type: text/plain; " + b"a*0=b; " * 10_000 + b"\nFrom: a@b.example",
        b"Content-Type: text/plain; charset=\x01\nFrom: a@b.example",
        b"Content-Transfer-Encoding: base64\nFrom: a@b.example",
        b"Content-Disposition: attachment; filename=../../etc/passwd\nFrom: a@b.example",
    ],
)
def test_a_header_that_attacks_gives_a_draft_or_a_sentence(header: bytes, client: Any) -> None:
    client.force_login(make.person(Role.BUSINESS_DEVELOPMENT))
    try:
        intake = take(header + b"\n\nHello\n")
    except BadInput as refused:
        assert str(refused)
        return

    page = client.get(intake.get_absolute_url())

    assert page.status_code == 200
    assert b"<script>alert" not in page.content and "\x00" not in f"{intake.subject}{intake.sender_name}{intake.text}"
    assert intake.received_at.year == 2026 or intake.received_zone == ""


@pytest.mark.parametrize(
    ("named", "written", "read"),
    [
        ("gb18030", "阿莫西林".encode("gb18030"), "阿莫西林"),
        ("us-ascii", "Käufer".encode(), "Käufer"),
        ("utf-8", "Käufer".encode("latin-1"), "K\ufffdufer"),
        ("no-such-charset", b"Hello", "Hello"),
        ("punycode", b"Hello", "Hello"),
        ("zlib", b"Hello", "Hello"),
        ("unicode-escape", b"\\u0041", "\\u0041"),
    ],
)
def test_a_text_is_read_as_well_as_it_goes(named: str, written: bytes, read: str) -> None:
    raw = HEAD + f"Content-Type: text/plain; charset={named}\nContent-Transfer-Encoding: 8bit\n\n".encode() + written

    found = read_message(raw)

    assert found.text == read
    assert bool(found.remarks) == (named != "gb18030")


def test_what_base64_hides_is_shown_without_what_no_page_can_show() -> None:
    raw = HEAD + b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nAEhlbGxvAA==\n"

    assert take(raw).text == "Hello"


def test_a_message_in_the_message_is_filed_whole(client: Any) -> None:
    make.an_rfp()
    inner = EmailMessage()
    inner["Subject"], inner["From"] = "../../The client's mail", "x@y.example"
    inner.set_content("5 t")
    inner.add_attachment(b"MZ", maintype="application", subtype="octet-stream", filename="setup.exe")
    outer = EmailMessage()
    outer["From"], outer["Subject"], outer["Message-ID"] = "purchasing@example.com", "Fwd: Paracetamol", "<2@b>"
    outer.set_content("See below")
    outer.add_attachment(inner)

    intake = take(outer.as_bytes())

    assert intake.rfp is not None
    assert set(intake.rfp.files.values_list("name", "media_type")) == {
        ("mail.eml", "message/rfc822"),
        ("The_clients_mail.eml", "message/rfc822"),
    }


def test_an_attached_bomb_is_named_and_the_rest_is_filed(settings: Any, client: Any) -> None:
    settings.UPLOAD_MAX_BYTES = MB
    make.an_rfp()

    intake = take(a_mail(report_docx=with_part("word/a.bin", b"0" * 9 * MB), table_xlsx=b"PK\x03\x04", note_txt=b"5 t"))

    assert intake.rfp is not None
    assert [each["name"] for each in intake.refused] == ["report.docx", "table.xlsx"]
    assert "unfolds to more than 8 MB" in intake.refused[0]["words"]
    assert set(intake.rfp.files.values_list("name", flat=True)) == {"mail.eml", "note.txt"}


def test_of_html_the_words_are_kept_and_nothing_that_runs() -> None:
    rich = "<head><title>t</title><style>a{}</style></head><p>5 &lt; 6 kg, a < b<br>of <b>it</b><script>x()</script><!-- - -->"

    assert made_plain(f"{rich}<img src=x onerror=y>") == "5 < 6 kg, a < b\nof it"


@pytest.mark.parametrize("rich", ["<a><b><i>" * 100_000, "<" * 300_000, "<!--" * 100_000, "<script>" * 100_000, "<a " * 100_000])
def test_html_that_is_never_closed_takes_a_look_at_each_letter(rich: str) -> None:
    """As many pieces as there are tags, and no more."""
    pieces = list(messages._seen(rich))

    assert len(pieces) <= 2 * 300_000 + 2


def test_the_file_goes_out_shut_in(client: Any) -> None:
    client.force_login(make.person(Role.BUSINESS_DEVELOPMENT))
    intake = take(HEAD + b"Content-Type: text/html\n\n<script>alert(1)</script>")

    answer = client.get(reverse("rfp-intake-file", args=[intake.pk]))
    assert answer.getvalue()

    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert not Rfp.objects.exists()
