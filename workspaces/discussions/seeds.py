"""What is said in the demo's workspaces: threads of weeks past, short and long, some not yet read by everybody."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from math import ceil
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from extranet import clock, db
from extranet.accounts.seeds import member
from extranet.members import Member
from workspaces import seeds
from workspaces.discussions import service
from workspaces.discussions.models import Message, Thread, ThreadKind
from workspaces.discussions.reading import service as reading
from workspaces.memberships.models import Membership
from workspaces.models import Workspace
from workspaces.seeds import (
    AINO,
    FATEMEH,
    JUKKA,
    LAN,
    LEILA,
    MARIA,
    OLENA,
    PETER,
    SANNA,
    SIRIN,
    TUOMAS,
    YUSUF,
)

Said = tuple[int, str, float, str]
"""A message: its level (it answers the last one of the level above), its author, how many days ago, its words."""


LIST = "Kuka kysyy mitä alkukartoituksessa?"
TEMPLATE = "Suunnitelman pohja: mitä jätetään pois"
DECIDED = "Lyhyt pohja käyttöön vuoden alusta?"
FAMILY = "Perhe saapuu viikolla 49: kuka tekee mitä"
ANSWERED = "Tulkin saa liian myöhään: miten teillä?"
PROGRAMME = "Ohjelma: ehdotuksia"
"""Titles of the threads to which the demo adds thanks, files, a decision or the answer that helped."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A thread of a workspace of the demo, in reading order."""

    workspace: str
    title: str
    said: Sequence[Said]
    kind: ThreadKind = "discussion"


