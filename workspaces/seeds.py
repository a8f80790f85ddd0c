"""The workspaces of the demo: of all kinds, running and past, listed and not, with people who wait to come in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from extranet import clock, db
from extranet.accounts.seeds import member
from extranet.events import OutboxRow
from extranet.members import Member
from workspaces import service
from workspaces.memberships import service as memberships
from workspaces.models import Joining, Kind, Visibility, Workspace

AINO = "aino.virtanen@tampere.example"
YUSUF = "yusuf.ali@somaliseura.example"
MARIA = "maria.lindqvist@vasa.example"
OLENA = "olena.kovalenko@ukrainalaiset.example"
JUKKA = "jukka.heikkinen@kainuu.example"
FATEMEH = "fatemeh.rezaei@oulu.example"
SANNA = "sanna.makela@ely.example"
LAN = "nguyen.thi.lan@turku.example"
PETER = "peter.oconnor@opisto.example"
LEILA = "leila.haddad@naistenverkosto.example"
TUOMAS = "tuomas.karhu@rovaniemi.example"
SIRIN = "sirin.demir@monikulttuurikeskus.example"

PLANS = "Kotoutumissuunnitelmat yhdessä"
KAINUU = "Kiintiöpakolaiset Kainuussa"
WOMEN = "Naisten päivä kuuluu kaikille"
OSTROBOTHNIA = "Integration på svenska i Österbotten"
PEERS = "Ukrainalaisten vertaisryhmät"
CRISIS = "Kriisityön tukipiiri"
PLAIN = "Alkukartoitus selkokielellä"
SEMINAR = "Kotona Suomessa -seminaari"


@dataclass(frozen=True, slots=True)
class Planted:
    """A workspace of the demo. Days are counted from today; the first host opened it."""

    name: str
    purpose: str
    kind: Kind
    opened: int
    hosts: tuple[str, ...]
    joined: tuple[str, ...]
    visibility: Visibility = "listed"
    joining: Joining = "request"
    starts: int | None = None
    ends: int | None = None
    asking: tuple[tuple[str, str], ...] = ()
    invited: tuple[str, ...] = ()
    archived: int | None = None
    outcome: str | None = None


_WORKSPACES: Sequence[Planted] = (
    Planted(
        PLANS,
        "Kunta ja työllisyysalue tekevät kotoutumissuunnitelman saman pöydän ääressä. Sovimme, kuka kysyy mitä,"
        " kokeilemme yhteistä pohjaa kolmella paikkakunnalla ja kirjaamme, mikä toimi.",
        "project", -96, (AINO, SANNA), (YUSUF, FATEMEH, JUKKA, PETER), starts=-90, ends=210,
        asking=(
            (TUOMAS, "Rovaniemellä aloitamme saman kokeilun tammikuussa. Haluaisin kuulla, miten pohja on toiminut."),
            (LEILA, "Teemme naisille alkuvaiheen ohjausta ja näemme suunnitelmat asiakkaan puolelta."),
        ),
    ),
    Planted(
        KAINUU,
        "Vastaanotto, asuminen, koulu ja terveydenhuolto samassa työryhmässä: kuka tekee mitä, kun perhe saapuu.",
        "working-group", -310, (JUKKA, YUSUF), (AINO, OLENA, TUOMAS),
    ),
    Planted(
        WOMEN,
        "Valmistelemme kahdeksannen maaliskuuta tapahtuman, johon jokainen saa tulla omalla kielellään."
        " Tervetuloa mukaan tekemään ohjelmaa!",
        "event", -34, (LEILA, SIRIN), (OLENA, LAN, FATEMEH), joining="open", starts=107, ends=107,
    ),
    Planted(
        OSTROBOTHNIA,
        "För alla som ordnar utbildning och handledning på svenska: vi delar material, jämför hur kommunerna gör"
        " och planerar gemensamma kursdagar.",
        "working-group", -190, (MARIA,), (PETER, SANNA), joining="open",
    ),
    Planted(
        PEERS,
        "Vertaisohjaajien oma paikka: kokoontumiset, aiheet ja jaksaminen. Ryhmään kutsutaan.",
        "working-group", -150, (OLENA, LEILA), (SIRIN,), joining="invitation",
        invited=(MARIA, "halyna.bondar@seurakunta.example"),
    ),
    Planted(
        CRISIS,
        "Kun asiakkaan tilanne kriisiytyy, emme jää yksin. Pieni piiri, johon kutsutaan.",
        "working-group", -75, (SIRIN, YUSUF), (LEILA,), visibility="unlisted", joining="invitation",
    ),
    Planted(
        PLAIN,
        "Kirjoitimme alkukartoituksen kysymykset selkokielelle ja testasimme ne viidellä kielellä.",
        "project", -520, (PETER, AINO), (LAN, SIRIN, SANNA), starts=-510, ends=-160, archived=-150,
        outcome="Selkokieliset kysymykset ovat käytössä neljässä kunnassa.\n"
        "Tulkki kannattaa ottaa mukaan jo silloin, kun kysymyksiä kirjoitetaan.\n"
        "Kysymyksiä hoitaa jatkossa opiston selkokielityöryhmä.",
    ),
    Planted(
        SEMINAR,
        "Valtakunnallisen seminaarin valmistelu: ohjelma, puhujat ja järjestelyt Turussa.",
        "event", -430, (LAN, FATEMEH), (MARIA, JUKKA, OLENA, TUOMAS), starts=-230, ends=-229, archived=-200,
        outcome="Paikalla oli 180 ihmistä 41 kunnasta.\nRyhmätyöt puolen päivän jälkeen eivät jaksaneet kantaa.",
    ),
)  # fmt: skip


def plant() -> None:
    """The demo's workspaces with their people, on top of its members. Nobody gets a letter about it."""
    for planted in _WORKSPACES:
        _plant(planted)
    db.session().flush()
    db.session().execute(sa.delete(OutboxRow).where(OutboxRow.reaction.startswith("workspaces.")))


