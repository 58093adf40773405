"""A small OpenID Connect server on the wire, strict about what a client must send.

It keeps one person, whom every visitor is. Codes work once, need the PKCE verifier they
were asked for with, and tokens open one person's facts.
"""

import base64
import hashlib
import json
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt

CLIENT, SECRET = "easel", "a client's secret"


class OidcServer:
    """`url` is its issuer; `person` is who signs in there."""

    def __init__(self):
        self.person = {"sub": "17", "email": "ada@example.com", "email_verified": True}
        self.person["name"] = "Ada Lovelace"
        self.codes, self.tokens = {}, set()
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), handler_for(self))
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        self.thread = threading.Thread(
            target=self.http.serve_forever, args=(0.02,), daemon=True
        )
        self.thread.start()

    def close(self):
        self.http.shutdown()
        self.http.server_close()

    def found(self, path, query, headers):
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "jwks_uri": f"{self.url}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            }
        if path == "/authorize":
            return self.authorized(query)
        token = headers.get("Authorization", "").removeprefix("Bearer ")
        if path == "/userinfo" and token in self.tokens:
            return 200, self.person
        return 401, {"error": "invalid_token"}

    def authorized(self, query):
        """Send the visitor back at once, as somebody who had signed in here before."""
        assert query["client_id"] == CLIENT and query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        assert set(query["scope"].split()) >= {"openid", "email"}
        code = secrets.token_urlsafe(8)
        self.codes[code] = (query["code_challenge"], query["redirect_uri"])
        back = urlencode({"code": code, "state": query["state"]})
        return 302, f"{query['redirect_uri']}?{back}"

    def exchanged(self, form):
        challenge, redirect_uri = self.codes.pop(form.get("code"), (None, None))
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        is_client = (form.get("client_id"), form.get("client_secret")) == (
            CLIENT,
            SECRET,
        )
        if not is_client or proof != challenge or form["redirect_uri"] != redirect_uri:
            return 400, {"error": "invalid_grant"}
        token = secrets.token_urlsafe(8)
        self.tokens.add(token)
        said = {"iss": self.url, "aud": CLIENT, **self.person}
        signed = jwt.encode(said, "k" * 32, algorithm="HS256")
        return 200, {"access_token": token, "token_type": "Bearer", "id_token": signed}


def handler_for(server):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            self.answer(*server.found(parts.path, query, self.headers))

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self.answer(*server.exchanged(form))

        def answer(self, status, said):
            self.send_response(status)
            if status == 302:
                self.send_header("Location", said)
                said = {}
            text = json.dumps(said).encode()
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            """Quiet."""

    return Handler
