"""The JSON API under /api/v1: the same services and rules as the pages, thinly; and its own description, OpenAPI 3.1.

An operation is a function behind a door. `takes` names the pydantic model of its body, `asks` that of its query,
`gives` that of its answer; the description is made from these. Every error is a problem document (RFC 9457).
"""

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Annotated, Any, TypeVar, cast, get_origin

from flask import Blueprint, Flask, Response, current_app, jsonify, request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic.json_schema import models_json_schema

from extranet.doors import public
from extranet.errors import Invalid, Refusal, TooLarge
from extranet.forms import is_visible, tidy, tidy_text
from extranet.i18n import _, lazy

PREFIX = "/api/v1"
PAGE_SIZE = 50
MOST_VALUES = 1_000
"""Values that a body may hold, names and what is in lists in it counted too: what is taken anywhere has far fewer."""
MOST_ERRORS = 20
"""What is said to be wrong with a request; with this mended, one hears of the rest."""

View = TypeVar("View", bound=Callable[..., Any])
Model = TypeVar("Model", bound=BaseModel)


class Schema(BaseModel):
    """What a request may hold: nothing but the fields named."""

    model_config = ConfigDict(extra="forbid", str_max_length=100_000)


class Answer(BaseModel):
    """What an answer holds."""

    model_config = ConfigDict(from_attributes=True)


class NotJson(Refusal):
    """The body is not JSON."""

    status = 400
    sentence = lazy("The body of the request is not JSON that can be read.")


class WrongContent(Refusal):
    """The body says that it is something else than JSON."""

    status = 415
    sentence = lazy("Send the body as application/json.")


class Problem(Answer):
    """Why something was not done (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: dict[str, list[str]] | None = None


class AfterQuery(Schema):
    """Which page of a list: the `next` of the page before."""

    after: str | None = Field(default=None, max_length=1000)


class Done(Answer):
    """It was done; there is nothing more to tell."""

    done: bool = True


def _filled(text: str | None) -> str:
    if not text or not is_visible(text):
        raise ValueError("empty")
    return text


Line = Annotated[str, Field(max_length=200), AfterValidator(tidy), AfterValidator(_filled)]
"""One line of 1 to 200 characters."""
Text = Annotated[str, Field(max_length=20_000), AfterValidator(tidy_text), AfterValidator(_filled)]
"""Several lines of 1 to 20,000 characters."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as it is described."""

    method: str
    path: str
    view: Callable[..., Any]
    gives: type[BaseModel] | None
    status: int
    summary: str
    tag: str


@dataclass(slots=True)
class Api:
    """The operations of one feature; `install` adds them to the app."""

    tag: str
    operations: list[Operation] = field(default_factory=list)

    def get(self, path: str, *, gives: type[BaseModel], summary: str) -> Callable[[View], View]:
        """An operation that reads."""
        return self._operation("GET", path, gives, 200, summary)

    def post(
        self, path: str, *, gives: type[BaseModel], summary: str, status: int = 200
    ) -> Callable[[View], View]:
        """An operation that does something."""
        return self._operation("POST", path, gives, status, summary)

    def download(self, path: str, *, summary: str) -> Callable[[View], View]:
        """An operation that gives bytes: its view answers by itself."""
        return self._operation("GET", path, None, 200, summary)

    def patch(self, path: str, *, gives: type[BaseModel], summary: str) -> Callable[[View], View]:
        """An operation that changes the fields that are given."""
        return self._operation("PATCH", path, gives, 200, summary)

    def put(self, path: str, *, gives: type[BaseModel], summary: str) -> Callable[[View], View]:
        """An operation that keeps what is given in a place."""
        return self._operation("PUT", path, gives, 200, summary)

    def delete(self, path: str, *, gives: type[BaseModel], summary: str) -> Callable[[View], View]:
        """An operation that takes away."""
        return self._operation("DELETE", path, gives, 200, summary)

    def install(self, app: Flask) -> None:
        """Add the operations to the app and to its description."""
        blueprint = Blueprint(f"api_{self.tag.replace('-', '_')}", __name__, url_prefix=PREFIX)
        for operation in self.operations:
            blueprint.add_url_rule(
                operation.path, operation.view.__name__, _answering(operation), methods=[operation.method]
            )
        app.register_blueprint(blueprint)
        _described(app).extend(self.operations)

    def _operation(
        self, method: str, path: str, gives: type[BaseModel] | None, status: int, summary: str
    ) -> Callable[[View], View]:
        def add(view: View) -> View:
            self.operations.append(Operation(method, path, view, gives, status, summary, self.tag))
            return view

        return add


