"""What the journeys in a browser share: the accessibility scan of the page that stands there."""

from functools import cache

from playwright.sync_api import Page

from tests.servers import ROOT

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def barriers(page: Page, *, rules: list[str] | None = None) -> list[str]:
    """What on this page keeps somebody out, as axe sees it: rule, element and reason of each; empty if nothing does."""
    page.evaluate(_axe())
    found = page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})",
        rules or RULES,
    )
    return [
        f"{page.url}: {rule['id']}: {node['html'][:160]} – {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


@cache
def _axe() -> str:
    return (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
