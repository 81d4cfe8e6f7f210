"""Who signs a sheet in the browser has read it: what somebody else wrote since the page was opened keeps the signature away."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.entering import sign_in
from tests.stack import Stack

pytestmark = pytest.mark.browser
COLLEAGUE = """
from decimal import Decimal
from accounts.models import RoleGrant, User
from audit.context import acting
from phases.evaluation.services import save_sheet
email, name = "second.production@demo.example", "A colleague"
colleague = User.objects.filter(email=email).first() or User.objects.create(email=email, full_name=name, kind=User.Kind.INTERNAL)
RoleGrant.objects.get_or_create(user=colleague, role="production")
colleague = User.objects.get(pk=colleague.pk)
with acting(actor=colleague, channel="command"):
    save_sheet("{code}", "production", changes={{"duration_weeks": Decimal("33.0")}}, actor=colleague)
"""


def test_what_a_colleague_wrote_meanwhile_is_read_before_it_is_signed(page: Page, places: dict[str, str], stack: Stack) -> None:
    sign_in(page, "production@demo.example")
    page.goto(f"/projects/{places['evaluated']}/sheets/production/")
    card, sign = page.locator("#sign-off-card"), page.get_by_role("button", name="Sign off…")
    expect(sign).to_be_enabled()
    stack.python(COLLEAGUE.format(code=places["evaluated"]))

    page.locator("#id_feasibility_reason").fill("Known since the spring.")

    expect(card).to_contain_text("A colleague changed the sheet since you opened it")
    expect(sign).to_be_disabled()
    page.reload()
    expect(page.locator("#id_duration_weeks")).to_have_value("33")
    expect(sign).to_be_enabled()