_TALKS: tuple[Talk, ...] = (
    Talk(
        seeds.PLANS,
        LIST,
        (
            (0, AINO, 41, ("Kunta ja työllisyysalue kysyvät nyt samat asiat kahteen kertaan."
             " **Ehdotus:** käydään lista"
             " läpi rivi riviltä ja merkitään, kumpi kysyy.\n\n- koulutus ja työ\n- kielitaito\n- perhe ja arki\n"
             "- terveys, jos asiakas itse ottaa sen puheeksi")),
            (1, SANNA, 40.8, ("Kannatan. Meillä kielitaito kirjataan aina testistä, joten se kannattaa"
             " jättää meille.")),
            (2, FATEMEH, 40.2, ("Oulussa testiin pääsee vasta parin kuukauden päästä. Siihen asti"
             " tarvitsemme edes arvion.")),
            (3, SANNA, 39.9, "Totta. Voisiko kunta kirjata oman arvionsa ja me täydennämme sen testin jälkeen?"),
            (4, FATEMEH, 39.7, "Sopii hyvin. Silloin suunnitelmaa ei tarvitse odottaa."),
            (5, AINO, 39.1, "Kirjaan tämän: *kunta arvioi, työllisyysalue täydentää*. Onko joku eri mieltä?"),
            (6, PETER, 38.6, ("From the adult education side: please use the same level names as we do"
             " (A1.1, A1.2 …),"
             " otherwise we have to translate them again.")),
            (7, AINO, 38.3, "Hyvä huomio, otetaan kurssien tasot käyttöön."),
            (1, YUSUF, 40.1, ("Perhe ja arki: meille tullaan usein juuri siksi, ettei näitä ole kysynyt"
             " kukaan. Yhdistys voi"
             " olla mukana tapaamisessa, jos asiakas haluaa.")),
            (2, JUKKA, 39.4, "Tätä on kokeiltu Kajaanissa. Toimii, kun kutsu lähtee asiakkaan omalla kielellä."),
            (0, AINO, 20, ("Päivitetty lista on nyt koottu. Kokeillaan sitä kolmella paikkakunnalla"
             " joulukuun loppuun.")),
            (1, JUKKA, 19.5, "Kainuu on mukana."),
            (1, SANNA, 19.2, "Meiltä kaksi asiantuntijaa aloittaa maanantaina."),
        ),
    ),
    Talk(
        seeds.PLANS,
        TEMPLATE,
        (
            (0, SANNA, 12, ("Nykyinen pohja on yksitoista sivua. Moni kohta on siinä siksi, että joku"
             " joskus tarvitsi sitä."
             " Mitä voisi jättää pois?")),
            (1, PETER, 11.6, ("> joku joskus tarvitsi sitä\n\nKurssivalintaan tarvitsemme vain"
             " tavoitteen, kielitason ja sen,"
             " milloin ihminen voi opiskella.")),
            (2, SANNA, 11.3, "Eli puoli sivua. Tämä on hyvä lähtökohta."),
            (1, FATEMEH, 11.2, "Lisätiedot-kenttiä on viisi. Yksi riittää."),
            (2, YUSUF, 10.8, "Ja se yksi asiakkaan omilla sanoilla."),
            (3, FATEMEH, 10.7, "Juuri näin."),
            (0, JUKKA, 1.4, ("Kokeilimme lyhyttä pohjaa eilen kolmen perheen kanssa. Tapaaminen kesti 50"
             " minuuttia, ennen"
             " puolitoista tuntia.")),
            (1, YUSUF, 1.1, "Hieno tulos! Mitä perheet sanoivat?"),
            (2, JUKKA, 0.9, "Yksi kysyi, saako paperin mukaansa. Ei ollut ennen kysynyt kukaan."),
            (1, SANNA, 0.4, "Voisitko kertoa tästä ensi viikon kokouksessa? Varaan kymmenen minuuttia."),
        ),
    ),
    Talk(
        seeds.PLANS,
        "Seuraava kokous: ehdotuksia ajaksi",
        (
            (0, AINO, 3.2, ("Tammikuun kokoukselle kaksi vaihtoehtoa: **ti 12.1. klo 9–11** tai **to"
             " 14.1. klo 13–15**.")),
            (1, FATEMEH, 3.0, "Molemmat käyvät."),
            (1, PETER, 2.6, "Torstai, kiitos. Tiistaisin opetan."),
            (1, JUKKA, 0.2, "Torstai."),
        ),
    ),
    Talk(
        seeds.PLANS,
        "Miten suunnitelma annetaan sille, joka ei lue?",
        (
            (0, PETER, 7.3, ("Kurssille tulee ihmisiä, jotka eivät lue millään kielellä. Suunnitelma luetaan heille"
             " ääneen, mutta kotiin jää vain paperi. Onko kenelläkään mallia, jossa on kuvat tai ääni?")),
        ),
        "question",
    ),
    Talk(
        seeds.PLANS,
        DECIDED,
        (
            (0, SANNA, 8.6, ("Lyhyttä pohjaa on nyt kokeiltu kuusi viikkoa. Otetaanko se käyttöön kaikilla kolmella"
             " paikkakunnalla vuoden alusta?")),
            (1, JUKKA, 8.3, ("Kainuussa kyllä. Tapaamiset ovat lyhentyneet puolella tunnilla, eikä mitään tarpeellista"
             " ole jäänyt kysymättä.")),
            (1, FATEMEH, 7.9, ("Kyllä, jos lisätiedot-kenttä jää. Siihen kirjataan nyt asiakkaan omin sanoin se, mitä"
             " hän itse pitää tärkeimpänä.")),
            (2, YUSUF, 7.6, "Samaa mieltä. Se on ainoa kohta, josta perheet ovat meille puhuneet."),
            (1, PETER, 6.9, "Yes, with the level names that we agreed on."),
            (1, SANNA, 6.2, "Kiitos! Kirjaan päätöksen."),
        ),
        "decision",
    ),
    Talk(
        seeds.KAINUU,
        FAMILY,
        (
            (0, JUKKA, 9, ("Viisihenkinen perhe saapuu viikolla 49. Jaetaan tehtävät ajoissa:\n\n1."
             " asunto ja avaimet\n"
             "2. vastaanotto asemalla\n3. koulu ja päiväkoti\n4. ensimmäinen terveystarkastus")),
            (1, YUSUF, 8.8, "Meiltä löytyy kaksi vapaaehtoista asemalle. Toinen puhuu samaa kieltä."),
            (2, JUKKA, 8.5, "Erinomaista. Mihin aikaan he pääsevät paikalle?"),
            (3, YUSUF, 8.4, "Juna tulee 16.40, he ovat siellä neljältä."),
            (4, TUOMAS, 8.1, "Rovaniemellä huomasimme, että talvivaatteet kannattaa tuoda jo asemalle."),
            (5, YUSUF, 7.9, "Kiitos! Kerään lasten toppapuvut yhdistykseltä. Koot?"),
            (6, JUKKA, 7.7, "Kysyn ja palaan asiaan."),
            (1, OLENA, 8.2, "Koulu: muistakaa pyytää omakielinen opettaja heti, päätös kestää."),
            (2, AINO, 7.2, "Tampereella teimme hakemuksen jo ennen saapumista. Lähetän mallin."),
        ),
    ),
    Talk(
        seeds.KAINUU,
        ANSWERED,
        (
            (0, TUOMAS, 27, "Terveysasemalla on odotettu tulkkia jo kahdesti yli viikon. Miten teillä?"),
            (1, JUKKA, 26.5, "Sama juttu. Etätulkki on parempi kuin ei tulkkia, mutta huone pitää varata erikseen."),
            (2, TUOMAS, 26.3, "Kuka teillä varaa huoneen?"),
            (3, JUKKA, 26, "Vastaanoton sihteeri, samalla kun aika annetaan."),
            (1, OLENA, 25.2, ("Vertaisohjaaja ei ole tulkki. Kirjoitan tämän vielä kerran, koska sitä"
             " pyydetään joka viikko.")),
        ),
        "question",
    ),
    Talk(
        seeds.OSTROBOTHNIA,
        "Gemensam kursdag i Vasa i januari",
        (
            (0, MARIA, 15, ("Jag föreslår en gemensam kursdag i Vasa i slutet av januari. Teman som kommit upp:\n\n"
             "- handledning på arbetsplatsen\n- samhällsorientering på lätt svenska\n- hur kommunerna samarbetar")),
            (1, PETER, 14.6, "Handledning på arbetsplatsen, absolut. Kan vi få med någon från ett företag?"),
            (2, MARIA, 14.3, "Jag frågar växthusen i Närpes. De har gjort det här i tjugo år."),
            (3, PETER, 14.1, "Utmärkt! Då behövs ingen annan programpunkt före lunch."),
            (4, SANNA, 13.2, "Tulen mielelläni mukaan, vaikka ruotsini on hidasta. Saako kysyä suomeksi?"),
            (5, MARIA, 13, "Självklart, vi svarar på lätt svenska. :)"),
            (0, MARIA, 2.2, "Lokalen är bokad: stadsbiblioteket, **fredagen den 29 januari kl. 9–15**."),
            (1, PETER, 1.8, "Tack! Jag ordnar kaffet."),
        ),
    ),
    Talk(
        seeds.PEERS,
        "Miten itse jaksatte?",
        (
            (0, OLENA, 6, "Kolme kokoontumista viikossa on ollut minulle liikaa. Miten te rajaatte?"),
            (1, SIRIN, 5.7, "Meillä on sääntö: yksi ilta viikossa ilman puhelinta. Se on vaikeampaa kuin luulisi."),
            (2, OLENA, 5.5, "Дякую. Kokeilen ensi viikolla."),
            (1, LEILA, 5.1, "Pari ohjaajaa samaan ryhmään. Silloin toinen voi olla poissa."),
            (2, SIRIN, 0.6, "Tähän löytyisi rahaa, jos haemme yhdessä. Kirjoitanko luonnoksen?"),
        ),
    ),
    Talk(
        seeds.CRISIS,
        "Milloin soitamme toisillemme",
        (
            (0, SIRIN, 30, "Sovitaan matala kynnys: jos mietit, pitäisikö soittaa, soita."),
            (1, YUSUF, 29.5, "Ja viestin voi jättää tänne, jos ei ole kiire. Ei mitään, mistä ihmisen tunnistaa."),
            (1, LEILA, 29.1, "Sovittu."),
        ),
    ),
    Talk(
        seeds.PLAIN,
        "Kysymys 14: mitä tarkoittaa «perhe»?",
        (
            (0, PETER, 400, ("Kolme viidestä kysyi tulkilta, kuuluuko isoäiti perheeseen. Selkokielinen"
             " kysymys ei siis vielä"
             " ole selkeä.")),
            (1, LAN, 399, "Voisiko kysyä: *Kenen kanssa asut?*"),
            (2, SIRIN, 398.5, "Se on hyvä, mutta jättää pois ne, jotka ovat vielä toisessa maassa."),
            (3, LAN, 398, "Sitten kaksi kysymystä: *Kenen kanssa asut?* ja *Onko sinulla perhettä muualla?*"),
            (4, AINO, 397, "Näin. Testataan ensi viikolla."),
            (5, PETER, 380, "Testattu: ei yhtään kysymystä tulkille. Tämä jää."),
        ),
    ),
    Talk(
        seeds.SEMINAR,
        "Ryhmätöiden aiheet",
        (
            (0, LAN, 300, "Tarvitsemme kuusi aihetta ryhmätöihin. Tähän voi ehdottaa."),
            (1, OLENA, 299, "Vapaaehtoisten jaksaminen."),
            (1, JUKKA, 298.5, "Pienet paikkakunnat: miten tehdään yhdessä se, mihin yksi ei riitä?"),
            (1, MARIA, 298, "Kaksikieliset kunnat."),
            (2, FATEMEH, 297, "Tähän tulen itse mukaan!"),
        ),
    ),
)

