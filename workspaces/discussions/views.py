"""The pages of discussions: a workspace's threads, a thread as a tree, and writing."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from extranet import db, events
from extranet.doors import door, signed_in
from extranet.errors import Invalid, wants_json
from extranet.html import from_markdown
from extranet.i18n import _, current_locale
from extranet.limits import limited
from extranet.members import Member
from extranet.paging import Page
from extranet.policy import anyone
from extranet.soon import soon
from extranet.web import say
from workspaces import policy as workspace_policy
from workspaces import queries as workspace_queries
from workspaces.discussions import policy, queries, service
from workspaces.discussions.forms import LONGEST_MESSAGE, EditForm, MessageForm, RetractForm, ThreadForm
from workspaces.discussions.fragments import article_in
from workspaces.discussions.models import Message
from workspaces.discussions.queries import Change, MessageStanding, ShownMessage, ThreadStanding
from workspaces.discussions.reactions import fragments, moves_its_thread
from workspaces.queries import Standing

discussions = Blueprint("discussions", __name__, url_prefix="/workspaces")

see = door("workspace", workspace_queries.find_visible)
enter = door("workspace", workspace_queries.find_joined)
read = door("thread", queries.find_thread)
hold = door("message", queries.find_message)

NEW = "new"
"""In place of a message's id: the oldest that the member has not read."""
OFTEN = "60 per minute"
"""How often one member may write: far more than a person does, far less than a script."""


@discussions.get("/<slug>")
@see(workspace_policy.may_see)
def show(member: Member, standing: Standing) -> ResponseReturnValue:
    """The threads of a workspace; who has not joined is led to what they may know of it."""
    if not standing.is_joined:
        return redirect(url_for("workspaces.about", slug=standing.workspace.slug))
    page = queries.threads(member, standing, after=request.args.get("after"))
    return render_template(
        "discussions/threads.html", standing=standing, workspace=standing.workspace, page=page,
        head=events.head_of(standing.workspace.id),
    )


@discussions.get("/<slug>/threads/new")
@enter(policy.may_write)
def new_thread(_member: Member, standing: Standing) -> ResponseReturnValue:
    """The form of a new thread."""
    standing.workspace.ensure_active()
    return render_template("discussions/new_thread.html", form=ThreadForm(formdata=None), **_in(standing))


@discussions.post("/<slug>/threads")
@limited(OFTEN)
@enter(policy.may_write)
def open_thread(member: Member, standing: Standing) -> ResponseReturnValue:
    """Open a thread with its first message."""
    standing.workspace.ensure_active()
    form = ThreadForm()
    if not form.validate():
        return form.again("discussions/new_thread.html", **_in(standing))
    message = service.open_thread(
        standing.workspace, title=form.title.data or "", body=form.body.data or "", by=member, client_id=form.sent_as
    )
    return redirect(url_for(".show_thread", slug=standing.workspace.slug, thread_id=message.thread_id))


@discussions.get("/<slug>/threads/<thread_id>")
@read(policy.may_enter)
def show_thread(member: Member, place: ThreadStanding) -> ResponseReturnValue:
    """A page of a thread: `at` a message («new»: the oldest unread), or with an editor where one `answers` another."""
    asked = request.args
    head, so_far = queries.whereabouts(member, place)
    answers = asked.get("answers")
    at = asked.get("at") or answers
    if at == NEW:
        at = queries.oldest_unread(member, place, so_far=so_far) if place.thread.last_seq > so_far else None
    page = queries.messages(place, after=asked.get("after"), before=asked.get("before"), at=at)
    form = MessageForm(formdata=None)
    html = _thread_page(member, place, page=page, form=form, answers=answers, head=head, so_far=so_far)
    _mark_read_after(place, member, queries.read_with(member, place, page.items, so_far=so_far), so_far)
    return html


