"""Cards and organisations of the demo's people."""

from dataclasses import dataclass

from directory import service
from directory.models import Organisation
from directory.service import Details
from extranet import db
from extranet.accounts import seeds

TAMPERE = "Tampereen kaupunki, maahanmuuttopalvelut"
SOMALI = "Suomen Somaliseura ry"
VASA = "Vasa stad, integrationstjänster"
UKRAINIAN = "Ukrainalaisten yhdistys Pirkanmaalla ry"
KAINUU = "Kainuun hyvinvointialue"
OULU = "Oulun seudun työllisyysalue"
ELY = "Uudenmaan elinvoimakeskus"
TURKU = "Turun kaupunki, Ohjaamo"
COLLEGE = "Keski-Uudenmaan kansanopisto"
NETWORK = "Naisten verkosto Kanssasi ry"
ROVANIEMI = "Rovaniemen seurakunta"
CENTRE = "Kohtaamispaikka Kaista ry"
MINISTRY = "Kotoutumisen osaamiskeskus"
UNIVERSITY = "Itä-Suomen yliopisto, muuttoliiketutkimus"

_ORGANISATIONS: tuple[tuple[str, str, str | None], ...] = (
    (TAMPERE, "municipality", "837"),
    (SOMALI, "migrant_association", "091"),
    (VASA, "municipality", "905"),
    (UKRAINIAN, "migrant_association", "837"),
    (KAINUU, "wellbeing_county", "205"),
    (OULU, "employment_area", "564"),
    (ELY, "state_authority", "091"),
    (TURKU, "municipality", "853"),
    (COLLEGE, "education_provider", "186"),
    (NETWORK, "association", "049"),
    (ROVANIEMI, "parish", "698"),
    (CENTRE, "association", "297"),
    (MINISTRY, "state_authority", "091"),
    (UNIVERSITY, "research_institute", "167"),
)


@dataclass(frozen=True, slots=True)
class _Card:
    email: str
    details: Details


