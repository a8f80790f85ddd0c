"""The pages of reading: what is new in all workspaces, marking as read and unread, and who has read a message."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from urllib.parse import urlencode

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from extranet.doors import door, signed_in
from extranet.errors import Invalid, wants_json
from extranet.i18n import _
from extranet.limits import limited
from extranet.members import Member
from extranet.policy import anyone
from extranet.web import say
from workspaces.discussions import policy
from workspaces.discussions import queries as discussions
from workspaces.discussions.drafts.queries import ended_drafts, own_drafts, workspaces_of
from workspaces.discussions.forms import whole_number
from workspaces.discussions.queries import MessageStanding, ThreadStanding
from workspaces.discussions.reading import queries, service
from workspaces.discussions.reading.queries import NewIn
from workspaces.discussions.reading.reactions import tell_after, tell_own_pages_of_all, whereabouts

reading = Blueprint("reading", __name__)

read = door("thread", discussions.find_thread)
hold = door("message", discussions.find_message)
hold_where_readers_show = door("message", discussions.find_message_where_readers_show)

VERY_OFTEN = "300 per minute"
"""How often one member may say how far they have read: pages say it by themselves while one scrolls."""


@reading.post("/workspaces/<slug>/threads/<thread_id>/read")
@limited(VERY_OFTEN)
@read(policy.may_enter)
def mark_read(member: Member, place: ThreadStanding) -> ResponseReturnValue:
    """Note how far the member has read, as the page says, and that they came back to what was marked as unread.

    A script is told what is still unread; a browser goes on: to what comes `after`, else to the workspace.
    """
    said = request.form
    ended = _number(said["unread_from"]) if said.get("unread_from") else None
    if service.mark_read(place.thread, _number(said.get("seq", "")), by=member, coming_back_to=ended):
        tell_after(member, place.thread.id)
    if wants_json():
        return jsonify(workspaces=queries.unread_by_slug(member))
    if said.get("after"):
        here = url_for("discussions.show_thread", slug=place.workspace.slug, thread_id=place.thread.id)
        return redirect(f"{here}?{urlencode({'after': said['after']})}")
    say(_("What you saw of the discussion is marked as read."))
    return redirect(url_for("discussions.show", slug=place.workspace.slug))


@reading.post("/workspaces/<slug>/threads/<thread_id>/unread")
@limited(VERY_OFTEN)
@read(policy.may_enter)
def mark_thread_unread(member: Member, place: ThreadStanding) -> ResponseReturnValue:
    """Say that a thread is not read: its last message by somebody else counts as new again."""
    return _mark_unread(member, place, None)


@reading.post("/workspaces/<slug>/messages/<message_id>/unread")
@limited(VERY_OFTEN)
@hold(policy.may_enter)
def mark_unread_from(member: Member, place: MessageStanding) -> ResponseReturnValue:
    """Say that a thread is not read from this message on."""
    return _mark_unread(member, place, place.message.seq)


@reading.get("/workspaces/unread")
@signed_in(anyone)
def unread(member: Member) -> ResponseReturnValue:
    """How many messages of each workspace the member has not read, and what does not count: for open pages.

    A page that shows the `threads_of` a workspace is told of each of them too.
    """
    quiet, slug = queries.quiet(member), request.args.get("threads_of")
    return jsonify(
        workspaces=queries.unread_by_slug(member),
        quiet={"workspaces": quiet.workspaces, "muted": quiet.muted, "followed": quiet.followed},
        threads=queries.unread_by_thread(member, slug) if slug else {},
    )


@reading.get("/news")
@signed_in(anyone)
def news(member: Member) -> ResponseReturnValue:
    """What is new in all workspaces, thread by thread."""
    return _news(member)


@reading.post("/news/read")
@limited(VERY_OFTEN)
@signed_in(anyone)
def mark_all_read(member: Member) -> ResponseReturnValue:
    """Mark what the page showed as read; what came meanwhile stays new. The answer offers to take it back."""
    undone = service.mark_all_read(_marks(request.form.getlist("thread")), by=member)
    tell_own_pages_of_all(member)
    return _news(member, undone)


@reading.post("/news/unread")
@limited(VERY_OFTEN)
@signed_in(anyone)
def mark_unread_again(member: Member) -> ResponseReturnValue:
    """Take it back: what was new is new again."""
    service.mark_unread_again(_marks(request.form.getlist("thread")), by=member)
    tell_own_pages_of_all(member)
    return redirect(url_for(".news"))


@reading.get("/workspaces/<slug>/messages/<message_id>/readers")
@hold_where_readers_show(policy.may_enter)
def readers(_member: Member, place: MessageStanding) -> ResponseReturnValue:
    """Who has read a message, where the workspace's hosts have that shown."""
    found = queries.readers(place, place.message)
    if wants_json():
        return jsonify(readers=[{"id": one.id, "name": one.name} for one in found])
    return render_template(
        "discussions/readers.html", place=place, standing=place.standing, workspace=place.workspace,
        thread=place.thread, message=place.message, readers=found,
    )


def _mark_unread(member: Member, place: ThreadStanding | MessageStanding, seq: int | None) -> ResponseReturnValue:
    assert place.standing.membership is not None
    service.mark_unread(place.thread, place.standing.membership, by=member, seq=seq)
    tell_after(member, place.thread.id)
    if wants_json():
        return jsonify(whereabouts(member, place))
    say(_("The discussion is marked as unread."))
    return redirect(url_for("discussions.show", slug=place.workspace.slug))


def _news(member: Member, undone: Iterable[NewIn] = ()) -> str:
    found = sorted(queries.what_is_new(member), key=lambda one: one.slug)
    spaces = [(name, slug, list(threads)) for (name, slug), threads in groupby(found, lambda n: (n.workspace, n.slug))]
    spaces.sort(key=lambda space: max(one.last_at for one in space[2]), reverse=True)
    return render_template(
        "discussions/news.html", spaces=spaces, undone=list(undone), most=queries.MOST_NEW,
        number=sum(one.unread for one in found), drafts=own_drafts(member),
        workspaces_of=workspaces_of(member), ended_drafts=ended_drafts(member),
    )


def _marks(said: list[str]) -> Mapping[str, int]:
    """Threads and places in them, «ID:SEQ», as the page's form says them."""
    pairs = (one.partition(":") for one in said[: queries.MOST_NEW])
    return {thread_id[:40]: _number(seq) for thread_id, _colon, seq in pairs}


def _number(said: str) -> int:
    number = whole_number(said)
    if number is None:
        raise Invalid(fields={"seq": _("This is not a place in the discussion.")})
    return number
