"""Pictures are fetched from https addresses, as far as an operator lets them be."""

import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from PIL import Image

EDITS = "/v1/images/edits"


def picture() -> bytes:
    file = BytesIO()
    Image.new("RGB", (512, 512), "red").save(file, "PNG")
    return file.getvalue()


def certificate(folder):
    """A certificate for 127.0.0.1 that vouches for itself, and its key: one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a picture server")])
    now = datetime.now(UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "certificate.pem"
    file.write_bytes(private + made.public_bytes(pem))
    return file


class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "https://127.0.0.1:1/elsewhere.png")
            self.end_headers()
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(picture())

    def log_message(self, *_):
        pass


@pytest.fixture
def pictures(tmp_path):
    """A server of pictures with TLS: its origin, and the file that vouches for it."""
    file = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}", str(file)
    server.shutdown()
    server.server_close()
    thread.join(10)


@pytest.fixture
def known(pictures, settings):
    """The same server, after an operator has named it."""
    origin, settings.PICTURE_CA_FILE = pictures
    settings.PICTURE_ORIGINS = [origin]
    return origin


def edit(api, customer, address):
    return api.post(
        EDITS,
        as_=customer,
        model="sketch-1-512",
        prompt="make it night",
        images=[{"image_url": address}],
    )


def test_a_picture_comes_from_an_https_address(api, alice, known):
    answer = edit(api, alice, f"{known}/red.png")

    assert answer.status_code == 200
    assert answer.json()["size"] == "512x512"
    assert alice.credits() == 99


def test_a_server_nobody_named_is_not_gone_to(api, alice, pictures, settings):
    origin, settings.PICTURE_CA_FILE = pictures

    answer = edit(api, alice, f"{origin}/red.png")

    assert answer.json()["error"]["code"] == "invalid_image_url"
    assert alice.credits() == 100


def test_a_certificate_nobody_vouches_for_is_refused(api, alice, known, settings):
    settings.PICTURE_CA_FILE = ""

    answer = edit(api, alice, f"{known}/red.png")

    assert answer.json()["error"]["code"] == "invalid_image_url"
    assert alice.credits() == 100


def test_a_named_server_cannot_send_us_on_to_a_private_one(api, alice, known):
    answer = edit(api, alice, f"{known}/away")

    assert answer.json()["error"]["code"] == "invalid_image_url"
    assert "ports" in answer.json()["error"]["message"]
    assert alice.credits() == 100
