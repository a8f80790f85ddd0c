"""The people of the demo, who can sign in, and some who would like to."""

from dataclasses import dataclass
from datetime import timedelta

from extranet import cli, clock, db
from extranet.accounts import passwords, queries, service, trail
from extranet.accounts.events import ApplicationConfirmed, ApplicationSent
from extranet.accounts.models import Application
from extranet.members import PRIVACY_VERSION, TERMS_VERSION, Member, Role

PASSWORD = "kolme-koivua-pihalla"
"""Everybody's password in the demo, and nowhere else."""


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the demo."""

    email: str
    name: str
    role: Role = "member"
    language: str = "fi"


DEMO: tuple[Person, ...] = (
    Person("irma.rautio@kumppanuus.example", "Irma Rautio", "administrator"),
    Person("mikko.lahtinen@kumppanuus.example", "Mikko Lahtinen", "moderator"),
    Person("aino.virtanen@tampere.example", "Aino Virtanen"),
    Person("yusuf.ali@somaliseura.example", "Yusuf Ali Hassan"),
    Person("maria.lindqvist@vasa.example", "Maria Lindqvist", language="sv"),
    Person("olena.kovalenko@ukrainalaiset.example", "Olena Kovalenko"),
    Person("jukka.heikkinen@kainuu.example", "Jukka Heikkinen"),
    Person("fatemeh.rezaei@oulu.example", "Fatemeh Rezaei"),
    Person("sanna.makela@ely.example", "Sanna Mäkelä"),
    Person("nguyen.thi.lan@turku.example", "Nguyễn Thị Lan"),
    Person("peter.oconnor@opisto.example", "Peter O’Connor", language="en"),
    Person("leila.haddad@naistenverkosto.example", "Leila Haddad"),
    Person("tuomas.karhu@rovaniemi.example", "Tuomas Karhu"),
    Person("sirin.demir@monikulttuurikeskus.example", "Şirin Demir"),
)
"""Who is who; other features give them cards, workspaces and words."""

_APPLICATIONS: tuple[tuple[str, str, str, str, str, str], ...] = (
    (
        "Amina Warsame",
        "amina.warsame@jarvenpaa.example",
        "Järvenpään kaupunki",
        "maahanmuuttokoordinaattori",
        "01",
        (
            "Aloitin syksyllä kaupungin maahanmuuttokoordinaattorina. Etsin kollegoita, jotka tekevät"
            " kotoutumissuunnitelmat työllisyysalueen kanssa, ja haluaisin oppia, miten muut ovat jakaneet työn."
        ),
    ),
    (
        "Henrik Nyström",
        "henrik.nystrom@mariehamn.example",
        "Mariehamns stad",
        "integrationssamordnare",
        "21",
        (
            "Vi tar emot fler kvotflyktingar nästa år. Jag söker kontakter på fastlandet som har ordnat"
            " svenskspråkig integrationsutbildning."
        ),
    ),
    (
        "Kaisa Pöllänen",
        "kaisa.pollanen@ystavat.example",
        "Kajaanin ystävätoiminta",
        "vapaaehtoinen",
        "18",
        (
            "Olen ollut kolme vuotta ystävänä perheelle, joka tuli Syyriasta."
            " Haluaisin mukaan Kainuun vapaaehtoisten työryhmään."
        ),
    ),
)


def plant() -> None:
    """Members and waiting applications, in an empty database; says the sign-ins."""
    kept = passwords.hashed(PASSWORD)
    for number, person in enumerate(DEMO):
        planted = service.create(
            email=person.email, name=person.name, role=person.role, password_hash=kept, language=person.language
        )
        planted.admitted_at = clock.now() - timedelta(days=420 - 23 * number)
    for days, said in enumerate(reversed(_APPLICATIONS), start=1):
        _apply(*said, days=days)
    _say_who_can_sign_in()


def member(email: str) -> Member:
    """The demo's member with this address. Raises `LookupError` if the members are not planted yet."""
    found = queries.member_by_email(email)
    if found is None:
        raise LookupError(email)
    return found


def _apply(name: str, email: str, organisation: str, task: str, region: str, why: str, *, days: int) -> None:
    at = clock.now() - timedelta(days=days, hours=days * 3)
    application = Application(
        name=name, email=email, organisation=organisation, task=task, region=region, why=why,
        language="sv" if region == "21" else "fi", terms_version=TERMS_VERSION, privacy_version=PRIVACY_VERSION,
        sent_at=at, confirmed_at=at + timedelta(minutes=12),
    )  # fmt: skip
    db.session().add(application)
    db.session().flush()
    trail.note(ApplicationSent(application.id), by=None, about=application.id, at=at)
    trail.note(ApplicationConfirmed(application.id), by=None, about=application.id, at=application.confirmed_at)


def _say_who_can_sign_in() -> None:
    cli.say(f"The demo’s members, all with the password  {PASSWORD}")
    for person in DEMO:
        role = "" if person.role == "member" else f"  ({person.role})"
        cli.say(f"  {person.email:<46} {person.name}{role}")
