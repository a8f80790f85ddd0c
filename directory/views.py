"""The pages of the directory: finding people, a card, one's own card, organisations."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from directory import queries, service
from directory.forms import VOCABULARIES, CardForm, search_in
from directory.queries import FACETS, Card, OrganisationRow, Search
from directory.register import Facet
from extranet.db import SAFE_METHODS
from extranet.doors import door, signed_in
from extranet.forms import tidy
from extranet.i18n import _, current_locale
from extranet.limits import SEARCHES, limited
from extranet.members import Member
from extranet.policy import anyone
from extranet.vocabularies import Municipality, Term, municipalities, organisation_types, regions
from extranet.web import say

directory = Blueprint("directory", __name__, url_prefix="/directory")

card_of = door("card", queries.find_card)
organisation_of = door("organisation", queries.find_organisation)

MOST_SUGGESTED = 500
"""Organisations that are suggested while one types."""

Option = tuple[str, str, int, bool]


@directory.get("")
@limited(SEARCHES, counts_reads=True)
@signed_in(anyone)
def people(_member: Member) -> ResponseReturnValue:
    """Find people by words and filters; the address holds all of it and can be shared."""
    search = search_in(request.args)
    found = queries.find_people(search, after=request.args.get("after"), before=request.args.get("before"))
    return render_template(
        "directory/people.html",
        search=search,
        found=found,
        facets={facet: _options(facet, search, found.counts[facet]) for facet in FACETS},
        chips=_chips(search),
        next_url=_address(search, after=found.page.next) if found.page.next else None,
        previous_url=_address(search, before=found.page.previous) if found.page.previous else None,
        without_words=_address(Search("", search.chosen)),
        without_filters=_address(Search(search.words)),
        **_names(),
    )


@directory.get("/people/<member_id>")
@card_of(anyone)
def person(member: Member, card: Card) -> ResponseReturnValue:
    """One card."""
    return render_template("directory/person.html", card=card, is_own=card.id == member.id, **_names())


@directory.route("/me", methods=["GET", "POST"])
@limited("60 per hour")
@signed_in(anyone)
def me(member: Member) -> ResponseReturnValue:
    """Edit one's own card."""
    contact = queries.own_contact(member)
    form = CardForm(contact, email=member.email)
    facts = {"places": _places(), "suggestions": queries.organisation_names(MOST_SUGGESTED)}
    if request.method in SAFE_METHODS:
        return render_template("directory/me.html", form=form, **facts)
    if not form.validate():
        return form.again("directory/me.html", **facts)
    service.edit_card(form.details(), by=member)
    say(_("Your card has been saved."))
    return redirect(url_for(".person", member_id=member.id))


@directory.get("/organisations")
@signed_in(anyone)
def organisations(_member: Member) -> ResponseReturnValue:
    """The organisations, of all types or of some."""
    name = tidy(request.args.get("q")) or ""
    types = [code for code in request.args.getlist("type") if code in organisation_types()]
    found = queries.find_organisations(types=types, name=name[:200], after=request.args.get("after"))
    next_url = url_for(".organisations", q=name or None, type=types, after=found.page.next) if found.page.next else None
    return render_template(
        "directory/organisations.html",
        found=found,
        name=name,
        types=types,
        options=_sorted_options("type", types, found.types),
        next_url=next_url,
        **_names(),
    )


@directory.get("/organisations/<organisation_id>")
@organisation_of(anyone)
def organisation(_member: Member, organisation: OrganisationRow) -> ResponseReturnValue:
    """An organisation and its people."""
    page = queries.people_of(organisation.id, after=request.args.get("after"))
    next_url = url_for(".organisation", organisation_id=organisation.id, after=page.next) if page.next else None
    return render_template(
        "directory/organisation.html", organisation=organisation, page=page, next_url=next_url, **_names()
    )


def _names() -> dict[str, Any]:
    """How templates name codes: `name_of(facet, code)`, and `names(facet, codes)` as (code, name) ordered by name."""
    locale = current_locale()

    def name_of(facet: str, code: str) -> str:
        return VOCABULARIES[facet]().name(code, locale)

    def names(facet: str, codes: Collection[str]) -> list[tuple[str, str]]:
        known = [pair for pair in VOCABULARIES[facet]().choices(locale) if pair[0] in codes]
        return known if len(known) == len(codes) else [(code, name_of(facet, code)) for code in codes]

    return {"name_of": name_of, "names": names}


def _options(facet: Facet, search: Search, counts: Mapping[str, int]) -> list[Option]:
    return _sorted_options(facet, search.chosen.get(facet, ()), counts)


def _sorted_options(facet: Facet, chosen: Any, counts: Mapping[str, int]) -> list[Option]:
    """The options that would find somebody, and those chosen: code, name, count, whether chosen."""
    return [
        (code, name, counts.get(code, 0), code in chosen)
        for code, name in VOCABULARIES[facet]().choices(current_locale())
        if code in counts or code in chosen
    ]


def _chips(search: Search) -> list[tuple[str, str]]:
    """What is chosen, each with the address of the search without it."""
    locale = current_locale()
    chips = []
    for facet, codes in search.chosen.items():
        for code in codes:
            rest = {**search.chosen, facet: [other for other in codes if other != code]}
            chips.append((VOCABULARIES[facet]().name(code, locale), _address(Search(search.words, rest))))
    return chips


def _address(search: Search, **place: str | None) -> str:
    asked: dict[str, Any] = {facet: list(codes) for facet, codes in search.chosen.items() if codes}
    return url_for(".people", **{"q": search.words or None, **asked, **place})


def _places() -> Sequence[tuple[Term, Sequence[Municipality]]]:
    """The regions in alphabetical order, each with its municipalities."""
    locale = current_locale()
    of: dict[str, list[Municipality]] = {}
    for municipality in municipalities().sorted(locale):
        of.setdefault(municipality.region.code, []).append(municipality)
    return [(region, of.get(region.code, [])) for region in regions().sorted(locale)]