def install(app: Flask) -> None:
    """Give the app its API's description, at /api/v1/openapi.json."""
    app.extensions["api_operations"] = []
    app.add_url_rule(f"{PREFIX}/openapi.json", "openapi", openapi)


def takes(model: type[BaseModel]) -> Callable[[View], View]:
    """The view gets the request's JSON body as `body`, checked. Stands innermost, so that the door comes first."""

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def taking(*args: Any, **address: Any) -> Any:
            return view(*args, body=_check(model, _json()), **address)

        taking.__takes__ = model  # type: ignore[attr-defined]
        return cast(View, taking)

    return wrap


def asks(model: type[BaseModel]) -> Callable[[View], View]:
    """The view gets the request's query as `query`, checked; a field that is a list may be repeated."""

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def asking(*args: Any, **address: Any) -> Any:
            return view(*args, query=_check(model, _query(model)), **address)

        asking.__asks__ = model  # type: ignore[attr-defined]
        return cast(View, asking)

    return wrap


@public("the description of the API tells nothing about anybody")
def openapi() -> Response:
    """The API's description, OpenAPI 3.1."""
    return jsonify(describe(current_app))


def describe(app: Flask) -> dict[str, Any]:
    """The OpenAPI 3.1 document of the app's operations."""
    operations = _described(app)
    models: dict[type[BaseModel], None] = {Problem: None}
    for operation in operations:
        models.update(dict.fromkeys(model for model in (operation.gives, _takes(operation)) if model is not None))
    _map, definitions = models_json_schema(
        [(model, _mode(model)) for model in models], ref_template="#/components/schemas/{model}"
    )
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", operation.path)
        paths.setdefault(path, {})[operation.method.lower()] = _describe(operation, path)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Extranet", "version": "1"},
        "servers": [{"url": PREFIX}],
        "security": [{"token": []}, {"cookie": []}],
        "paths": paths,
        "components": {
            "schemas": definitions.get("$defs", {}),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "a personal access token"},
                "cookie": {
                    "type": "apiKey", "in": "cookie", "name": app.config["SESSION_COOKIE_NAME"],
                    "description": "the session of a browser; writes carry the form's token in the header X-CSRFToken",
                },
            },
        },
    }


def _described(app: Flask) -> list[Operation]:
    return cast(list[Operation], app.extensions["api_operations"])


def _takes(operation: Operation) -> type[BaseModel] | None:
    return getattr(operation.view, "__takes__", None)


def _mode(model: type[BaseModel]) -> Any:
    return "validation" if issubclass(model, Schema) else "serialization"


def _describe(operation: Operation, path: str) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.view.__name__,
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in re.findall(r"{(\w+)}", path)
        ],
        "responses": {str(operation.status): _content(operation.gives, "done") if operation.gives else _BYTES}
        | {str(code): _content(Problem, title) for code, title in _PROBLEMS.items()},
    }
    if (asked := getattr(operation.view, "__asks__", None)) is not None:
        described["parameters"] += _parameters(asked)
    if (taken := _takes(operation)) is not None:
        described["requestBody"] = {"required": True, **_content(taken, None)}
    if getattr(operation.view, "__takes_files__", False):
        described["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": _ONE_FILE}}}
    return described


_BINARY = {"type": "string", "contentMediaType": "application/octet-stream"}
_BYTES = {"description": "the bytes", "content": {"application/octet-stream": {"schema": {}}}}
_ONE_FILE = {"type": "object", "properties": {"file": _BINARY}, "required": ["file"]}


