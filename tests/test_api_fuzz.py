"""The API does what its description says, whatever it is asked: every answer is documented, and its body fits.

Cases are made from the description itself. What would be done is given up at the end of each request.
"""

import os
from collections.abc import Mapping
from typing import Any, cast

import jsonschema
import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import validate
from werkzeug.test import TestResponse

from extranet.api import PREFIX
from tests import entrances
from tests.cast import Person
from tests.factories import Scene
from tests.scenes import Furnish
from tests.test_access import keep_nothing

pytestmark = pytest.mark.timeout(1_800)

CASES = int(os.environ.get("FUZZ_CASES", "8"))
"""Cases for each operation; give more for a long run."""
METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture
def scene(furnish: Furnish, monkeypatch: pytest.MonkeyPatch) -> Scene:
    scene = furnish()
    keep_nothing(monkeypatch)
    return scene


@pytest.mark.once
def test_the_description_is_openapi(app: Flask) -> None:
    described = _described(app)
    validate(cast(Any, described))
    assert described["openapi"].startswith("3.1")


@pytest.mark.once
def test_every_operation_is_described(app: Flask) -> None:
    there = {
        (method, rule.rule.removeprefix(PREFIX).replace("<", "{").replace(">", "}"))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(f"{PREFIX}/") and rule.endpoint != "openapi"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    described = {
        (method.upper(), path) for path, operations in _described(app)["paths"].items() for method in operations
    }
    assert described == there


def test_what_passes_is_answered_as_described(scene: Scene) -> None:
    described, people, wrong = _described(scene.app), entrances.people(scene), []
    rows = [row for row in entrances.rows() if row.rule.startswith("/api/") and row.rule != f"{PREFIX}/openapi.json"]
    for row in rows:
        path = row.rule.removeprefix(PREFIX).replace("<", "{").replace(">", "}")
        operation = described["paths"][path][row.method.lower()]
        for name in ("visitor", "outside", "joined", "host", "moderator"):
            call = entrances.call(row, scene, entrances.space_of(row, scene, "listed"))
            answer = people[name].api(row.method, call.path.removeprefix(PREFIX), buffered=True, **call.body)
            wrong += [f"{row}, {name}: {fault}" for fault in _faults(described, operation, answer)]
    assert not wrong, "\n".join(wrong)


def test_whatever_is_asked_is_answered_as_described(scene: Scene) -> None:
    described, wrong = _described(scene.app), []
    people = [scene.ada, scene.grace, scene.mallory, scene.moses]
    ids = _ids(scene)
    for path, operations in described["paths"].items():
        for method in METHODS:
            if method in operations:
                wrong += _fuzz(described, path, method, people, ids)
    assert not wrong, "\n".join(wrong)


def _fuzz(
    described: dict[str, Any], path: str, method: str, people: list[Person], ids: Mapping[str, list[str]]
) -> list[str]:
    operation: dict[str, Any] = described["paths"][path][method]
    wrong: list[str] = []
    parameters = operation.get("parameters", [])
    taken = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")

    @settings(
        max_examples=CASES, deadline=None, database=None, phases=[Phase.generate], derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.data())
    def ask(data: st.DataObject) -> None:
        address, query = path, {}
        for parameter in parameters:
            name = parameter["name"]
            if parameter["in"] == "path":
                known = st.sampled_from(ids.get(name, ["x"]))
                address = address.replace(f"{{{name}}}", data.draw(known | known | _SEGMENT))
            elif parameter["required"] or data.draw(st.booleans()):
                query[name] = data.draw(_values(parameter["schema"], described) | _SCALAR.map(str))
        body = data.draw(_values(taken, described) | _values(taken, described) | _JSON) if taken else None
        person = data.draw(st.sampled_from(people))
        answer = person.api(method.upper(), address, body, query_string=_as_query(query), buffered=True)
        case = f"{method.upper()} {address} {query!r:.200} {body!r:.300}"
        wrong.extend(f"{case}: {fault}" for fault in _faults(described, operation, answer))

    ask()
    return wrong


_CHARACTERS = st.characters(exclude_categories=["Cs"])
_TEXT = st.text(_CHARACTERS, max_size=60)
_SCALAR = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _TEXT
_JSON = st.recursive(_SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3))
_IN_A_PATH = st.characters(codec="utf-8", exclude_characters="/?#\\", exclude_categories=["Cs", "Cc"])
_SEGMENT = st.text(_IN_A_PATH, min_size=1, max_size=20)


def _as_query(query: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value if isinstance(value, list) else str(value) for name, value in query.items() if value is not None
    }


def _values(schema: Mapping[str, Any] | None, described: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Values that fit a schema, more or less."""
    if schema is None:
        return st.none()
    if "$ref" in schema:
        return _values(described["components"]["schemas"][schema["$ref"].rpartition("/")[2]], described)
    if "anyOf" in schema:
        return st.one_of(*(_values(one, described) for one in schema["anyOf"]))
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "const" in schema:
        return st.just(schema["const"])
    kind = schema.get("type")
    if kind == "object":
        fields = {name: _values(one, described) for name, one in schema.get("properties", {}).items()}
        needed = {name: fields.pop(name) for name in schema.get("required", [])}
        return st.fixed_dictionaries(needed, optional=fields)
    if kind == "array":
        return st.lists(_values(schema.get("items"), described), max_size=3)
    if kind == "string":
        return _TEXTS.get(schema.get("format", ""), _TEXT)
    plain: dict[Any, st.SearchStrategy[Any]] = {
        "integer": st.integers(-1, 2**60), "boolean": st.booleans(), "null": st.none(), "number": st.floats(),
    }  # fmt: skip
    return plain.get(kind, _JSON)


_TEXTS: dict[str, st.SearchStrategy[str]] = {"uuid": st.uuids().map(str), "date": st.dates().map(str)}


def _ids(scene: Scene) -> dict[str, list[str]]:
    spaces = list(scene.spaces.values())
    return {
        "slug": [space.slug for space in spaces],
        "thread_id": [space.thread_id for space in spaces],
        "message_id": [message for space in spaces for message in space.messages.values()],
        "attachment_id": [file_id for space in spaces for file_id in space.files.values()],
        "member_id": [person.member_id for person in (scene.ada, scene.grace, scene.rita, scene.kim, scene.hanna)],
        "invitation_id": [space.own_invitation_id for space in spaces if space.own_invitation_id],
        "organisation_id": [scene.organisation_id, scene.hidden_organisation_id],
    }


def _faults(described: dict[str, Any], operation: Mapping[str, Any], answer: TestResponse) -> list[str]:
    """What is wrong with an answer: its status is not documented, it is a fault of ours, or its body does not fit."""
    documented = operation["responses"].get(str(answer.status_code))
    if answer.status_code >= 500 or documented is None:
        return [f"{answer.status} is not to be: {answer.text:.200}"]
    content = documented["content"].get(answer.mimetype)
    if content is None:
        return [f"{answer.status} as {answer.mimetype}"]
    schema = {**content["schema"], "components": described["components"]}
    validator = jsonschema.Draft202012Validator(schema)
    return [f"{answer.status}: {error.message:.300}" for error in validator.iter_errors(answer.get_json())]


def _described(app: Flask) -> dict[str, Any]:
    return cast(dict[str, Any], app.test_client().get(f"{PREFIX}/openapi.json").get_json())