@discussions.post("/<slug>/threads/<thread_id>/messages")
@limited(OFTEN)
@read(policy.may_write)
def post(member: Member, place: ThreadStanding) -> ResponseReturnValue:
    """Say something in a thread. A script gets the message and its fragment, a browser the page with it."""
    form = MessageForm()
    if not form.validate():
        return _refuse(form, member, place)
    answers = answered_by(member, place, form.answers.data) if form.answers.data else None
    message = service.post(
        place.thread, place.workspace, form.body.data or "", by=member, answers=answers, client_id=form.sent_as
    )
    if not wants_json():
        here = url_for(".show_thread", slug=place.workspace.slug, thread_id=place.thread.id, at=message.id)
        return redirect(f"{here}#m-{message.id}")
    shown = queries.show(place, message.id)
    return make_response(jsonify(message=shown.as_json(), html=_fragment(shown)), 201)


@discussions.post("/<slug>/threads/<thread_id>/read")
@read(policy.may_enter)
def mark_read(member: Member, place: ThreadStanding) -> ResponseReturnValue:
    """Note how far the member has read, as the page says; answers with what is still unread."""
    service.mark_read(place.thread, _place(request.form, "seq"), by=member)
    return jsonify(workspaces=queries.unread_by_slug(member))


@discussions.get("/unread")
@signed_in(anyone)
def unread(member: Member) -> ResponseReturnValue:
    """How many messages of each workspace the member has not read: for pages that were away."""
    return jsonify(workspaces=queries.unread_by_slug(member))


@discussions.get("/<slug>/messages/<message_id>")
@hold(policy.may_enter)
def show_message(_member: Member, place: MessageStanding) -> ResponseReturnValue:
    """One message with all that the member may do to it: where its link leads, and how to act without a script."""
    return _message_page("discussions/message.html", place)


@discussions.get("/<slug>/messages/<message_id>/edit")
@hold(policy.may_edit)
def edit_form(_member: Member, place: MessageStanding) -> ResponseReturnValue:
    """The form in which the author says it otherwise."""
    place.workspace.ensure_active()
    if place.message.is_retracted:
        return redirect(url_for(".show_message", slug=place.workspace.slug, message_id=place.message.id))
    return _message_page("discussions/edit.html", place, form=EditForm(formdata=None, body=place.message.body))


@discussions.post("/<slug>/messages/<message_id>/edit")
@limited(OFTEN)
@hold(policy.may_edit)
def edit(member: Member, place: MessageStanding) -> ResponseReturnValue:
    """Say it otherwise."""
    form = EditForm()
    if not form.validate():
        return _again(form, "discussions/edit.html", place)
    service.edit(place.message, place.workspace, form.body.data or "", by=member)
    return _back_to_message(place)


@discussions.get("/<slug>/messages/<message_id>/retract")
@hold(policy.may_retract)
def retract_form(_member: Member, place: MessageStanding) -> ResponseReturnValue:
    """The page that asks whether to retract."""
    place.workspace.ensure_active()
    return _message_page("discussions/retract.html", place, form=RetractForm(formdata=None))


@discussions.post("/<slug>/messages/<message_id>/retract")
@hold(policy.may_retract)
def retract(member: Member, place: MessageStanding) -> ResponseReturnValue:
    """Take a message back."""
    form = RetractForm()
    if not place.is_author and not form.reason.data:
        form.validate()
        form.reason.errors = [str(service.ReasonNeeded.sentence)]
        return _again(form, "discussions/retract.html", place)
    if not form.validate():
        return _again(form, "discussions/retract.html", place)
    service.retract(place.message, place.workspace, by=member, reason=form.reason.data or None)
    say(_("The message was retracted."))
    return _back_to_message(place)


@discussions.get("/<slug>/messages/<message_id>/history")
@hold(policy.may_read_history)
def history(_member: Member, place: MessageStanding) -> ResponseReturnValue:
    """What the author's message said before."""
    return _message_page("discussions/history.html", place, versions=queries.versions(place))


@discussions.get("/<slug>/changes")
@enter(policy.may_enter)
def changes(_member: Member, standing: Standing) -> ResponseReturnValue:
    """What the open page has missed, with the fragments that it shows."""
    found = queries.changes(standing, after=_place(request.args, "after"))
    return jsonify(items=_with_fragments(found.items), head=found.head, more=found.more)


