"""nginx and Caddy as `deploy/proxy` has them, on ports of the tests' own, without TLS."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services.commands import ROOT
from tests.services.ports import answers, free_port, wait_until

SAMPLES = ROOT / "deploy" / "proxy"
NGINX = """
daemon off; pid {folder}/pid; error_log {folder}/error.log; {user}
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    {servers}
}}
"""


class Proxy:
    """One that runs; its servers can be changed while it does."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind, self._folder, self.port = kind, folder, free_port()
        self.file = folder / ("nginx.conf" if kind == "nginx" else "Caddyfile")

    def lead_to(self, *ports: int) -> None:
        """Write the sample with these servers in it; a running one reads it again."""
        write = self._nginx if self.kind == "nginx" else self._caddy
        self.file.write_text(write(ports))

    def _nginx(self, ports: tuple[int, ...]) -> str:
        text = (SAMPLES / "nginx.conf").read_text()
        servers = "".join(f"server 127.0.0.1:{port} max_fails=0;" for port in ports)
        text = re.sub(r"server 127\.0\.0\.1:8000 .*?;", servers, text, count=1)
        text = re.sub(r"server \{\s+listen 80;.*?\n\}", "", text, flags=re.S)
        text = re.sub(r"\s+ssl_certificate.*", "", text)
        text = text.replace("listen 443 ssl http2;", f"listen 127.0.0.1:{self.port};")
        user = "user root;" if os.geteuid() == 0 else ""
        return NGINX.format(folder=self._folder, servers=text, user=user)

    def _caddy(self, ports: tuple[int, ...]) -> str:
        text = (SAMPLES / "Caddyfile").read_text()
        text = text.replace(
            "\neasel.example.com {", f"\nhttp://127.0.0.1:{self.port} {{"
        )
        to = " ".join(f"127.0.0.1:{port}" for port in ports)
        text = text.replace(
            "\treverse_proxy 127.0.0.1:8000 {", f"\treverse_proxy {to} {{"
        )
        return "{\n\tadmin off\n\tauto_https off\n}\n" + text

    def start(self) -> None:
        commands = {
            "nginx": ["nginx", "-c", str(self.file), "-p", str(self._folder)],
            "caddy": ["caddy", "run", "--config", str(self.file)],
        }
        self.process = subprocess.Popen(
            commands[self.kind],
            env={**os.environ, "HOME": str(self._folder)},
            stdout=subprocess.DEVNULL,
            stderr=(self._folder / "said").open("wb"),
        )
        wait_until(lambda: answers(self.port), self.kind)

    def read_again(self) -> None:
        """nginx takes up what was written, and lets running requests end."""
        self.process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)


@contextmanager
def running_proxy(kind: str, *ports: int) -> Iterator[Proxy]:
    folder = Path(tempfile.mkdtemp(prefix=f"easel-{kind}-"))
    proxy = Proxy(kind, folder)
    proxy.lead_to(*ports)
    try:
        proxy.start()
        yield proxy
        proxy.stop()
    finally:
        if proxy.process.poll() is None:
            proxy.process.kill()
        shutil.rmtree(folder, ignore_errors=True)