_PROBLEMS = {
    400: "not understood", 401: "sign in", 403: "no right", 404: "not there for this member", 409: "not in this state",
    413: "too large", 415: "not JSON", 422: "some fields do not pass", 429: "too often", 500: "a fault of ours",
    503: "busy", 507: "no space",
}


def _content(model: type[BaseModel] | None, description: str | None) -> dict[str, Any]:
    content: dict[str, Any] = {} if description is None else {"description": description}
    if model is not None:
        kind = "application/problem+json" if model is Problem else "application/json"
        content["content"] = {kind: {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}}
    return content


def _parameters(model: type[BaseModel]) -> list[dict[str, Any]]:
    schema = model.model_json_schema()
    return [
        {"name": name, "in": "query", "required": name in schema.get("required", []), "schema": described}
        for name, described in schema.get("properties", {}).items()
    ]


def _answering(operation: Operation) -> Callable[..., Any]:
    @functools.wraps(operation.view)
    def answering(**address: Any) -> Response:
        given = operation.view(**address)
        if isinstance(given, Response):
            return given
        body = given.model_dump(mode="json") if isinstance(given, BaseModel) else given
        response = jsonify(body)
        response.status_code = operation.status
        return response

    return answering


def _json() -> Any:
    is_said_to_be_other = bool(request.mimetype) and not request.is_json and request.content_length != 0
    if is_said_to_be_other:  # of a form nothing is left to be seen: it has been read already
        raise WrongContent
    if not request.get_data():
        return {}
    if not request.is_json:
        raise WrongContent
    try:
        body = request.get_json(silent=True)
    except RecursionError as error:  # lists in lists in lists
        raise NotJson from error
    if body is None and request.get_data().strip() != b"null":
        raise NotJson
    _ensure_bearable(body)
    return body


def _ensure_bearable(body: Any) -> None:
    """Raise `TooLarge` for what holds so much that to say what is wrong with each would hold up everybody, and
    `NotJson` where there is the character NUL in a text: PostgreSQL cannot be asked for it.
    """
    unseen, number = [body], 1
    while unseen:
        value = unseen.pop()
        parts = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ()
        number += len(parts)
        if number > MOST_VALUES:
            raise TooLarge
        if isinstance(value, str) and "\x00" in value:
            raise NotJson
        unseen.extend(parts)


def _query(model: type[BaseModel]) -> dict[str, Any]:
    lists = {name for name, info in model.model_fields.items() if get_origin(info.annotation) is list}
    return {
        name: request.args.getlist(name) if name in lists else request.args[name] for name in request.args
    }


def _check(model: type[Model], given: Any) -> Model:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        fields: dict[str, list[str]] = {}
        for wrong in islice(error.errors(include_url=False, include_input=False), MOST_ERRORS):
            name = ".".join(str(part) for part in wrong["loc"][:2]) or "body"
            fields.setdefault(name, []).append(_sentence(wrong["type"], wrong.get("ctx") or {}))
        raise Invalid(fields=fields) from error


_SENTENCES = {
    "missing": lazy("Fill in this field."),
    "value_error": lazy("Fill in this field."),
    "extra_forbidden": lazy("There is no such field."),
    "string_type": lazy("This must be text."),
    "string_unicode": lazy("This text has characters that cannot be kept."),
    "literal_error": lazy("Choose one of the given options."),
    "uuid_parsing": lazy("This must be a UUID."),
    "model_type": lazy("This must be a JSON object."),
}
_OTHERWISE = lazy("This value cannot be used.")


def _sentence(kind: str, context: Mapping[str, Any]) -> str:
    if kind == "string_too_long":
        return str(_("Write at most %(max)d characters.", max=context.get("max_length", 0)))
    if kind.startswith("date_"):
        return str(_("Write a date as year-month-day, such as 2026-11-21."))
    if kind.startswith(("int_", "greater_", "less_")):
        return str(_("This must be a whole number in its limits."))
    return str(_SENTENCES.get(kind, _OTHERWISE))
