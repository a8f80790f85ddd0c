"""What happens to cards and organisations."""

from dataclasses import dataclass

from extranet.events import Event


@dataclass(frozen=True, slots=True)
class CardMade(Event):
    """A member has a card in the directory now."""

    member_id: str


@dataclass(frozen=True, slots=True)
class CardEdited(Event):
    """A member has changed what is on their card, or who sees it."""

    member_id: str


@dataclass(frozen=True, slots=True)
class OrganisationAdded(Event):
    """A member or an applicant has named an organisation that was not in the list."""

    organisation_id: str