def workspace(name: str) -> Workspace:
    """The demo's workspace of this name. Raises `NoResultFound` if it is not planted yet."""
    return db.session().scalars(sa.select(Workspace).where(Workspace.name == name)).one()


def _plant(planted: Planted) -> None:
    founder, *more = map(member, planted.hosts)
    today = clock.today()
    with clock.later(timedelta(days=planted.opened)):
        opened = service.open_workspace(
            name=planted.name, purpose=planted.purpose, kind=planted.kind, visibility=planted.visibility,
            joining=planted.joining, by=founder,
            starts_on=today + timedelta(days=planted.starts) if planted.starts is not None else None,
            ends_on=today + timedelta(days=planted.ends) if planted.ends is not None else None,
        )
    for days, other in enumerate([*more, *map(member, planted.joined)], start=1):
        with clock.later(timedelta(days=min(planted.opened + days * 2, -1))):
            _bring_in(opened, other, is_host=other in more, by=founder)
    _let_wait(opened, planted, founder)
    if planted.archived is not None:
        with clock.later(timedelta(days=planted.archived)):
            service.archive(opened, by=founder, outcome=planted.outcome)


def _bring_in(opened: Workspace, other: Member, *, is_host: bool, by: Member) -> None:
    memberships.accept_invitation(memberships.invite(opened, other, by=by), by=other)
    if is_host:
        memberships.appoint(opened, other, by=by)


def _let_wait(opened: Workspace, planted: Planted, founder: Member) -> None:
    for days, (email, why) in enumerate(planted.asking, start=1):
        with clock.later(timedelta(days=-days, hours=-3)):
            memberships.ask(opened, why, by=member(email))
    for email in planted.invited:
        with clock.later(timedelta(days=-1)):
            memberships.invite(opened, _member_or_address(email), by=founder)


def _member_or_address(email: str) -> Member | str:
    try:
        return member(email)
    except LookupError:
        return email
