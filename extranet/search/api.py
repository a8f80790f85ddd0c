"""The search for programs: what the page finds, nothing else."""

from typing import Any

from flask import url_for
from pydantic import Field

from extranet.api import Answer, Api, Schema, asks
from extranet.doors import signed_in
from extranet.errors import Invalid
from extranet.i18n import _
from extranet.limits import SEARCHES, limited
from extranet.members import Member
from extranet.policy import anyone
from extranet.search import queries
from extranet.search.index import MAX_QUERY
from extranet.search.queries import Group
from extranet.search.registry import search

api = Api("search")


class Found(Answer):
    """One thing found: where its page is, its title and the piece of its text around the match, as plain text."""

    kind: str
    id: str
    title: str
    snippet: str
    notes: list[str]
    at: str | None
    address: str


class FoundOfKind(Answer):
    """What was found of one kind; `next` is the cursor of more of it."""

    kind: str
    label: str
    items: list[Found]
    next: str | None


class SearchAnswer(Answer):
    """What was found, by kind."""

    groups: list[FoundOfKind]


class SearchQuery(Schema):
    """What to look for; with `after`, the `next` of a group, also its `kind`."""

    q: str = Field(min_length=1, max_length=MAX_QUERY)
    kind: str | None = Field(default=None, max_length=40)
    after: str | None = Field(default=None, max_length=1000)


@api.get("/search", gives=SearchAnswer, summary="Find contacts, workspaces and messages")
@limited(SEARCHES, counts_reads=True)
@signed_in(anyone)
@asks(SearchQuery)
def find(member: Member, *, query: SearchQuery) -> Any:
    if not queries.is_readable(query.q):
        raise Invalid(fields={"q": _("Write at least one word to search for.")})
    if query.kind is not None and query.kind not in search().kinds:
        raise Invalid(fields={"kind": _("Choose one of the given options.")})
    if query.after is not None and query.kind is None:
        raise Invalid(fields={"kind": _("Fill in this field.")})
    groups = queries.find(member, query.q, kind=query.kind, after=query.after)
    return SearchAnswer(groups=[_group(group) for group in groups])


def _group(group: Group) -> FoundOfKind:
    items = [
        Found(
            kind=group.kind,
            id=item.result.id,
            title=item.result.title,
            snippet="".join(fragment.text for fragment in item.text),
            notes=[str(note) for note in item.result.notes],
            at=item.result.at.isoformat() if item.result.at else None,
            address=url_for(item.result.endpoint, **item.result.address),
        )
        for item in group.items
    ]
    return FoundOfKind(kind=group.kind, label=str(group.label), items=items, next=group.next)
