"""A scene: everybody of the cast around workspaces of each kind, with every sort of private word in its place.

All words come from `say(place)`, so that a test can plant a marker in each place and look for it elsewhere. A place is
named by what it is, and in a workspace also by which one: «unlisted: message».
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO

from flask import Flask

from directory import service as directory
from directory.service import Details
from extranet import credentials, db
from extranet.accounts import queries as account_queries
from extranet.accounts import service as accounts
from extranet.accounts.models import Application
from extranet.ids import new_id
from extranet.members import Member
from extranet.moderation import service as moderation
from tests.cast import Cast, Person, keeping
from workspaces import service as workspaces
from workspaces.attachments import service as files
from workspaces.attachments.service import Chosen, Found
from workspaces.attachments.store import store
from workspaces.discussions import service as discussions
from workspaces.discussions.drafts import service as drafts
from workspaces.discussions.models import Message, Thread
from workspaces.discussions.thanks import service as thanks
from workspaces.discussions.threads import service as threads
from workspaces.memberships import service as memberships
from workspaces.models import Visibility, Workspace

Say = Callable[[str], str]

VISIBILITIES: tuple[Visibility, ...] = ("listed", "unlisted")
SPACES = ("listed", "listed archived", "listed trash", "unlisted", "unlisted archived", "unlisted trash", "open")
WORDS = {
    "phone": "+358 40 555 0100",
    "hidden phone": "+358 40 555 0199",
    "hidden e-mail": "hidden@example.org",
    "unlisted: invited address": "invited@example.org",
    "listed: invited address": "invited@example.net",
    "application: e-mail": "anna.applicant@example.org",
}
"""What stands in places that take no free text, unless a test says otherwise."""


@dataclass
class Space:
    """A workspace of the scene and the ids of what is in it."""

    id: str
    slug: str
    name: str
    visibility: Visibility
    thread_id: str = ""
    question_id: str = ""
    matter_id: str = ""
    decision: str = ""
    """Which one was written about the matter: what is written next stands in its place."""
    messages: dict[str, str] = field(default_factory=dict)
    """«first» and «later» (Ada's), «own» (Grace's, edited), «left» (Lee's), «suspended» (Sue's), «taken back» and
    «retracted»."""
    files: dict[str, str] = field(default_factory=dict)
    """«plan» and «picture» of the first message, «taken back» of the one that was, and Grace's «unsent» one."""
    invitation_id: str = ""
    invitation_token: str = ""
    own_invitation_id: str = ""


