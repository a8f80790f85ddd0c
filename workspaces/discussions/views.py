"""The pages of discussions: a workspace's threads, a thread as a tree, and writing."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from extranet import events
from extranet.doors import door, signed_in
from extranet.errors import Invalid, wants_json
from extranet.html import from_markdown
from extranet.i18n import _, current_locale
from extranet.limits import limited
from extranet.members import Member
from extranet.paging import Page
from extranet.policy import anyone
from extranet.uploads import takes_files
from extranet.web import say
from workspaces import policy as workspace_policy
from workspaces import queries as workspace_queries
from workspaces.discussions import policy, queries, service
from workspaces.discussions.drafts.reactions import sent_by_form
from workspaces.discussions.forms import (
    LONGEST_MESSAGE,
    EditForm,
    MessageForm,
    RetractAnothersForm,
    RetractForm,
    ThreadForm,
    whole_number,
)
from workspaces.discussions.fragments import article_in
from workspaces.discussions.history import history
from workspaces.discussions.models import Message
from workspaces.discussions.queries import (
    Change,
    MessageStanding,
    ShownMessage,
    ShownThread,
    ThreadStanding,
    Whereabouts,
)
from workspaces.discussions.reactions import changes_row, fragments
from workspaces.discussions.reading.queries import readers_shown_from
from workspaces.discussions.thanks import queries as thanks
from workspaces.discussions.thanks.forms import ThanksForm
from workspaces.discussions.threads.words import HINTS
from workspaces.queries import Placed, Standing

discussions = Blueprint("discussions", __name__, url_prefix="/workspaces")

see = door("workspace", workspace_queries.find_visible)
enter = door("workspace", workspace_queries.find_joined)
read = door("thread", queries.find_thread)
read_anywhere = door("thread", queries.find_thread_anywhere)
hold = door("message", queries.find_message)
hold_anywhere = door("message", queries.find_message_anywhere)

NEW = "new"
"""In place of a message's id: the oldest that the member has not read, else where one goes on reading."""
FIRST, LAST = "first", "last"
"""In place of a message's id: the beginning of the thread, and the message that came last."""
OFTEN = "60 per minute"
"""How often one member may write: far more than a person does, far less than a script."""


@discussions.get("/<slug>")
@see(workspace_policy.may_see)
def show(member: Member, standing: Standing) -> ResponseReturnValue:
    """The threads of a workspace; who has not joined is led to what they may know of it."""
    if not standing.is_joined:
        return redirect(url_for("workspaces.about", slug=standing.workspace.slug))
    waiting: Sequence[ShownThread] = ()
    if "after" in request.args:
        page = queries.threads(member, standing, after=request.args["after"])
    else:
        page, waiting = queries.threads_and_waiting(member, standing)
    return render_template(
        "discussions/threads.html", standing=standing, workspace=standing.workspace, page=page, waiting=waiting,
        head=events.head_of(standing.workspace.id),
    )


@discussions.get("/<slug>/threads/new")
@enter(policy.may_write)
def new_thread(_member: Member, standing: Standing) -> ResponseReturnValue:
    """The form of a new thread."""
    standing.workspace.ensure_active()
    return render_template("discussions/new_thread.html", form=ThreadForm(formdata=None), **_in(standing))


@discussions.get("/<slug>/threads")
@enter(policy.may_enter)
def threads(_member: Member, standing: Standing) -> ResponseReturnValue:
    """Where an address that was cut short leads: the discussions of the workspace."""
    return redirect(url_for(".show", slug=standing.workspace.slug))


@discussions.post("/<slug>/threads")
@limited(OFTEN)
@takes_files
@enter(policy.may_write)
def open_thread(member: Member, standing: Standing) -> ResponseReturnValue:
    """Open a thread with its first message."""
    standing.workspace.ensure_active()
    form = ThreadForm()
    if form.gather(member, standing.workspace):
        standing = enter.admit(member, policy.may_write, {"slug": standing.workspace.slug})
    if not form.validate():
        return form.again("discussions/new_thread.html", **_in(standing))
    message = service.open_thread(
        standing.workspace, title=form.title.data or "", body=form.body.data or "", kind=form.kind.data, by=member,
        client_id=form.sent_as, attachments=form.attachments.data,
    )
    sent_by_form(standing.workspace, "new", by=member)
    return redirect(url_for(".show_thread", slug=standing.workspace.slug, thread_id=message.thread_id))


