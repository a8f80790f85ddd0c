"""A discussion for the tests: a workspace with a thread, written by the forms that the pages have."""

import re
import uuid
from typing import Any

import sqlalchemy as sa
from werkzeug.test import TestResponse

from tests.cast import Cast, Person, looking
from tests.workspaces.places import Place, open_place
from workspaces.discussions.models import Message, ReadMark, Thread

JSON = {"Accept": "application/json"}


class Talk:
    """A thread in a workspace that Ada hosts and Grace has joined; Ada has said «Hello»."""

    def __init__(self, cast: Cast, place: Place | None = None, **facts: Any) -> None:
        self.cast, self.app = cast, cast.app
        self.place = place or open_place(cast, **facts)
        answer = open_thread(self.place, cast.ada)
        self.thread_id = thread_in(answer)
        self.first = self.messages()[0].id

    def path(self, rest: str = "") -> str:
        """Where a page of the thread stands."""
        return self.place.path(f"/threads/{self.thread_id}{rest}")

    def at(self, message_id: str, rest: str = "") -> str:
        """Where a page of a message stands."""
        return self.place.path(f"/messages/{message_id}{rest}")

    def post(self, by: Person, body: Any = "Hello", *, headers: Any = None, **more: Any) -> TestResponse:
        """Send what the editor sends."""
        said = {"body": body, "answers": "", "client_id": str(uuid.uuid4()), **more}
        return by.post(self.path("/messages"), said, headers=headers or {})

    def say(self, by: Person, body: str = "Hello", **more: Any) -> str:
        """Post as a script does. Returns the id of the message."""
        answer = self.post(by, body, headers=JSON, **more)
        assert answer.status_code == 201, answer.text
        return str(answer.json["message"]["id"]) if answer.json else ""

    def messages(self) -> list[Message]:
        """The messages as they are kept, in reading order."""
        with looking(self.app) as held:
            return list(
                held.scalars(sa.select(Message).where(Message.thread_id == self.thread_id).order_by(Message.path))
            )

    def message(self, message_id: str) -> Message:
        """A message as it is kept."""
        with looking(self.app) as held:
            return held.get_one(Message, message_id)

    def row(self) -> Thread:
        """The thread as it is kept."""
        with looking(self.app) as held:
            return held.get_one(Thread, self.thread_id)

    def mark_of(self, person: Person) -> int | None:
        """How far the person has read."""
        with looking(self.app) as held:
            mark = held.get(ReadMark, (person.member_id, self.thread_id))
            return mark.seq if mark is not None else None

    def read(self, person: Person, rest: str = "") -> str:
        """Open a page of the thread and press «Mark as read», as who has no script does. Returns the page."""
        page = person.get(self.path(rest)).text
        form = re.search(r'<form class="thread-read".*?</form>', page, re.S)
        if form is not None:
            said = dict(re.findall(r'name="(seq|unread_from)" value="(\d+)"', form[0]))
            assert person.post(self.path("/read"), said).status_code == 302
        return page

    def unread(self, person: Person) -> int:
        """How many messages of the workspace the person has not read, as their pages are told."""
        answer = person.get("/workspaces/unread").json
        assert answer is not None
        return int(answer["workspaces"].get(self.place.slug, 0))

    def changes(self, person: Person, after: int = 0) -> Any:
        """What an open page of the person would fetch."""
        return person.get(self.place.path(f"/changes?after={after}")).json


def open_thread(place: Place, by: Person, **said: str) -> TestResponse:
    """Send the form of a new thread."""
    fields = {"title": "Plans", "body": "Hello", "client_id": str(uuid.uuid4()), **said}
    return by.post(place.path("/threads"), fields)


def thread_in(answer: TestResponse) -> str:
    """The id of the thread that an answer leads to."""
    assert answer.status_code == 302, answer.text
    found = re.search(r"/threads/([\w-]+)", answer.location)
    assert found is not None
    return found.group(1)


def order(page: str) -> list[str]:
    """The ids of the messages that a page shows, in its order."""
    return re.findall(r'id="m-([\w-]+)"', page)


