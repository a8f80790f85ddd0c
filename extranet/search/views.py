"""The search page: one box, and what was found by kind."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from extranet.doors import signed_in
from extranet.errors import NotHere
from extranet.i18n import _
from extranet.limits import SEARCHES, limited
from extranet.members import Member
from extranet.policy import anyone
from extranet.search import queries
from extranet.search.index import MAX_QUERY
from extranet.search.registry import search

pages = Blueprint("search", __name__)

OF_EACH, OF_ONE = 5, 20
"""How many are shown of each kind on the page of all, and on the pages of one kind."""


@pages.get("/search")
@limited(SEARCHES, counts_reads=True)
@signed_in(anyone)
def page(member: Member) -> ResponseReturnValue:
    """What was found for `q`: a few of each kind, or the pages of one `kind`."""
    words = request.args.get("q", "").strip()
    kind = request.args.get("kind") or None
    kinds = search().kinds
    if kind is not None and kind not in kinds:
        raise NotHere
    complaint = _complaint(words)
    groups = []
    if words and not complaint:
        limit = OF_EACH if kind is None else OF_ONE
        groups = queries.find(member, words, kind=kind, after=request.args.get("after"), limit=limit)
    html = render_template(
        "search/search.html",
        words=words,
        kind=kind,
        views=[
            (_("Everything"), _address(words), kind is None, None),
            *((one.label, _address(words, one.kind), one.kind == kind, None) for one in kinds.values()),
        ],
        groups=[group for group in groups if group.items],
        complaint=complaint,
        is_further=bool(request.args.get("after")),
        address=_address,
    )
    return html, 422 if complaint else 200


def _complaint(words: str) -> str | None:
    if len(words) > MAX_QUERY:
        return str(_("The search is too long: use at most %(most)s characters.", most=MAX_QUERY))
    if words and not queries.is_readable(words):
        return str(_("Write at least one word to search for."))
    return None


def _address(words: str, kind: str | None = None, after: str | None = None) -> str:
    return url_for("search.page", q=words, kind=kind, after=after)
