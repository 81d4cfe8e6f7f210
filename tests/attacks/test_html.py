"""A text that attacks stands in every field that people write: every page, document and mail shows it, and none runs it."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from django.core import mail
from django.urls import reverse

from audit.refusals import BadInput, NotAllowed, Refused
from documents import narrative, registry
from documents.registry import SubjectKind
from documents.services import request_document
from documents.services.queue import page_of
from projects.models import Project
from tests.attacks.filling import fill
from tests.attacks.walking import address_of, body_of, pages
from tests.projects import factories
from tests.routes.test_routes import PATTERNS
from tests.routes.world import World

pytestmark = pytest.mark.django_db

ATTACK = """"'><img src=x onerror=alert(1)></script>"""
SHOWN = "&lt;img src=x onerror=alert(1)&gt;"
TABLES = ("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
INSIDE_JSON = {
    "documents.DocumentVersion.snapshot",
    "projects.Deliverable.evidence_facts",
    "projects.GateCriterion.evidence",
    "projects.GateWaiver.finding",
    "projects.RequestDraft.values",
    "worksheets.ImportRow.values",
}
PICTURES = ("-png", "-pdf", "-svg")


class Running(HTMLParser):
    """What a browser would run of it: elements and attributes that nobody of us wrote."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            address = (value or "").strip().lower()
            if name.startswith("on") or (
                name in ("href", "src", "action") and address.startswith(("javascript:", "data:text", "vbscript:"))
            ):
                self.found.append(f"{tag} {name}={value}")
        if tag == "img" and ("src", "x") in attrs:
            self.found.append(tag)


def running(html: str) -> list[str]:
    parser = Running()
    parser.feed(html)
    return parser.found


def test_the_parser_finds_what_would_run() -> None:
    assert running(ATTACK) and running(f'<input value="{ATTACK}">') and running('<a href=" JavaScript:x">') and not running("<p>on</p>")


def test_no_page_runs_what_people_wrote(world: World) -> None:
    """The same walk looks at what every page is: HTML or a file, and never a type that is guessed."""
    filled = fill(ATTACK)
    assert len(filled) > 30
    assert set(filled) >= INSIDE_JSON
    wrong, shown = {}, 0
    for name, pattern, caller in pages():
        answer = world.callers[caller].get(address_of(world, name, pattern))
        content, kind = body_of(answer), answer.headers.get("Content-Type", "")
        assert answer.headers["X-Content-Type-Options"] == "nosniff", name
        is_table = kind.startswith(TABLES) and name != "import-file"  # as it was uploaded
        assert is_table == name.endswith(("-csv", "-xlsx")), f"{name}: test_exports.py finds tables by these names"
        if kind.startswith("text/html"):
            html = content.decode()
            shown += SHOWN in html
            if found := running(html):
                wrong[name] = found
        elif kind.startswith("image/svg"):
            assert b"<img" not in content and b"onerror=alert(1)>" not in content, name
    assert wrong == {}
    assert shown > 50, "the attack stands on the pages"


def test_the_api_gives_json_that_no_browser_takes_for_a_page(world: World) -> None:
    fill(ATTACK)
    seen = 0
    for name, pattern in PATTERNS:
        if not pattern.startswith("api/") or name in ("api-docs", "api-schema") or name.endswith("-file"):
            continue
        answer = world.callers["business_development"].get(address_of(world, name, pattern))
        assert answer.headers["Content-Type"] in ("application/json", "application/problem+json"), name
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        seen += ATTACK.replace('"', '\\"').encode() in answer.content
    assert seen > 10


def test_no_document_runs_what_people_wrote(world: World) -> None:
    fill(ATTACK)
    project, manager = Project.objects.get(code=world.things["code"]), factories.manager()
    seen = 0
    for declared in list(registry._types.values()):
        subject = {"project": project} if declared.subject == SubjectKind.PROJECT else {"rfp": project.rfp}
        try:
            version = request_document(declared.key, actor=manager, **subject)  # type: ignore[arg-type]
        except (BadInput, NotAllowed, Refused):
            continue
        html = page_of(version, "review")
        assert running(html) == [], declared.key
        seen += SHOWN in html
    assert seen > 3


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        (ATTACK + "<p>a</p>", "\"'&gt;<p>a</p>"),
        ("<p onclick=x style='background:url(//x)'>a</p>", "<p>a</p>"),
        ("<svg><script>x</script></svg>a", "a"),
        ("<style>@import url(//x)</style>a", "a"),
        ('<a href="javascript:x">a</a>', "a"),
        ('<iframe src="file:///etc/passwd"></iframe>a', "a"),
        ("<math><mtext><table><mglyph><style><img src=x onerror=x>", ""),
        ('<table><tr><td colspan="2" background="//x">a</td></tr></table>', '<td colspan="2">a</td>'),
        ("<object data=x></object><embed src=x><link rel=x href=x><base href=x><meta http-equiv=refresh>a", "a"),
    ],
)
def test_of_rich_text_only_the_listed_stays(html: str, kept: str) -> None:
    cleaned = narrative.sanitise(html)

    assert kept in cleaned
    assert running(cleaned) == []
    assert not {"svg", "style", "iframe", "img", "a", "script", "object", "link", "base", "meta"} & set(narrative.TAGS)
    assert "url(" not in cleaned and "//x" not in cleaned


def test_a_name_is_no_header_of_a_mail(world: World) -> None:
    """Of a mail with somebody's name in it, the subject and the receivers are ours."""
    person = factories.person("research", name="Somebody Invited")
    person.full_name = "A\r\nBcc: everybody@example.com\r\n\r\n<b>x</b>"
    person.save(update_fields=["full_name"])

    sent = world.callers["administrator"].post(reverse("person-invite", args=[person.pk]))
    assert sent.status_code == 302

    for letter in mail.outbox:
        message = letter.message()
        assert (message["Bcc"], letter.to) == (None, [person.email])
        assert "\n" not in letter.subject
        assert not any("<b>x</b>" in str(part) for part, kind in getattr(letter, "alternatives", []) if kind == "text/html")
    assert mail.outbox
