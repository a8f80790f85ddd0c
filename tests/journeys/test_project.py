"""A project from opening to purge, in a browser: two people, every page of it scanned for barriers."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import apps
from tests.browsing import another_page, barriers
from tests.servers import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

PASSWORD = "seven-quiet-lakes-in-may"
NAME = "Kielikahvilat Itä-Suomessa – yhteishanke"


@dataclass
class Visitor:
    """Somebody with a browser, who looks at each page with axe too."""

    page: Page
    site: Site
    seen: set[str] = field(default_factory=set)

    def at(self, path: str) -> None:
        """Open a page by its address."""
        self.page.goto(self.site.url + path)
        self.look()

    def look(self) -> None:
        """Nothing on this page keeps anybody out; a page that stands as it stood before is scanned once."""
        what = self.page.locator("#main").inner_text()
        if what not in self.seen:
            self.seen.add(what)
            assert barriers(self.page) == []

    def follow(self, name: str) -> None:
        """Follow a link in the page's own part."""
        with another_page(self.page):
            self.page.locator("#main").get_by_role("link", name=name, exact=True).first.click()
        self.look()

    def press(self, name: str) -> None:
        """Press a button in the page's own part."""
        with another_page(self.page):
            self.page.locator("#main").get_by_role("button", name=name).first.click()
        self.look()

    def reads(self, text: str) -> None:
        """This stands on the page."""
        expect(self.page.locator("body")).to_contain_text(text)


@contextmanager
def _visit(browser: Browser, site: Site, email: str) -> Iterator[Visitor]:
    with browser.new_context(locale="en-GB", reduced_motion="reduce") as context:
        visitor = Visitor(context.new_page(), site)
        visitor.at("/sign-in")
        visitor.page.get_by_label("E-mail").fill(email)
        visitor.page.get_by_label("Password", exact=True).fill(PASSWORD)
        visitor.press("Sign in")
        yield visitor


def test_a_project_from_opening_to_purge(browser: Browser, site: Site) -> None:
    for name in ("Ada Lovelace", "Grace Hopper"):
        email = f"{name.split()[0].lower()}@example.org"
        _command(site, "create-member", "--email", email, "--name", name, "--password-stdin", stdin=f"{PASSWORD}\n")
    with _visit(browser, site, "ada@example.org") as ada, _visit(browser, site, "grace@example.org") as grace:
        slug = _open(ada)
        _ask_to_join(grace, slug)
        _let_in(ada, slug)
        _talk(grace, slug)
        _archive_and_open_again(ada, grace, slug)
        _delete_and_restore(ada, grace, slug)
        _purge(ada, grace, site, slug)


def _open(ada: Visitor) -> str:
    ada.at("/workspaces")
    ada.follow("Open a workspace")
    ada.press("Open the workspace")
    ada.reads("Fill in this field.")
    ada.page.get_by_role("textbox", name="Name").fill(NAME)
    ada.page.get_by_role("textbox", name="Purpose").fill("Sovimme, missä ja milloin puhutaan suomea kahvin kanssa.")
    ada.page.get_by_role("radio", name="Project").check()
    ada.page.get_by_label("First day").fill("2026-09-01")
    ada.page.get_by_label("Last day").fill("2027-12-31")
    ada.press("Open the workspace")
    ada.reads(NAME)
    return ada.page.url.split("/workspaces/")[1].split("/")[0]


def _ask_to_join(grace: Visitor, slug: str) -> None:
    grace.at("/workspaces?show=listed")
    grace.follow(NAME)
    grace.page.locator("textarea").first.fill("Olen vapaaehtoinen Joensuussa.")
    grace.press("Send the request")
    grace.reads("Your request waits for the hosts")
    grace.page.goto(f"{grace.site.url}/workspaces/{slug}/members")
    grace.reads("There is no such page")


def _let_in(ada: Visitor, slug: str) -> None:
    ada.at(f"/workspaces/{slug}/members")
    ada.reads("Olen vapaaehtoinen Joensuussa.")
    ada.press("Accept")
    expect(ada.page.locator("#main")).to_contain_text("Grace Hopper")


def _talk(grace: Visitor, slug: str) -> None:
    grace.at(f"/workspaces/{slug}")
    grace.follow("Open a discussion")
    grace.page.get_by_label("Title").fill("Ensimmäinen kahvila")
    grace.page.locator("textarea[name=body]").fill("Voisiko se olla **kirjastossa**?")
    grace.press("Open the discussion")
    grace.reads("Voisiko se olla kirjastossa?")


def _archive_and_open_again(ada: Visitor, grace: Visitor, slug: str) -> None:
    ada.at(f"/workspaces/{slug}/settings")
    ada.follow("Archive the workspace")
    ada.page.get_by_label("What was done").fill("Kahdeksan kahvilaa, sata kävijää.")
    ada.press("Archive")
    ada.reads("archived")
    grace.at(f"/workspaces/{slug}")
    grace.follow("Ensimmäinen kahvila")
    grace.reads("it can be read, not changed")
    expect(grace.page.locator("textarea[name=body]")).to_have_count(0)
    ada.at(f"/workspaces/{slug}/settings")
    ada.press("Open again")
    grace.page.reload()
    expect(grace.page.locator("textarea[name=body]")).to_be_visible()


def _delete_and_restore(ada: Visitor, grace: Visitor, slug: str) -> None:
    ada.at(f"/workspaces/{slug}/settings")
    ada.follow("Archive the workspace")
    ada.press("Archive")
    _delete(ada, slug)
    grace.page.goto(f"{grace.site.url}/workspaces/{slug}")
    grace.reads("There is no such page")
    ada.at("/workspaces/trash")
    ada.reads(NAME)
    ada.press("Restore")
    grace.at(f"/workspaces/{slug}")
    grace.reads("Ensimmäinen kahvila")


def _delete(ada: Visitor, slug: str) -> None:
    ada.at(f"/workspaces/{slug}/settings")
    ada.follow("Delete the workspace…")
    ada.page.get_by_label("The name of the workspace").fill("jotakin muuta")
    ada.press("Delete the workspace")
    ada.reads("This is not the name of the workspace.")
    ada.page.get_by_label("The name of the workspace").fill(NAME)
    ada.press("Delete the workspace")


def _purge(ada: Visitor, grace: Visitor, site: Site, slug: str) -> None:
    _delete(ada, slug)
    assert "Workspaces purged: 0" in _command(site, "purge"), "not before its time"
    assert "Workspaces purged: 1" in _command(site, "purge", "--now")
    assert "Workspaces purged: 0" in _command(site, "purge", "--now")
    for somebody in (ada, grace):
        somebody.page.goto(f"{site.url}/workspaces/{slug}")
        somebody.reads("There is no such page")
        somebody.at("/search?q=kirjastossa")
        assert "Ensimmäinen" not in somebody.page.content()
    left = [path.name for path in site.data_dir.rglob("*") if path.is_file() and b"kirjastossa" in _content(path)]
    assert left == []


def _content(path: Path) -> bytes:
    """What a file holds; nothing if the server, which goes on working, has just taken it away."""
    with suppress(FileNotFoundError):
        return path.read_bytes()
    return b""


def _command(site: Site, *arguments: str, stdin: str = "") -> str:
    """Run a command of the product on the site, in this process."""
    app = apps.build(site.data_dir, MAIL_URL=site.environment["MAIL_URL"])
    said = apps.command(app, *arguments, stdin=stdin)
    apps.end(app)
    return said
