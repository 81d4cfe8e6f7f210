"""The product and the bare floor, both running and asked over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPResponse, RemoteDisconnected
from urllib.parse import urlencode

from cdmo.servers.children import Child, stop_all, wait_for
from cdmo.servers.layout import ROOT, Layout
from cdmo.servers.private import Servers, claimed
from cdmo.servers.product import addresses, children, environment, manage
from tests.bench.rows import SHELL
from tests.stack import free_port

TOKEN = """
from django.utils import timezone
from accounts.models import User
from accounts.services import create_integration_account, create_token
from cdmo.demo.people import PASSWORD
from projects.models import Project
project = Project.objects.exclude(charter=None).latest("pk")
actor = User.objects.get(email="bd@demo.example")
account = create_integration_account(project.client_id, name=f"Bench {timezone.now():%d %b %Y %H:%M:%S}", actor=actor)
manager = project.project_manager.email
print(create_token(account.pk, name="bench", scope="read", actor=actor)[1], project.code, manager, PASSWORD)
"""


class Reader:
    """One connection that stays open."""

    def __init__(self, port: int, **headers: str) -> None:
        self.connection, self.headers = HTTPConnection("127.0.0.1", port, timeout=600), headers

    def get(self, path: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
        try:
            answer = self._ask(path, {**self.headers, **headers})
        except RemoteDisconnected:  # it was idle for longer than the server waits
            answer = self._ask(path, {**self.headers, **headers})
        return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}

    def open(self, path: str) -> HTTPResponse:
        """An answer whose body is still to be read."""
        return self._ask(path, self.headers)

    def _ask(self, path: str, headers: dict[str, str]) -> HTTPResponse:
        self.connection.request("GET", path, headers=headers)
        return self.connection.getresponse()

    def post(self, path: str, **fields: str) -> dict[str, str]:
        self.connection.request("POST", path, urlencode(fields), {**self.headers, "Content-Type": "application/x-www-form-urlencoded"})
        answer = self.connection.getresponse()
        answer.read()
        cookies = [value.split(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie"]
        return dict(cookie.split("=", 1) for cookie in cookies)


def answers(port: int, path: str) -> bool:
    with suppress(OSError):
        return bool(Reader(port).get(path)[0])
    return False


def signed_in(port: int, email: str, password: str) -> Reader:
    """A person's browser, without scripts."""
    reader = Reader(port)
    _status, body, headers = reader.get("/accounts/login/")
    token = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', body)
    assert token, "The page of the sign-in has no form."
    reader.headers = {"Cookie": headers["set-cookie"].split(";")[0], "Referer": f"http://127.0.0.1:{port}/"}
    session = reader.post("/accounts/login/", csrfmiddlewaretoken=token[1].decode(), login=email, password=password)
    assert "cdmo_session" in session, "Nobody was signed in."
    reader.headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in session.items())}
    return reader


@contextmanager
def running(projects: int, state: str = "bench") -> Iterator[tuple[dict[str, str], int, int, list[Child]]]:
    """What the product was told, its port, the floor's, and the processes that still have to start: workers and clock."""
    layout = Layout(ROOT / ".state" / state)
    with claimed(layout):
        servers, processes = Servers(layout), list[Child]()
        try:
            told = environment(
                layout, addresses(servers.start_postgres(), servers.start_redis()), API_RATE="1000000/min", WEBHOOK_LOOPBACK="yes"
            )
            print("Preparing the database …", flush=True)
            manage(told, "prepare", "--demo")
            print(manage(told, "load_scale", "--projects", str(projects)), flush=True)
            port, bare = free_port(), free_port()
            web, *behind = children(layout, told, port)
            command = [part if part != "cdmo.wsgi" else "tests.bench.floor:application" for part in web.command]
            command = [part.replace(str(port), str(bare)).replace("web.ctl", "floor.ctl") for part in command if part != "--preload"]
            floor = Child("floor", command, {**told, "PYTHONPATH": str(ROOT)}, layout.logs / "floor.log")
            processes += [web, floor]
            for child in processes:
                child.start()
            wait_for("The web server", lambda: answers(port, "/healthz"), processes)
            wait_for("The floor", lambda: answers(bare, "/projects/"), processes)
            processes += behind
            yield told, port, bare, behind
        finally:
            stop_all(processes, servers.children)


def clients_system(told: dict[str, str]) -> tuple[str, str, str, str]:
    """A new token of a client's system, a project of that client, its project manager and the password of the demo's people."""
    secret, code, manager, password = manage(told, *SHELL, TOKEN).splitlines()[-1].split()
    return secret, code, manager, password
