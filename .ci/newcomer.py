"""A newcomer's first minutes: `make run` was typed; its page answers, and one of the sign-ins that it printed works."""

import html
import os
import re
import sys
import time
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

PATIENCE = 300
"""Seconds for a set-up without any cache."""


def main(url: str, log: Path, pid: int) -> None:
    started = time.monotonic()
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    while True:
        try:
            browser.open(url, timeout=10).close()
            break
        except (URLError, ConnectionError):
            if not _runs(pid) or time.monotonic() - started > PATIENCE:
                sys.exit(f"make run does not answer on {url}:\n{log.read_text(encoding='utf-8')}")
            time.sleep(0.2)
    print("make run answers")
    email, password = _printed_sign_in(log.read_text(encoding="utf-8"))
    form = browser.open(f"{url}/sign-in", timeout=10).read().decode()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)
    if token is None:
        sys.exit("The sign-in form carries no token")
    fields = {"email": email, "password": password, "csrf_token": html.unescape(token[1])}
    try:
        answer = browser.open(f"{url}/sign-in", urlencode(fields).encode(), timeout=10)
    except HTTPError as error:
        sys.exit(f"{email} cannot sign in: {error}")
    page = answer.read().decode()
    if answer.url.endswith("/sign-in") or 'name="password"' in page:
        sys.exit(f"{email} is not signed in; the page is {answer.url}")
    print(f"{email} signed in and sees {answer.url}")


def _printed_sign_in(text: str) -> tuple[str, str]:
    """An ordinary member's address and the password, as a reader of the console finds them."""
    password = re.search(r"password:?\s+(\S+)", text)
    members = re.findall(r"^\s+(\S+@\S+)\s+[^(\n]+$", text, re.M)
    if password is None or not members:
        sys.exit(f"make run prints no sign-in:\n{text}")
    return members[0], password[1]


def _runs(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG) == (0, 0)
    except ChildProcessError:
        state = Path(f"/proc/{pid}/stat")
        return state.exists() and ") Z " not in state.read_text(encoding="ascii")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