_PROPOSALS: tuple[tuple[int, str, str], ...] = (
    (0, LEILA, ("Kootaan tähän ohjelmaa **8. maaliskuuta** varten. Yksi ehdotus viestiä kohti, niin"
     " niihin voi vastata.")),
    (1, SIRIN, "Ruokaa kymmenestä keittiöstä. Jokainen tuo sen, mitä äiti teki juhlissa."),
    (2, OLENA, "Kyllä! Tuon holubtsit."),
    (2, LAN, "Kevätrullat ovat minun."),
    (3, SIRIN, "Tuliko muistiin, että keittiössä on vain kaksi levyä?"),
    (4, LAN, "Kylmät kevätrullat sitten. Ne ovatkin parempia."),
    (2, FATEMEH, "Teen sahramiriisin, jos joku auttaa kantamaan."),
    (3, LEILA, "Minä autan."),
    (2, OLENA, "Allergiat: lappu jokaisen ruoan eteen, kolmella kielellä."),
    (3, SIRIN, "Teen pohjan."),
    (4, OLENA, "Kiitos! Pähkinä, maito, vilja, kala, muna. Muuta?"),
    (5, FATEMEH, "Seesami."),
    (6, OLENA, "Seesami lisätty."),
    (1, OLENA, "Runoja omalla kielellä ja suomeksi. Kaksi minuuttia kukin."),
    (2, LEILA, "Saako lukea jonkun toisen runon?"),
    (3, OLENA, "Saa. Tärkeintä on, että se on tärkeä lukijalle."),
    (2, FATEMEH, "Luen Forough Farrokhzadia. «پرنده مردنی است» – ja suomennos perään."),
    (3, SIRIN, "Ihanaa."),
    (2, LAN, "Minulla on nuori, joka kirjoittaa itse. Kysyn, uskaltaako hän."),
    (3, LAN, "Uskaltaa!"),
    (4, OLENA, "Paras uutinen tällä viikolla."),
    (1, FATEMEH, "Työpaja: miten polkupyörä korjataan."),
    (2, LEILA, "Tähän tulee jono."),
    (3, FATEMEH, "Kolme mekaanikkoa, kaikki naisia, kaikki meidän kurssilta."),
    (4, LEILA, "Silloin kuva paikallislehteen, jos he itse haluavat."),
    (5, FATEMEH, "Kysyn. Ei kuvia ilman lupaa."),
    (1, LAN, "Lastenhoito koko päiväksi. Muuten puolet jää tulematta."),
    (2, SIRIN, "Samaa mieltä. Kuka?"),
    (3, LAN, "Seurakunnan kerhonohjaajat lupautuivat."),
    (4, SIRIN, "Huone 2 on vapaa, siinä on pehmeä lattia."),
    (1, SIRIN, "Puhuja? Vai ilman puheita?"),
    (2, OLENA, "Ilman."),
    (2, FATEMEH, "Ilman."),
    (2, LEILA, "Yksi lyhyt tervetulosana, muuten ilman."),
    (3, LAN, "Kahdella kielellä, kaksi minuuttia."),
    (4, LEILA, "Lupaan."),
    (1, LEILA, "Musiikki: tunnetteko ketään?"),
    (2, OLENA, "Bandura-soittaja Turusta, tulee matkakuluilla."),
    (2, SIRIN, "Nuorten bändi täältä. Soittavat kovaa."),
    (3, OLENA, "Kuinka kovaa?"),
    (4, SIRIN, "Lastenhoito kannattaa olla toisessa päässä."),
    (5, LAN, "Se on. Kävin katsomassa."),
    (1, OLENA, "Kutsut. Millä kielillä?"),
    (2, FATEMEH, "Suomi, ruotsi, englanti, arabia, persia, somali, ukraina, vietnam, turkki, kurdi."),
    (3, SIRIN, "Kymmenen käännöstä. Kaksi meille kullekin."),
    (4, LAN, "Vietnam valmis."),
    (4, OLENA, "Ukraina valmis."),
    (4, FATEMEH, "Persia ja arabia valmiit."),
    (4, SIRIN, "Turkki valmis, kurdi puuttuu vielä."),
    (5, LEILA, "Kysyn kurdinkieliseltä ryhmältä."),
    (1, FATEMEH, "Raha. Tila on ilmainen, ruoka ei."),
    (2, LEILA, "Haettu 800 euroa, vastaus joulukuussa."),
    (3, FATEMEH, "Ja jos ei tule?"),
    (4, LEILA, "Sitten jokainen tuo vähän vähemmän."),
    (1, SIRIN, "Siivous. Lista nyt, ei silloin."),
    (2, LAN, "Minä."),
    (2, OLENA, "Minä."),
    (2, FATEMEH, "Minä ja polkupyörämekaanikot."),
    (1, LEILA, ("Kooste tähän asti: ruoka, runot, työpaja, lastenhoito, musiikki, kutsut kymmenellä"
     " kielellä. **Kiitos!**")),
    (2, LAN, "Tästä tulee hyvä päivä."),
    (2, SIRIN, "Kurdinkielinen kutsu on nyt valmis."),
    (3, LEILA, "Silloin kutsut lähtevät maanantaina."),
)


