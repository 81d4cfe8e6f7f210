"""The paper that goes out with a quotation. A layer above makes it; here it says why it cannot go yet, and goes with the sending."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from audit.refusals import Blocker
    from projects.models import Quotation


@dataclass(frozen=True)
class Delivery:
    """lock(code, actor): called before the project is locked, as the services of the paper lock it first.

    blockers(quotation): why this revision has no paper that could go out. hand_over(quotation, actor=…): the client is shown it, in the
    transaction of the sending.
    """

    lock: Callable[[str, Any], None]
    blockers: Callable[[Quotation], list[Blocker]]
    hand_over: Callable[..., None]


_deliveries: list[Delivery] = []


def deliver_quotations_by(delivery: Delivery) -> None:
    _deliveries[:] = [delivery]


def delivery() -> Delivery:
    return _deliveries[0]