@discussions.get("/<slug>/threads/<thread_id>")
@read_anywhere(policy.may_enter)
def show_thread(member: Member, place: ThreadStanding) -> ResponseReturnValue:
    """A page of a thread, `at` a message or with an editor where one `answers` another; or what is `before` or `after`.

    Without any of these it opens where the member was. A script that scrolls gets the messages alone. That a page was
    fetched says nothing about what was seen of it: the script marks what was on the screen, without one a button does.
    """
    if _is_old_address(place):
        here = url_for(".show_thread", slug=place.workspace.slug, thread_id=place.thread.id)
        return redirect(f"{here}?{request.query_string.decode()}" if request.query_string else here)
    asked = request.args
    where = queries.whereabouts(member, place)
    at = _opens_at(asked, place, where.unread)
    page = queries.messages(place, after=asked.get("after"), before=asked.get("before"), at=at)
    if wants_json():
        html = "".join(_fragment(message) for message in page.items)
        return jsonify(html=html, previous=page.previous, next=page.next)
    form = _form_to_answer(page, asked)
    return _thread_page(member, place, page=page, form=form, answers=asked.get("answers"), where=where, at=at)


@discussions.post("/<slug>/threads/<thread_id>/messages")
@limited(OFTEN)
@takes_files
@read(policy.may_write)
def post(member: Member, place: ThreadStanding) -> ResponseReturnValue:
    """Say something in a thread. A script gets the message and its fragment, a browser the page with it."""
    form = MessageForm()
    if form.gather(member, place.workspace):
        place = read.admit(member, policy.may_write, {"slug": place.workspace.slug, "thread_id": place.thread.id})
    if not form.validate():
        return _refuse(form, member, place)
    answers = answered_by(member, place, form.answers.data) if form.answers.data else None
    message = service.post(
        place.thread, place.workspace, form.body.data or "", by=member, answers=answers, client_id=form.sent_as,
        attachments=form.attachments.data,
    )
    place_of_draft = f"answer-{answers.id}" if answers is not None else f"thread-{place.thread.id}"
    sent_by_form(place.workspace, place_of_draft, by=member)
    if not wants_json():
        here = url_for(".show_thread", slug=place.workspace.slug, thread_id=place.thread.id, at=message.id)
        return redirect(f"{here}#m-{message.id}")
    shown = queries.show(place, message.id)
    return make_response(jsonify(message=shown.as_json(), html=_fragment(shown)), 201)


@discussions.get("/<slug>/messages/<message_id>")
@hold_anywhere(policy.may_enter)
def show_message(member: Member, place: MessageStanding) -> ResponseReturnValue:
    """One message with all that the member may do to it: where its link leads, and how to act without a script."""
    if _is_old_address(place):
        return redirect(url_for(".show_message", slug=place.workspace.slug, message_id=place.message.id))
    form = ThanksForm(formdata=None, words=thanks.words_of(member, place.message))
    return _message_page("discussions/message.html", place, form=form)


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
        return message_page_again(form, "discussions/edit.html", place)
    service.edit(place.message, place.workspace, form.body.data or "", by=member)
    sent_by_form(place.workspace, f"edit-{place.message.id}", by=member)
    return back_to_message(place)


@discussions.get("/<slug>/messages/<message_id>/retract")
@hold(policy.may_retract)
def retract_form(_member: Member, place: MessageStanding) -> ResponseReturnValue:
    """The page that asks whether to retract."""
    place.workspace.ensure_active()
    return _message_page("discussions/retract.html", place, form=_retract_form(place)(formdata=None))


@discussions.post("/<slug>/messages/<message_id>/retract")
@limited(OFTEN)
@hold(policy.may_retract)
def retract(member: Member, place: MessageStanding) -> ResponseReturnValue:
    """Take a message back."""
    form = _retract_form(place)()
    if not form.validate():
        return message_page_again(form, "discussions/retract.html", place)
    service.retract(place.message, place.workspace, by=member, reason=form.reason.data or None)
    say(_("The message was retracted."))
    return back_to_message(place)


@discussions.get("/<slug>/messages/<message_id>/history")
@limited("30 per minute", counts_reads=True)
@hold(policy.may_read_history)
def show_history(_member: Member, place: MessageStanding) -> ResponseReturnValue:
    """What the author's message said before, and what changed."""
    return _message_page("discussions/history.html", place, page=history(place, after=request.args.get("after")))


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
    """Each change with its message's fragment; a thread's row and head, which are as they are now, with its last alone.
    """
    last = {change.thread.id: change.recorded.seq for change in changes if change.thread and changes_row(change)}
    items, language = [], current_locale()
    for change in changes:
        item = {**change.as_json(), **fragments(change, language)}
        if change.message is not None:
            del item["message"]["html"]  # it stands in the fragment
        if change.thread is not None and last.get(change.thread.id) != change.recorded.seq:
            item.pop("row", None)
            item.pop("head", None)
        items.append(item)
    return items