def plant() -> None:
    """Threads in the demo's workspaces. What is older than two days everybody has read; the rest is new."""
    for name in dict.fromkeys(talk.workspace for talk in _all()):
        _plant(seeds.workspace(name), [talk for talk in _all() if talk.workspace == name])


def thread(title: str) -> Thread:
    """The thread of the demo with this title."""
    return db.session().scalars(sa.select(Thread).where(Thread.title == title)).one()


def _all() -> Iterator[Talk]:
    yield from _TALKS
    first, last = 28.0, 0.3
    step = (first - last) / (len(_PROPOSALS) - 1)
    said = [(level, who, first - place * step, words) for place, (level, who, words) in enumerate(_PROPOSALS)]
    yield Talk(seeds.WOMEN, PROGRAMME, said)


def _plant(workspace: Workspace, talks: Sequence[Talk]) -> None:
    archived_at, workspace.archived_at = workspace.archived_at, None
    db.session().flush()
    pasts: dict[tuple[int, int], Message] = {}
    order = sorted(
        ((talk, index) for talk in range(len(talks)) for index in range(len(talks[talk].said))),
        key=lambda place: -talks[place[0]].said[place[1]][2],
    )
    for talk, index in order:
        pasts[talk, index] = _say(workspace, talks[talk], index, {i: m for (t, i), m in pasts.items() if t == talk})
    if workspace.name == seeds.PLANS:
        _change_some(workspace, pasts)
    workspace.archived_at = archived_at
    _read(workspace)


