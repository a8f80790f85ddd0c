"""How a card becomes a search document: by what others see of it, so that a hidden field never enters the index."""

from collections.abc import Callable, Iterable, Iterator

from directory import queries
from directory.queries import Card
from extranet.search.index import Document
from extranet.vocabularies import (
    NATIONAL_LANGUAGES,
    languages,
    municipalities,
    organisation_types,
    regions,
    themes,
)

KIND = "contact"


def document_of(card: Card) -> Document:
    """A card as others see it, with the names of its codes in all languages of the extranet."""
    place = card.organisation
    words = [
        card.title,
        place.name if place else "",
        card.ask_about,
        card.how_to_contact,
        card.phone,
        card.email,
        *_names(organisation_types().name, [place.type] if place else []),
        *_names(regions().name, card.regions),
        *_names(municipalities().name, card.municipalities),
        *_names(themes().name, card.themes),
        *_names(languages().name, card.languages),
        *(themes()[code].plain_name() for code in card.themes if code in themes()),
    ]
    return Document(KIND, card.id, title=card.name, text="\n".join(dict.fromkeys(word for word in words if word)))


def documents_of(member_ids: Iterable[str]) -> list[Document]:
    """The documents of these members' cards; of those that may not be found, none."""
    return [document_of(card) for card in queries.cards(member_ids)]


def every_document() -> Iterator[Document]:
    """The documents of all cards that may be found."""
    for some in queries.every_card():
        yield from map(document_of, some)


def _names(name: Callable[[str, str], str], codes: Iterable[str]) -> list[str]:
    return [name(code, language) for code in codes for language in NATIONAL_LANGUAGES]
