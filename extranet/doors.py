"""Doors: every entrance loads its thing by a query scoped to the member and names the rule that lets them do it.

What is not in the scope is 404, what is in it but not allowed is 403; a state that does not fit (archived, locked) is
the model's own refusal, 409. `public(reason)` says of an entrance that anybody may use it. `check` refuses an app that
has an entrance without either.
"""

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask

from extranet.errors import NotAllowed, NotHere
from extranet.members import Member

View = TypeVar("View", bound=Callable[..., Any])
Rule = Callable[[Member, Any], bool]
Find = Callable[..., Any]


class Unguarded(Exception):
    """The app has an entrance that names no rule."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What stands at an entrance: the door's name and the rule's, or the reason why it is public."""

    door: str | None
    rule: str | None
    public: str | None = None


@dataclass(frozen=True, slots=True)
class Door:
    """A way to a kind of thing: `find(member, **parts of the address)` gives the thing, or None if not in scope."""

    name: str
    find: Find

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of an address that lead to the thing, by name."""
        return _parts(self.find)

    def __call__(self, rule: Rule) -> Callable[[View], View]:
        """Guard a view: it is called with the member, the thing, and what is left of the address."""
        def guard(view: View) -> View:
            @functools.wraps(view)
            def guarded(**address: Any) -> Any:
                from extranet.identity import member_or_sign_in

                member = member_or_sign_in()
                thing = self.admit(member, rule, {part: address.pop(part) for part in self.parts})
                return view(member, thing, **address)

            guarded.__guard__ = Guard(self.name, rule.__name__)  # type: ignore[attr-defined]
            guarded.__door__ = (self, rule)  # type: ignore[attr-defined]
            return guarded  # type: ignore[return-value]

        return guard

    def admit(self, member: Member, rule: Rule, address: Mapping[str, Any]) -> Any:
        """The thing at this address. Raises `NotHere` if it is not in the member's scope, `NotAllowed` by the rule."""
        thing = self.find(member, **address)
        if thing is None:
            raise NotHere
        if not rule(member, thing):
            raise NotAllowed
        return thing


@functools.cache
def _parts(find: Find) -> tuple[str, ...]:
    return tuple(inspect.signature(find).parameters)[1:]


def door(name: str, find: Find) -> Door:
    """A door to what `find(member, **parts of the address)` finds for the member."""
    return Door(name, find)


def signed_in(rule: Rule) -> Callable[[View], View]:
    """Guard a page that shows no one thing: the view is called with the member and the whole address."""

    def guard(view: View) -> View:
        @functools.wraps(view)
        def guarded(**address: Any) -> Any:
            from extranet.identity import member_or_sign_in

            member = member_or_sign_in()
            if not rule(member, member):
                raise NotAllowed
            return view(member, **address)

        guarded.__guard__ = Guard("signed in", rule.__name__)  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return guard


def public(reason: str) -> Callable[[View], View]:
    """Say of a view that anybody may use it, and why."""

    def mark(view: View) -> View:
        view.__guard__ = Guard(None, None, reason)  # type: ignore[attr-defined]
        return view

    return mark


def guard_of(view: Callable[..., Any]) -> Guard | None:
    """What stands at an entrance."""
    return getattr(view, "__guard__", None)


def ask_at_door(view: Callable[..., Any], member: Member, address: Mapping[str, Any]) -> None:
    """Raise what the door of a view will, before the view is called. Raises `NotHere`, `NotAllowed`."""
    found: tuple[Door, Rule] | None = getattr(view, "__door__", None)
    if found is not None:
        guarding, rule = found
        guarding.admit(member, rule, {part: address[part] for part in guarding.parts})


def check(app: Flask) -> None:
    """Raise `Unguarded`, naming them, if the app has entrances without a door or a public reason."""
    open_ones = sorted(
        rule.endpoint for rule in app.url_map.iter_rules() if guard_of(app.view_functions[rule.endpoint]) is None
    )
    if open_ones:
        raise Unguarded(f"These entrances name no rule: {', '.join(open_ones)}")
