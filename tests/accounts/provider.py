"""An identity provider on this machine: discovery, codes, tokens signed with its own key, and what it says of the person at it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, CLIENT_SECRET = "cdmo", "between the two"


@dataclass
class Provider:
    address: str
    person: dict[str, Any] = field(default_factory=dict)
    audience: str = CLIENT_ID
    asked: list[dict[str, str]] = field(default_factory=list)  # what the token endpoint was sent
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    def answers(self, authorisation: str) -> str:
        """The person says yes: where the browser is sent back to."""
        parts = urlsplit(authorisation)
        sent = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert f"{parts.scheme}://{parts.netloc}" == self.address
        assert (sent["client_id"], sent["code_challenge_method"]) == (CLIENT_ID, "S256")
        return f"{sent['redirect_uri']}?{urlencode({'code': 'one', 'state': sent['state']})}"

    def token(self) -> dict[str, Any]:
        now = int(time.time())
        claims = {"iss": self.address, "aud": self.audience, "iat": now, "exp": now + 60, **self.person}
        return {"access_token": "a", "token_type": "Bearer", "id_token": jwt.encode(claims, self.key, "RS256", {"kid": "1"})}


@contextmanager
def running() -> Iterator[Provider]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = server.provider = Provider(f"http://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield provider
    server.shutdown()
    server.server_close()
    thread.join()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        provider: Provider = self.server.provider  # type: ignore[attr-defined]
        there = {"authorization_endpoint": "/ask", "token_endpoint": "/token", "userinfo_endpoint": "/person", "jwks_uri": "/keys"}
        pages: dict[str, dict[str, Any]] = {
            "/.well-known/openid-configuration": {
                "issuer": provider.address,
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
                **{name: provider.address + path for name, path in there.items()},
            },
            "/person": provider.person,
        }
        self.answer(pages[self.path])

    def do_POST(self) -> None:
        provider: Provider = self.server.provider  # type: ignore[attr-defined]
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        provider.asked.append({name: values[0] for name, values in sent.items()})
        self.answer(provider.token())

    def answer(self, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_words: Any) -> None:
        """Nothing on the terminal."""
