"""Which tests run in one process, one after the other."""

from __future__ import annotations

# What consumes the record waits until no older transaction is open in any database of the server. So what keeps one open for minutes comes
# first in its process: by the time that the addresses are walked through in the other one, those that wait may begin there.
HOLDING = ("tests/cdmo/test_demo.py", "tests/attacks/test_values.py", "tests/attacks/")
WATERMARK = (
    "tests/routes/",
    "tests/audit/test_outbox.py",
    "tests/cdmo/test_backup.py",
    "tests/desk/test_as_client.py",
    "tests/desk/test_names.py",
    "tests/desk/test_portal.py",
    "tests/desk/test_sharing.py",
    "tests/desk/test_waiting.py",
    "tests/notifications/",
    "tests/projects/test_approvals.py",
    "tests/projects/test_cost_of_waiting.py",
    "tests/projects/test_facts.py",
    "tests/projects/test_readiness.py",
    "tests/projects/test_visibility_log.py",
    "tests/test_api",
)
TOGETHER = {
    "product": ("tests/browser/", "tests/cdmo/test_kills.py", "tests/cdmo/test_stack.py"),  # they use the one running product
    "watermark": WATERMARK,  # hold a transaction open, or wait for all
    "holding": HOLDING,
}


def together(nodeid: str) -> str:
    """The name of the group whose tests run in one process, one after the other; else the test's file."""
    return next((name for name, places in TOGETHER.items() if nodeid.startswith(places)), nodeid.split("::")[0])


def turn(nodeid: str) -> tuple[int, int]:
    """Where the test stands: the groups take longest, so they begin first; inside of one it goes by its places."""
    for group, places in enumerate(TOGETHER.values()):
        if nodeid.startswith(places):
            return group, next(number for number, place in enumerate(places) if nodeid.startswith(place))
    return len(TOGETHER), 0