class Scene:
    """Who is there, and what there is.

    `spaces` are «listed» and «unlisted» (active, joined by request), each also «… archived» and «… trash»; and «open»,
    a listed one that anybody may join. In each: Ada and Hugo host; Grace and Olga have joined; Lee has left; Sue, who
    had joined, is suspended; Nina has joined last and sees nothing earlier than the «later message». In the active ones
    Rita asks to join, Kim is kept out and Ingrid is invited. `spaces` may ask for some of them.
    """

    def __init__(self, app: Flask, say: Say | None = None, *, spaces: tuple[str, ...] = SPACES) -> None:
        self.app = app
        self.say = say or _plain
        self.cast = cast = Cast(app)
        self.visitor, self.ada, self.mallory = cast.visitor, cast.ada, cast.mallory
        self.moses, self.irma = cast.moses, cast.irma
        self.grace = cast.member("Grace Hopper", email=self.say("hidden account address"))
        self.lee, self.sue = cast.member("Lee Left"), cast.member("Sue Suspended")
        self.hugo, self.olga = cast.member("Hugo Host"), cast.member("Olga Ordinary")
        self.rita, self.kim = cast.member("Rita Requests"), cast.member("Kim Keptout")
        self.ingrid, self.hanna = cast.member("Ingrid Invited"), cast.member(
            "Hanna Hidden", email=self.say("hidden card: account address")
        )
        self.nina = cast.member("Nina Newcomer")
        self.applicant = Person(app)
        self.spaces: dict[str, Space] = {}
        for person in (self.sue, self.lee):  # what they hold from before
            person.client  # noqa: B018
            person.token  # noqa: B018
        self._furnish(spaces)

    def reload(self) -> None:
        """Bring the index up to date and send the letters that wait."""
        from extranet import outbox

        with self.app.app_context():
            outbox.drain()

    def _furnish(self, spaces: tuple[str, ...]) -> None:
        with keeping(self.app) as held:
            self._of = partial(held.get_one, Member)
            self._write_cards()
            self._apply()
            for key in spaces:
                self._open(key)
            self._suspend()
            self.own_credential_id = credentials.of_member(self._member(self.ada), "token")[0].id
            self.password_link = accounts.letter_of_forgotten_password(self._member(self.ada))

    def _member(self, person: Person) -> Member:
        return self._of(person.member_id)

    def _write_cards(self) -> None:
        say = self.say
        shown = Details(title="Coordinator", organisation="The town", organisation_type="other", phone=say("phone"))
        contact = directory.edit_card(shown, by=self._member(self.ada))
        assert contact.organisation is not None
        self.organisation_id = contact.organisation.id
        some = Details(
            title="Teacher", phone=say("hidden phone"), email=say("hidden e-mail"),
            organisation=say("hidden organisation"), organisation_type="other", ask_about=say("hidden ask about"),
            hidden_fields=("phone", "email", "organisation", "ask_about"),
        )
        hidden = directory.edit_card(some, by=self._member(self.grace)).organisation
        assert hidden is not None
        self.hidden_organisation_id = hidden.id
        whole = Details(title=say("hidden card: title"), ask_about=say("hidden card: ask about"), is_hidden=True)
        directory.edit_card(whole, by=self._member(self.hanna))
        for person in (self.mallory, self.ingrid, self.olga):
            directory.edit_card(Details(title="Volunteer"), by=self._member(person))
        credentials.issue_token(self._member(self.ada), name=self.say("token: name"))

    def _apply(self) -> None:
        self.application_id, link = self._application("application")
        accounts.confirm(account_queries.link_to_confirm(link))
        self.unconfirmed_id, self.confirmation_link = self._application("unconfirmed")

    def _application(self, which: str) -> tuple[str, str]:
        say = self.say
        said: Application = accounts.apply(
            name=f"Anna {which.title()}", email=say(f"{which}: e-mail"), organisation=say(f"{which}: organisation"),
            task=say(f"{which}: task"), region="01", why=say(f"{which}: why"), language="en",
        )  # fmt: skip
        return said.id, accounts.letter_of_confirmation(said)

    def _open(self, key: str) -> None:
        ada, say = self._member(self.ada), partial(self._say_in, key)
        visibility: Visibility = "unlisted" if key.startswith("unlisted") else "listed"
        workspace = workspaces.open_workspace(
            name=say("name"), purpose=say("purpose"), kind="project", visibility=visibility,
            joining="open" if key == "open" else "request", by=ada,
        )  # fmt: skip
        workspace.readers_shown_from = 1 if key == "open" else None
        space = self.spaces[key] = Space(workspace.id, workspace.slug, workspace.name, visibility)
        for person in (self.hugo, self.grace, self.olga, self.lee, self.sue):
            memberships.invite(workspace, self._member(person), by=ada)
            memberships.join(workspace, by=self._member(person))
        memberships.appoint(workspace, self._member(self.hugo), by=ada)
        self._talk(workspace, space, say)
        memberships.leave(workspace, by=self._member(self.lee))
        memberships.invite(workspace, self._member(self.nina), by=ada, shows_earlier=False)
        memberships.join(workspace, by=self._member(self.nina))
        self._say_later(workspace, space, say)
        if key.endswith(("archived", "trash")):
            workspaces.archive(workspace, outcome=say("outcome"), by=ada)
            if key.endswith("trash"):
                workspaces.trash(workspace, workspace.name, by=ada)
            return
        self._wait_outside(workspace, space, say)

    def _talk(self, workspace: Workspace, space: Space, say: Say) -> None:
        plan = self._bring(workspace, space, "plan", say("file name"), say("file content"), by=self.ada)
        picture = self._bring(workspace, space, "picture", "a", say("picture content"), say("preview"), by=self.ada)
        first = discussions.open_thread(
            workspace, title=say("thread"), body=say("message"), by=self._member(self.ada),
            attachments=[Chosen(plan), Chosen(picture, say("what a picture shows"))],
        )
        space.thread_id, space.messages["first"] = first.thread_id, first.id
        thread = db.session().get_one(Thread, first.thread_id)

        def post(key: str, words: str, by: Person, *files: Chosen) -> None:
            said = discussions.post(
                thread, workspace, say(words), by=self._member(by), answers=first, attachments=files
            )
            space.messages[key] = said.id
            if key == "own":
                discussions.edit(said, workspace, say("edited message"), by=self._member(by))
            elif key == "taken back":
                discussions.retract(said, workspace, by=self._member(by))
            elif key == "retracted":
                discussions.retract(said, workspace, by=self._member(self.ada), reason=say("retraction reason"))

        drafts.keep(workspace, f"thread-{thread.id}", body=say("draft"), version=0, by=self._member(self.grace))
        thanks.thank(first, workspace, say("thanks"), by=self._member(self.olga))
        thanks.react(first, workspace, "glad", by=self._member(self.olga))
        self._decide(workspace, space, say)
        post("own", "message before its edit", self.grace)
        post("left", "message of who left", self.lee)
        post("suspended", "message of who is suspended", self.sue)
        gone = self._bring(
            workspace, space, "taken back", say("name of a file taken back"), say("file taken back"), by=self.grace
        )
        post("taken back", "message taken back", self.grace, Chosen(gone))
        self._bring(workspace, space, "unsent", say("name of an unsent file"), say("unsent file"), by=self.grace)
        post("retracted", "retracted message", self.grace)

    def _bring(
        self, workspace: Workspace, space: Space, key: str, name: str, content: str, preview: str = "", *, by: Person
    ) -> str:
        """Keep a file as it is kept once it has been looked at: a text, or what passes for a picture."""
        file_id = space.files[key] = new_id()
        kept_in = store()
        if preview:
            kept_in.workplace(file_id)[1].write_text(preview, encoding="utf-8")
        kept = kept_in.keep(file_id, BytesIO(content.encode()))
        kind, ending, side = ("image/png", "png", 9) if preview else ("text/plain", "txt", None)
        found = Found(file_id, f"{name}.{ending}", kind, kept.size, kept.digest, side, side)
        return files.bring(workspace, found, by=self._member(by)).id

    def _decide(self, workspace: Workspace, space: Space, say: Say) -> None:
        """A question with an answer, and a matter that has been decided and called otherwise."""
        ada, held = self._member(self.ada), db.session()
        asked = discussions.open_thread(workspace, title=say("question"), body="Who?", kind="question", by=ada)
        question = held.get_one(Thread, asked.thread_id)
        answer = discussions.post(question, workspace, say("answer"), by=self._member(self.grace), answers=asked)
        space.question_id, space.messages["answer"] = question.id, answer.id
        reason = discussions.open_thread(
            workspace, title=say("title before"), body=say("reason"), kind="decision", by=ada
        )
        matter = held.get_one(Thread, reason.thread_id)
        threads.rename(matter, workspace, say("matter"), by=ada)
        decision = threads.decide(matter, workspace, say("decision"), [reason], by=ada)
        space.matter_id, space.decision = matter.id, decision.version

    def _say_later(self, workspace: Workspace, space: Space, say: Say) -> None:
        thread, answered = db.session().get_one(Thread, space.thread_id), space.messages["first"]
        said = discussions.post(
            thread, workspace, say("later message"), by=self._member(self.ada),
            answers=db.session().get_one(Message, answered),
        )  # fmt: skip
        space.messages["later"] = said.id

    def _wait_outside(self, workspace: Workspace, space: Space, say: Say) -> None:
        ada = self._member(self.ada)
        if workspace.joining == "request":
            memberships.ask(workspace, say("request"), by=self._member(self.rita))
        memberships.keep_out(workspace, self._member(self.kim), say("reason of keeping out"), by=ada)
        space.own_invitation_id = memberships.invite(workspace, self._member(self.ingrid), by=ada).id
        invitation = memberships.invite(workspace, say("invited address"), by=ada)
        space.invitation_id, space.invitation_token = invitation.id, invitation.make_secret()

    def _say_in(self, key: str, place: str) -> str:
        return self.say(f"{key}: {place}")

    def _suspend(self) -> None:
        moderation.suspend(self._member(self.sue), self.say("suspension reason"), by=self._member(self.moses))


def _plain(place: str) -> str:
    if "e-mail" in place or "address" in place:
        return WORDS.get(place, f"{place.replace(':', '').replace(' ', '.')}@example.org")
    return WORDS.get(place, place.replace(":", "").capitalize())