_CARDS: tuple[_Card, ...] = (
    _Card(
        "irma.rautio@kumppanuus.example",
        Details(
            title="erityisasiantuntija",
            organisation=MINISTRY,
            regions=["01"],
            themes=["knowledge_management", "multilingual_communication"],
            languages=["fi", "sv", "en"],
            ask_about="Ylläpidän tätä palvelua. Kysy, jos jokin ei toimi tai jos haluat ehdottaa parannusta.",
            how_to_contact="Parhaiten sähköpostilla. Vastaan kahden työpäivän kuluessa.",
        ),
    ),
    _Card(
        "mikko.lahtinen@kumppanuus.example",
        Details(
            title="verkostokoordinaattori",
            organisation=MINISTRY,
            regions=["01", "05"],
            municipalities=["091", "109"],
            themes=["good_relations", "participation"],
            languages=["fi", "en"],
            ask_about="Luen jäsenhakemukset ja autan uusia jäseniä alkuun. Etsin myös puhujia verkoston tapaamisiin.",
            phone="+358 40 555 0102",
        ),
    ),
    _Card(
        "aino.virtanen@tampere.example",
        Details(
            title="kotoutumiskoordinaattori",
            organisation=TAMPERE,
            regions=["06"],
            municipalities=["837", "604", "536"],
            themes=["initial_assessment", "employment", "language_learning"],
            languages=["fi", "en"],
            ask_about="Alkukartoitus ja kotoutumissuunnitelma: miten ne tehdään yhdessä työllisyysalueen kanssa."
            " Meillä on valmiit pohjat, joita saa käyttää.",
            phone="+358 40 555 0103",
            how_to_contact="Puhelimitse tiistaisin ja torstaisin klo 9–11, muulloin sähköpostilla.",
        ),
    ),
    _Card(
        "yusuf.ali@somaliseura.example",
        Details(
            title="järjestöasiantuntija",
            organisation=SOMALI,
            regions=["01", "06"],
            municipalities=["091", "049", "092"],
            themes=["young_people", "families", "volunteering"],
            languages=["so", "fi", "ar", "en"],
            ask_about="Somalinkieliset perheet ja nuoret. Järjestämme vanhempien iltoja ja koulutamme"
            " vertaisohjaajia yhdessä koulujen kanssa.",
            phone="+358 45 555 0104",
        ),
    ),
    _Card(
        "maria.lindqvist@vasa.example",
        Details(
            title="integrationssamordnare",
            organisation=VASA,
            regions=["15"],
            municipalities=["905", "499"],
            themes=["refugee_reception", "quota_refugees", "language_learning"],
            languages=["sv", "fi", "en"],
            ask_about="Integrationsutbildning på svenska och mottagandet av kvotflyktingar i Österbotten.",
            phone="+358 50 555 0105",
            how_to_contact="Ring gärna på förmiddagen.",
        ),
    ),
    _Card(
        "olena.kovalenko@ukrainalaiset.example",
        Details(
            title="puheenjohtaja",
            organisation=UKRAINIAN,
            regions=["06"],
            municipalities=["837"],
            themes=["volunteering", "housing", "low_threshold"],
            languages=["uk", "ru", "fi"],
            ask_about="Ukrainasta tulleiden arki: asuminen, työ, lasten harrastukset."
            " Välitämme tulkkeja ja tukihenkilöitä.",
            hidden_fields=["phone"],
            phone="+358 44 555 0106",
        ),
    ),
    _Card(
        "jukka.heikkinen@kainuu.example",
        Details(
            title="sosiaalityöntekijä",
            organisation=KAINUU,
            regions=["18"],
            municipalities=["205", "290", "765"],
            themes=["quota_refugees", "health", "families"],
            languages=["fi", "ar", "en"],
            ask_about="Kiintiöpakolaisten vastaanotto harvaan asutulla alueella: mitä hyvinvointialue tekee,"
            " mitä kunta ja mitä vapaaehtoiset.",
            phone="+358 44 555 0107",
            how_to_contact="Lähetä tekstiviesti, soitan takaisin.",
        ),
    ),
    _Card(
        "fatemeh.rezaei@oulu.example",
        Details(
            title="omavalmentaja",
            organisation=OULU,
            regions=["17"],
            municipalities=["564"],
            themes=["employment", "mentoring", "women"],
            languages=["fa", "prs", "fi", "en"],
            ask_about="Korkeasti koulutettujen naisten työllistyminen ja mentorointi."
            " Ryhmämme kokoontuu joka kuukausi.",
        ),
    ),
    _Card(
        "sanna.makela@ely.example",
        Details(
            title="kotouttamisen asiantuntija",
            organisation=ELY,
            regions=["01", "05", "07"],
            themes=["unaccompanied_minors", "refugee_reception", "knowledge_management"],
            languages=["fi", "sv", "en"],
            ask_about="Sopimukset kuntien kanssa, korvaukset ja yksin tulleiden alaikäisten edustajat.",
            phone="+358 29 555 0109",
        ),
    ),
    _Card(
        "nguyen.thi.lan@turku.example",
        Details(
            title="ohjaaja",
            organisation=TURKU,
            regions=["02"],
            municipalities=["853", "202", "680"],
            themes=["young_people", "employment", "low_threshold"],
            languages=["vi", "fi", "en"],
            ask_about="Nuorten ohjaus samassa paikassa: opinnot, työ, asunto. Tule käymään, näytän mielelläni.",
            phone="+358 40 555 0110",
        ),
    ),
    _Card(
        "peter.oconnor@opisto.example",
        Details(
            title="teacher of Finnish as a second language",
            organisation=COLLEGE,
            regions=["01"],
            municipalities=["186", "858"],
            themes=["language_learning", "multilingual_communication"],
            languages=["en", "fi", "fr"],
            ask_about="Literacy courses, language cafés, and how to write so that everybody understands.",
            how_to_contact="By e-mail, please: I teach until three.",
        ),
    ),
    _Card(
        "leila.haddad@naistenverkosto.example",
        Details(
            title="kriisityöntekijä",
            organisation=NETWORK,
            regions=["01"],
            municipalities=["049", "091", "235"],
            themes=["women", "human_trafficking", "health"],
            languages=["ar", "fr", "fi"],
            ask_about="Naisiin kohdistuva väkivalta ja ihmiskaupan tunnistaminen. Koulutan työyhteisöjä.",
            hidden_fields=["phone", "regions"],
            phone="+358 45 555 0112",
        ),
    ),
    _Card(
        "tuomas.karhu@rovaniemi.example",
        Details(
            title="diakoni",
            organisation=ROVANIEMI,
            regions=["19"],
            municipalities=["698", "758"],
            themes=["volunteering", "good_relations", "housing"],
            languages=["fi", "se", "en"],
            ask_about="Ystäväperheet, kielikahvila ja vapaaehtoisten koulutus Lapissa.",
            phone="+358 40 555 0113",
        ),
    ),
    _Card(
        "sirin.demir@monikulttuurikeskus.example",
        Details(
            title="toiminnanjohtaja",
            organisation=CENTRE,
            regions=["11"],
            municipalities=["297", "749"],
            themes=["low_threshold", "participation", "families", "women"],
            languages=["tr", "ku", "fi", "en"],
            ask_about="Monikulttuurikeskuksen toiminta: avoimet ovet joka päivä, ryhmiä aamusta iltaan."
            " Autan mielelläni, jos olette perustamassa omaa.",
            phone="+358 50 555 0114",
            how_to_contact="Soita tai tule käymään Puijonkadulla.",
        ),
    ),
)


def plant() -> None:
    """Organisations and the cards of the demo's members, who are there already."""
    db.session().add_all(
        Organisation(name=name, type=type_, municipality=municipality) for name, type_, municipality in _ORGANISATIONS
    )
    db.session().flush()
    for card in _CARDS:
        service.edit_card(card.details, by=seeds.member(card.email))
