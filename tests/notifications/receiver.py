"""A client's system on this machine: it listens, keeps what it was sent, and answers as a test says."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import sleep, time
from typing import Any


@dataclass
class Receiver:
    """What came in, and how to answer: `status`, more `headers`, a `body`, bytes given slowly (`drip` seconds between them)."""

    port: int = 0
    status: int = 204
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    drip: float = 0
    calls: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)  # when each call came, as `time.time` gives it

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


class Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_arguments: Any) -> None:
        """A caller that does not trust us hangs up; that is what is tested."""


@contextmanager
def listening(certificate: Path | None = None) -> Iterator[Receiver]:
    """Plain HTTP, or HTTPS with a certificate."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.moments.append(time())
            receiver.calls.append((self.path, dict(self.headers), body))
            self.send_response(receiver.status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.answer()

        def answer(self) -> None:
            try:
                for number in range(0, len(receiver.body), 1 if receiver.drip else 65536):
                    self.wfile.write(receiver.body[number : number + (1 if receiver.drip else 65536)])
                    sleep(receiver.drip)
            except OSError:
                return  # the caller has had enough

        def log_message(self, *_arguments: Any) -> None: ...

    server = Quiet(("127.0.0.1", 0), Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    receiver.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
