"""Whoever sends slowly holds up nobody: the database is asked only once all has come."""

import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests

from tests import apps
from tests.cast import Cast
from tests.servers import site

SECRET = "a secret for two who look at one database"
pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("path", "kind", "size"),
    [
        ("/api/v1/me", "application/json", 200),
        ("/settings", "application/x-www-form-urlencoded", 200),
        ("/api/v1/workspaces/x/attachments", "multipart/form-data; boundary=x", 200),
        ("/api/v1/workspaces/x/attachments", "multipart/form-data; boundary=x", 5_000_000),
    ],
)
def test_others_write_while_somebody_sends(stage: tuple[str, str], path: str, kind: str, size: int) -> None:
    url, token = stage
    address = urlsplit(url)
    method = "PATCH" if path.endswith("/me") else "POST"
    with socket.create_connection((address.hostname, address.port), timeout=10) as slow:
        head = f"{method} {path} HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer {token}\r\n"
        slow.sendall(f"{head}Content-Type: {kind}\r\nContent-Length: {size}\r\n\r\n--x".encode())
        time.sleep(0.2)
        began = time.monotonic()
        headers = {"Authorization": f"Bearer {token}"}
        answer = requests.patch(f"{url}/api/v1/me", json={"language": "fi"}, headers=headers, timeout=10)
        assert answer.status_code == 200, answer.text
        assert time.monotonic() - began < 3


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A server's address and a member's token."""
    folder = tmp_path_factory.mktemp("slow")
    with site(folder, SECRET_KEY=SECRET) as running:
        app = apps.build(folder, SECRET_KEY=SECRET)
        yield running.url, Cast(app).ada.token
        apps.end(app)
