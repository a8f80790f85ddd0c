"""What the journeys in a browser share: the way to another page, what is said for a moment, the accessibility scan."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

from playwright.sync_api import Locator, Page, expect

from tests.servers import ROOT

PATIENCE = 20_000
"""Milliseconds for which a page is waited for until it shows what is expected: a busy machine may stand still."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules of `RULES` that ask for colours: what else is so by day is so by night, when the same page stands there."""


@contextmanager
def another_page(page: Page) -> Iterator[None]:
    """What is pressed within the block leads to another page; at its end that one stands there, with its scripts."""
    page.evaluate("document.documentElement.dataset.isLeft = ''")
    yield
    expect(page.locator("html:not([data-is-left])")).to_be_attached(timeout=2 * PATIENCE)
    page.wait_for_load_state()


def noted(region: Locator) -> Callable[[], list[str]]:
    """From now on all that a region says is noted, for however short a time it stands there; what is returned gives it.

    A page takes back some words after seconds, whether anybody has looked or not.
    """
    region.evaluate(
        """region => {
            region.noted = [];
            const note = () => region.noted.push(region.textContent.trim());
            new MutationObserver(note).observe(region, { childList: true, subtree: true, characterData: true });
        }"""
    )

    def given() -> list[str]:
        return [str(words) for words in region.evaluate("region => region.noted") if words]

    return given


def barriers(page: Page, *, rules: list[str] | None = None) -> list[str]:
    """What on this page keeps somebody out, as axe sees it: rule, element and reason of each; empty if nothing does.

    It looks at the whole page, so it waits until that has come. `rules` are asked alone, instead of all that `RULES`
    tags.
    """
    page.wait_for_load_state()
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    found = page.evaluate(
        "only => axe.run(document, {runOnly: only, resultTypes: ['violations']})",
        {"type": "rule", "values": rules} if rules else {"type": "tag", "values": RULES},
    )
    return [
        f"{page.url}: {rule['id']}: {node['html'][:160]} – {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


@cache
def _axe() -> str:
    return (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