def _say(workspace: Workspace, talk: Talk, index: int, earlier: dict[int, Message]) -> Message:
    level, who, days, words = talk.said[index]
    with clock.later(ago(days)):
        if index == 0:
            return service.open_thread(workspace, title=talk.title, body=words, kind=talk.kind, by=member(who))
        thread = db.session().get_one(Thread, earlier[0].thread_id)
        above = next((i for i in range(index - 1, -1, -1) if talk.said[i][0] < level), None)
        return service.post(
            thread, workspace, words, by=member(who), answers=earlier[above] if above is not None else None
        )


def ago(days: float) -> timedelta:
    """So long ago, but in office hours: whole days back, and the rest of a day between eight and six."""
    midnight = datetime.combine(clock.today(), time(), ZoneInfo("Europe/Helsinki"))
    whole = ceil(days)
    return midnight - timedelta(days=whole) + timedelta(hours=8 + 10 * (whole - days)) - clock.now()


def _change_some(workspace: Workspace, said: dict[tuple[int, int], Message]) -> None:
    agreed, offer = said[0, 5], said[0, 9]
    with clock.later(ago(39)):
        service.edit(agreed, workspace, f"{agreed.body} Vastaus viimeistään perjantaina.", by=member(AINO))
    with clock.later(ago(37)):
        service.retract(offer, workspace, by=member(JUKKA))


def _read(workspace: Workspace) -> None:
    held = db.session()
    members = held.scalars(
        sa.select(Member).join(Membership, Membership.member_id == Member.id).filter_by(workspace_id=workspace.id)
    ).all()
    old = clock.now() + ago(2)
    rows = held.execute(
        sa.select(Thread, sa.func.max(Message.seq))
        .join(Message, Message.thread_id == Thread.id)
        .where(Thread.workspace_id == workspace.id, Message.posted_at < old)
        .group_by(Thread.id)
    ).all()
    for thread, seq in rows:
        for reader in members:
            reading.mark_read(thread, seq, by=reader)
