"""What the journeys in a browser share: the accessibility scan of the page that stands there."""

from functools import cache

from playwright.sync_api import Page

from tests.servers import ROOT

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules of `RULES` that ask for colours: what else is so by day is so by night, when the same page stands there."""


def barriers(page: Page, *, rules: list[str] | None = None) -> list[str]:
    """What on this page keeps somebody out, as axe sees it: rule, element and reason of each; empty if nothing does.

    `rules` are asked alone, instead of all that `RULES` tags.
    """
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
