"""An editor that is shown again: what the summary leads to is there, and no id stands twice on the page."""

import re
from collections import Counter
from html.parser import HTMLParser

from tests.workspaces.discussions.talk import Talk
from workspaces.discussions.forms import LONGEST_MESSAGE

TOO_LONG_AND_PERSONAL = "131052-308T " + "x" * LONGEST_MESSAGE


class Ids(HTMLParser):
    """The ids of a page, what refers to one, and in which form each stands; what a template holds is left out."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.references: set[str] = set()
        self.form_of: dict[str, str] = {}
        self._templates, self._form = 0, ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._templates += tag == "template"
        if self._templates:
            return
        said = {name: value or "" for name, value in attributes}
        self._form = said.get("id", "") if tag == "form" else self._form
        if "id" in said:
            self.ids.append(said["id"])
            self.form_of[said["id"]] = self._form
        for name in ("for", "aria-describedby", "aria-labelledby", "aria-controls"):
            self.references.update(said.get(name, "").split() if tag != "open-dialog" else ())
        if tag == "a" and said.get("href", "").startswith("#"):
            self.links.append(said["href"][1:])

    def handle_endtag(self, tag: str) -> None:
        self._templates -= tag == "template"
        self._form = "" if tag == "form" else self._form


def ensure_whole(page: str) -> Ids:
    """Nothing twice, and whatever refers to an id finds it."""
    found = Ids(page)
    assert [one for one, number in Counter(found.ids).items() if number > 1] == []
    assert {*found.links, *found.references} - {*found.ids, "new"} == set()
    return found


def leads_to(page: str) -> list[str]:
    """Where the lines of the error summary lead."""
    summary = re.search(r'class="error-summary".*?</ul>', page, re.S)
    assert summary is not None
    return re.findall(r'href="#([^"]+)"', summary[0])


def test_a_refused_answer_leads_to_its_own_editor_and_the_other_one_is_as_it_was(talk: Talk) -> None:
    answer = talk.post(talk.cast.grace, TOO_LONG_AND_PERSONAL, answers=talk.first)
    assert answer.status_code == 422
    found = ensure_whole(answer.text)
    (body,) = leads_to(answer.text)
    assert found.form_of[body] == "reply-editor" and found.form_of["body"] == "editor"
    assert answer.text.count(TOO_LONG_AND_PERSONAL) == 1


def test_so_does_a_refused_message(talk: Talk) -> None:
    answer = talk.post(talk.cast.grace, TOO_LONG_AND_PERSONAL)
    assert answer.status_code == 422
    assert ensure_whole(answer.text).form_of[leads_to(answer.text)[0]] == "editor"


def test_so_does_a_decision(talk: Talk) -> None:
    ada = talk.cast.ada
    ada.post(talk.path("/settings"), {"title": "Plans", "kind": "decision"})
    ensure_whole(ada.get(talk.path("/decision")).text)
    answer = ada.post(talk.path("/decision"), {"body": TOO_LONG_AND_PERSONAL, "grounds": ["nothing"]})
    assert answer.status_code == 422
    ensure_whole(answer.text)
    assert leads_to(answer.text) == ["body", "grounds"]


def test_so_do_a_new_thread_and_an_edit(talk: Talk) -> None:
    ada = talk.cast.ada
    for path in (talk.place.path("/threads"), talk.at(talk.first, "/edit")):
        answer = ada.post(path, {"title": "Plans", "kind": "question", "body": TOO_LONG_AND_PERSONAL})
        assert answer.status_code == 422
        ensure_whole(answer.text)
        assert leads_to(answer.text) == ["body"]