def _place(said: Mapping[str, str], name: str) -> int:
    number = whole_number(said.get(name, ""))
    if number is None:
        raise Invalid(fields={name: _("This is not a place in the discussion.")})
    return number


def _is_old_address(place: Placed) -> bool:
    """Whether the address names the workspace from which the thread was moved to where it is now."""
    return (request.view_args or {}).get("slug") != place.workspace.slug


def _in(standing: Standing) -> dict[str, Any]:
    return {"standing": standing, "workspace": standing.workspace, "new_id": uuid.uuid4, "hints": HINTS}


def answered_by(member: Member, place: ThreadStanding, message_id: str) -> Message:
    """The message with this id, which one to be posted answers. Raises `AnswersElsewhere` if it is not to be seen."""
    found = queries.find_answered(member, place.workspace.slug, message_id)
    if found is None:
        raise service.AnswersElsewhere(fields={"answers": service.AnswersElsewhere.sentence})
    return found


def _opens_at(asked: Mapping[str, str], place: ThreadStanding, unread: Sequence[int]) -> str | int | None:
    """The message at which a thread opens, by its id or its `seq`; None for the beginning, or where a cursor says."""
    at = asked.get("at") or asked.get("answers")
    if at == FIRST or (at is None and ("after" in asked or "before" in asked)):
        return None
    if at == LAST:
        return place.thread.last_seq
    if at is not None and at != NEW:
        return at
    if unread:
        return unread[0]
    return place.thread.last_seq if place.thread.message_count > queries.MESSAGES_A_PAGE else None


def _thread_page(
    member: Member, place: ThreadStanding, *, page: Page[ShownMessage], form: MessageForm, answers: str | None,
    where: Whereabouts, at: str | int | None = None,
) -> str:
    mark = where.mark
    new = (m.id for m in page.items if m.seq > mark.so_far and not m.is_retracted and not m.is_by(member))
    answered = next((m for m in page.items if m.id == answers), None)
    if answered is not None:
        form.body.id = "reply-editor-body"  # the summary leads to the editor that has what was typed
    opens_at = next((m.id for m in page.items if at in (m.id, m.seq)), None)
    return render_template(
        "discussions/thread.html", place=place, standing=place.standing, workspace=place.workspace, thread=place.thread,
        page=page, first_unread=next(new, None), head=where.head, form=form, answered=answered, new_id=uuid.uuid4,
        so_far=mark.so_far, unread=where.unread, number=where.number, unread_from=mark.unread_from,
        read_to=queries.read_with(page.items, where.unread, so_far=mark.so_far), opens_at=opens_at,
        thread_head=queries.head(place), readers_shown_from=readers_shown_from(place, place.thread),
    )


def _form_to_answer(page: Page[ShownMessage], asked: Mapping[str, str]) -> MessageForm:
    """An empty form, or where a `quote` is asked for with what the answered message says, and room below it."""
    form = MessageForm(formdata=None)
    answered = asked.get("answers") if asked.get("quote") else None
    body = next((message.body for message in page.items if message.id == answered), "")
    if body:
        form.body.data = "".join(f"> {line}".rstrip() + "\n" for line in body.splitlines()) + "\n"
    return form


def _fragment(shown: ShownMessage) -> str:
    return article_in(current_locale(), shown)


def _refuse(form: MessageForm, member: Member, place: ThreadStanding) -> ResponseReturnValue:
    if wants_json():
        raise Invalid(fields=form.errors)
    answers = form.answers.data or None
    where = queries.whereabouts(member, place)
    page = queries.messages(place, at=answers)
    html = _thread_page(member, place, page=page, form=form, answers=answers, where=where)
    return make_response(html, 422)


def _message_page(template: str, place: MessageStanding, **facts: Any) -> str:
    shown = queries.show(place, place.message.id)
    return render_template(
        template, place=place, standing=place.standing, workspace=place.workspace, thread=place.thread, message=shown,
        readers_shown_from=readers_shown_from(place, place.thread), **facts,
    )


def _retract_form(place: MessageStanding) -> type[RetractForm]:
    return RetractForm if place.is_author else RetractAnothersForm


def message_page_again(form: Any, template: str, place: MessageStanding) -> Response:
    """A page about a message with a form that did not pass, status 422."""
    return make_response(_message_page(template, place, form=form), 422)


def back_to_message(place: MessageStanding) -> ResponseReturnValue:
    """After something was done to a message: it as it is now for a script, for a browser the thread there."""
    message_id = place.message.id
    if wants_json():
        shown = queries.show(place, message_id)
        return jsonify(message=shown.as_json(), html=_fragment(shown))
    here = url_for("discussions.show_thread", slug=place.workspace.slug, thread_id=place.thread.id, at=message_id)
    return redirect(f"{here}#m-{message_id}")