@discussions.post("/preview")
@limited(OFTEN)
@signed_in(anyone)
def preview(_member: Member) -> ResponseReturnValue:
    """What a message will look like."""
    body = request.form.get("body", "")
    if len(body) > LONGEST_MESSAGE:
        raise Invalid(fields={"body": _("Write at most %(max)d characters.", max=LONGEST_MESSAGE)})
    return jsonify(html=str(from_markdown(body)))


def _with_fragments(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """Each change with its message's fragment; the row of a thread, which is as it is now, with its last move alone."""
    moves = {change.thread.id: change.recorded.seq for change in changes if change.thread and moves_its_thread(change)}
    items = []
    for change in changes:
        item = {**change.as_json(), **fragments(change, current_locale())}
        if change.message is not None:
            del item["message"]["html"]  # it stands in the fragment
        if change.thread is not None and moves.get(change.thread.id) != change.recorded.seq:
            item.pop("row", None)
        items.append(item)
    return items


def _place(said: Mapping[str, str], name: str) -> int:
    number = said.get(name, "")
    if not (number.isascii() and number.isdigit() and len(number) <= 15):
        raise Invalid(fields={name: _("This is not a place in the discussion.")})
    return int(number)


def _in(standing: Standing) -> dict[str, Any]:
    return {"standing": standing, "workspace": standing.workspace, "new_id": uuid.uuid4}


def answered_by(member: Member, place: ThreadStanding, message_id: str) -> Message:
    """The message with this id, which one to be posted answers. Raises `AnswersElsewhere` if it is not to be seen."""
    found = queries.find_message(member, place.workspace.slug, message_id)
    if found is None:
        raise service.AnswersElsewhere(fields={"answers": service.AnswersElsewhere.sentence})
    return found.message


def _thread_page(
    member: Member, place: ThreadStanding, *, page: Page[ShownMessage], form: MessageForm, answers: str | None,
    head: int, so_far: int,
) -> str:
    unread = (m.id for m in page.items if m.seq > so_far and (m.author is None or m.author.id != member.id))
    answered = next((m for m in page.items if m.id == answers and not m.is_retracted), None)
    return render_template(
        "discussions/thread.html", place=place, standing=place.standing, workspace=place.workspace, thread=place.thread,
        page=page, first_unread=next(unread, None), head=head, form=form, answered=answered, new_id=uuid.uuid4,
    )


def _fragment(shown: ShownMessage) -> str:
    return article_in(current_locale(), shown)


def _refuse(form: MessageForm, member: Member, place: ThreadStanding) -> ResponseReturnValue:
    if wants_json():
        raise Invalid(fields=form.errors)
    answers = form.answers.data or None
    head, so_far = queries.whereabouts(member, place)
    page = queries.messages(place, at=answers)
    html = _thread_page(member, place, page=page, form=form, answers=answers, head=head, so_far=so_far)
    return make_response(html, 422)


def _message_page(template: str, place: MessageStanding, **facts: Any) -> str:
    shown = queries.show(place, place.message.id)
    return render_template(
        template, place=place, standing=place.standing, workspace=place.workspace, thread=place.thread, message=shown,
        **facts,
    )


def _again(form: Any, template: str, place: MessageStanding) -> Response:
    return make_response(_message_page(template, place, form=form), 422)


def _back_to_message(place: MessageStanding) -> ResponseReturnValue:
    message_id = place.message.id
    if wants_json():
        shown = queries.show(place, message_id)
        return jsonify(message=shown.as_json(), html=_fragment(shown))
    here = url_for(".show_thread", slug=place.workspace.slug, thread_id=place.thread.id, at=message_id)
    return redirect(f"{here}#m-{message_id}")


def _mark_read_after(place: ThreadStanding, member: Member, seq: int, so_far: int) -> None:
    """Note what the page showed once it is on its way: reading must not wait for writing."""
    if seq <= so_far:
        return

    def note() -> None:
        with db.writing():
            service.mark_read(place.thread, seq, by=member)

    db.release()
    soon(note)
