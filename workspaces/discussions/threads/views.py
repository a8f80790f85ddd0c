"""The pages of whole threads: the bell, settings, the accepted answer, the decision, and the move elsewhere."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from extranet import db
from extranet.doors import door
from extranet.errors import wants_json
from extranet.i18n import _
from extranet.limits import limited
from extranet.members import Member
from extranet.web import say
from workspaces import queries as workspace_queries
from workspaces.discussions import queries
from workspaces.discussions.models import Message
from workspaces.discussions.queries import MessageStanding, ThreadStanding
from workspaces.discussions.reading.reactions import tell_own_pages_of_all
from workspaces.discussions.threads import policy, service
from workspaces.discussions.threads import queries as thread_queries
from workspaces.discussions.threads.forms import DecisionForm, SettingsForm
from workspaces.discussions.threads.models import DecisionGround
from workspaces.discussions.threads.words import HINTS
from workspaces.discussions.views import OFTEN, back_to_message
from workspaces.models import Workspace
from workspaces.queries import Standing

threads = Blueprint("threads", __name__, url_prefix="/workspaces")

enter = door("workspace", workspace_queries.find_joined)
read = door("thread", queries.find_thread)
hold = door("message", queries.find_message)

_BELLS = {"yes": True, "no": False}


@threads.post("/<slug>/follow")
@limited(OFTEN)
@enter(policy.may_enter)
def follow(member: Member, standing: Standing) -> ResponseReturnValue:
    """Follow all threads of the workspace from now on, or only those that one chooses."""
    assert standing.membership is not None
    service.follow_all(standing.membership, follows=request.form.get("follows") == "yes")
    tell_own_pages_of_all(member)
    return redirect(url_for("discussions.show", slug=standing.workspace.slug))


@threads.post("/<slug>/threads/<thread_id>/bell")
@limited(OFTEN)
@read(policy.may_enter)
def bell(member: Member, place: ThreadStanding) -> ResponseReturnValue:
    """Follow one thread, mute it, or do as with the others."""
    service.ring(place.thread, follows=_BELLS.get(request.form.get("follows", "")), by=member)
    tell_own_pages_of_all(member)
    if wants_json():
        return jsonify(follows=queries.one_thread(member, place).follows)
    return _back(place)


@threads.get("/<slug>/threads/<thread_id>/settings")
@read(policy.may_rename)
def settings(member: Member, place: ThreadStanding) -> ResponseReturnValue:
    """What can be done with the thread: its name and kind, and for hosts pin, lock and move."""
    place.workspace.ensure_active()
    form = SettingsForm(place.thread)
    return render_template("discussions/thread_settings.html", form=form, **_settings(member, place))


@threads.post("/<slug>/threads/<thread_id>/settings")
@limited(OFTEN)
@read(policy.may_rename)
def change(member: Member, place: ThreadStanding) -> ResponseReturnValue:
    """Call it otherwise, or make it of another kind."""
    place.workspace.ensure_active()
    form = SettingsForm(place.thread)
    if not form.validate():
        return form.again("discussions/thread_settings.html", **_settings(member, place))
    changed = form.changed()
    if "title" in changed:
        service.rename(place.thread, place.workspace, changed["title"], by=member)
    if "kind" in changed:
        service.change_kind(place.thread, place.workspace, changed["kind"], by=member)
    return _back(place)


@threads.post("/<slug>/threads/<thread_id>/pin")
@limited(OFTEN)
@read(policy.may_pin)
def pin(member: Member, place: ThreadStanding) -> ResponseReturnValue:
    """Let it stand first."""
    service.pin(place.thread, place.workspace, by=member)
    return _back(place)


@threads.post("/<slug>/threads/<thread_id>/unpin")
@limited(OFTEN)
@read(policy.may_pin)
def unpin(member: Member, place: ThreadStanding) -> ResponseReturnValue:
    """Let it stand among the others."""
    service.unpin(place.thread, place.workspace, by=member)
    return _back(place)


@threads.post("/<slug>/threads/<thread_id>/lock")
@limited(OFTEN)
@read(policy.may_lock)
def lock(member: Member, place: ThreadStanding) -> ResponseReturnValue:
    """Let nobody write into it."""
    service.lock(place.thread, place.workspace, by=member)
    return _back(place)


@threads.post("/<slug>/threads/<thread_id>/unlock")
@limited(OFTEN)
@read(policy.may_lock)
def unlock(member: Member, place: ThreadStanding) -> ResponseReturnValue:
    """Let people write again."""
    service.unlock(place.thread, place.workspace, by=member)
    return _back(place)


@threads.post("/<slug>/messages/<message_id>/accept")
@limited(OFTEN)
@hold(policy.may_accept)
def accept(member: Member, place: MessageStanding) -> ResponseReturnValue:
    """Say that this is the answer."""
    service.accept(place.message, place.workspace, by=member)
    return back_to_message(place)


@threads.post("/<slug>/messages/<message_id>/unaccept")
@limited(OFTEN)
@hold(policy.may_accept)
def unaccept(member: Member, place: MessageStanding) -> ResponseReturnValue:
    """Say that this is not the answer after all."""
    service.unaccept(place.message, place.workspace, by=member)
    return back_to_message(place)


@threads.get("/<slug>/threads/<thread_id>/decision")
@read(policy.may_decide)
def decision(_member: Member, place: ThreadStanding) -> ResponseReturnValue:
    """The form of the decision; each `ground` is a message that it may rest on."""
    place.workspace.ensure_active()
    if place.thread.kind != "decision":
        raise service.NotForDecision
    written = thread_queries.decision_of(place)
    if written is None:
        place.thread.ensure_open()
    grounds = [ground.id for ground in written.grounds] if written is not None else []
    grounds += request.args.getlist("ground")[: service.MOST_GROUNDS]
    known = {"body": written.body, "in_place_of": written.version} if written is not None else {}
    form = DecisionForm(formdata=None, grounds=grounds, **known)
    form.grounds.there = thread_queries.chosen(place, grounds)
    return _decision_page(place, form)


@threads.post("/<slug>/threads/<thread_id>/decision")
@limited(OFTEN)
@read(policy.may_decide)
def decide(member: Member, place: ThreadStanding) -> ResponseReturnValue:
    """Write the decision; or, as the form is long, show other messages to choose from and keep what was typed."""
    place.workspace.ensure_active()
    form = DecisionForm()
    form.grounds.there = thread_queries.chosen(place, form.grounds.data)
    if "show" in request.form:
        return _decision_page(place, form, after=request.form["show"] or None)
    form.written = thread_queries.decision_of(place)
    if not form.validate():
        return make_response(_decision_page(place, form), 409 if form.is_overtaken else 422)
    grounds = messages_of(place, form.grounds.data)
    known = form.in_place_of.data or ""
    service.decide(place.thread, place.workspace, form.body.data or "", grounds, by=member, in_place_of=known)
    return redirect(f"{_address(place)}#decision")


@threads.post("/<slug>/threads/<thread_id>/decision/withdraw")
@limited(OFTEN)
@read(policy.may_decide)
def withdraw(member: Member, place: ThreadStanding) -> ResponseReturnValue:
    """Take the decision back and let the discussion go on."""
    service.withdraw(place.thread, place.workspace, by=member)
    say(_("The decision was withdrawn. The discussion goes on."))
    return _back(place)


@threads.get("/<slug>/threads/<thread_id>/move")
@read(policy.may_move)
def move_form(member: Member, place: ThreadStanding) -> ResponseReturnValue:
    """Where to move it; and, once that is chosen, who loses it and who gets it."""
    place.workspace.ensure_active()
    service.ensure_all_seen(place.thread, member)
    targets = thread_queries.targets(member, place.workspace.id)
    target = next((one for one in targets if one.slug == request.args.get("to")), None)
    people = thread_queries.exchange(place.workspace.id, target.id) if target is not None else None
    return render_template(
        "discussions/move.html", targets=targets, target=target, people=people, **_in(place)
    )


@threads.post("/<slug>/threads/<thread_id>/move")
@limited(OFTEN)
@read(policy.may_move)
def move(member: Member, place: ThreadStanding) -> ResponseReturnValue:
    """Move it to another workspace."""
    target = target_called(request.form.get("to", ""), member, place)
    service.move(place.thread, place.workspace, target, by=member)
    say(_("The discussion was moved."))
    return redirect(url_for("discussions.show_thread", slug=target.slug, thread_id=place.thread.id))


def target_called(slug: str, member: Member, place: ThreadStanding) -> Workspace:
    """The workspace to which the member may move the thread. Raises `NoSuchTarget`, whether there is one or not."""
    for target in thread_queries.targets(member, place.workspace.id):
        if target.slug == slug:
            return target
    raise service.NoSuchTarget


def messages_of(place: ThreadStanding, message_ids: Sequence[str]) -> Sequence[Message]:
    """These messages of the thread, and those that its decision rests on already and the one who asks does not see.

    Raises `GroundsElsewhere` if one that they name is not there for them.
    """
    wanted, sees_from = set(message_ids), place.standing.sees_from
    already = sa.select(DecisionGround.message_id).where(DecisionGround.thread_id == place.thread.id)
    unseen = sa.and_(Message.id.in_(already), Message.seq < sees_from, Message.retracted_at.is_(None))
    named = sa.and_(Message.id.in_(wanted), Message.seq >= sees_from)
    found = db.session().scalars(
        sa.select(Message).where(Message.thread_id == place.thread.id, sa.or_(named, unseen))
    ).all()
    if {message.id for message in found if message.seq >= sees_from} != wanted:
        raise service.GroundsElsewhere
    return found


def _decision_page(place: ThreadStanding, form: DecisionForm, *, after: str | None = None) -> str:
    return render_template(
        "discussions/decide.html", form=form, page=thread_queries.offered(place, after=after), is_first=after is None,
        most=service.MOST_GROUNDS, **_in(place),
    )


def _settings(member: Member, place: ThreadStanding) -> dict[str, Any]:
    return {
        "hints": HINTS, "decision": thread_queries.decision_of(place),
        "can_move": place.is_host and thread_queries.sees_all(place.thread, member), **_in(place),
    }


def _in(place: ThreadStanding) -> dict[str, Any]:
    return {"place": place, "standing": place.standing, "workspace": place.workspace, "thread": place.thread}


def _address(place: ThreadStanding) -> str:
    return url_for("discussions.show_thread", slug=place.workspace.slug, thread_id=place.thread.id)


def _back(place: ThreadStanding) -> ResponseReturnValue:
    return redirect(_address(place))
