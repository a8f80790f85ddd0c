"""Files in the demo: a plan as a picture, a table, and a programme to print."""

from collections.abc import Sequence
from io import BytesIO
from tempfile import TemporaryFile

from PIL import Image, ImageDraw

from extranet import clock
from extranet.accounts.seeds import member
from extranet.ids import new_id
from extranet.members import Member
from workspaces import seeds
from workspaces.attachments import service
from workspaces.attachments.intake import written
from workspaces.attachments.service import Chosen
from workspaces.attachments.store import store
from workspaces.discussions import service as discussions
from workspaces.discussions.seeds import PROGRAMME, TEMPLATE, ago, thread
from workspaces.models import Workspace
from workspaces.seeds import AINO, LAN, SIRIN

_ROOMS = (
    ((60, 60, 620, 420), "#dcebf7"),
    ((640, 60, 1140, 240), "#f7e6c8"),
    ((640, 260, 1140, 420), "#dff0d8"),
    ((60, 440, 380, 740), "#f3d9e3"),
    ((400, 440, 1140, 740), "#eeeeee"),
)
"""Left, upper, right and lower edge of each room in pixels of a plan of 1200 × 800, and its colour."""

_SHOWN = (
    "Pohjapiirros: vasemmalla ylhäällä juhlasali, oikealla ylhäällä kahvio ja lastenhuone, alhaalla vasemmalla"
    " keittiö ja oikealla näyttelytila. Kaikkiin tiloihin pääsee ilman portaita."
)
_QUESTIONS = ("1. Mihin haluan?", "2. Mitä teen ensin?", "3. Kuka auttaa?", "4. Milloin nähdään?")
_HELP = "aika;tehtävä;montako\n9.00;tilojen avaus;2\n10.00;lastenhuone;3\n12.00;ruoka;4\n16.00;siivous;5\n"


def plant() -> None:
    """Messages with files, in the workspace of the women's day and in that of the plans."""
    women, plans = seeds.workspace(seeds.WOMEN), seeds.workspace(seeds.PLANS)
    plan = ("Tilat.png", _plan(), _SHOWN)
    table = ("Apukädet.csv", _HELP.encode(), None)
    _say(women, PROGRAMME, LAN, 0.25, "Tässä talon pohjapiirros. Mihin laitamme ilmoittautumisen?", [plan])
    _say(women, PROGRAMME, SIRIN, 0.2, "Listasin, paljonko apukäsiä tarvitaan ja milloin.", [table])
    _say(plans, TEMPLATE, AINO, 0.15, "Lyhyt pohja tulostettavana.", [("Lyhyt pohja.pdf", _page(), None)])


def _say(
    workspace: Workspace, title: str, who: str, days: float, words: str,
    files: Sequence[tuple[str, bytes, str | None]],
) -> None:
    with clock.later(ago(days)):
        chosen = [_brought(workspace, name, content, alt, member(who)) for name, content, alt in files]
        discussions.post(thread(title), workspace, words, by=member(who), attachments=chosen)


def _brought(workspace: Workspace, name: str, content: bytes, alt: str | None, by: Member) -> Chosen:
    with TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        found = written(store(), new_id(), file, name)
    return Chosen(service.bring(workspace, found, by=by).id, alt)


def _plan() -> bytes:
    picture = Image.new("RGB", (1200, 800), "white")
    draw = ImageDraw.Draw(picture)
    for place, (edges, colour) in enumerate(_ROOMS, start=1):
        draw.rectangle(edges, fill=colour, outline="#444444", width=6)
        middle = ((edges[0] + edges[2]) / 2, (edges[1] + edges[3]) / 2)
        draw.text(middle, str(place), fill="#222222", font_size=90, anchor="mm")
    return _saved(picture, "PNG")


def _page() -> bytes:
    page = Image.new("RGB", (595, 842), "white")
    draw = ImageDraw.Draw(page)
    for place, question in enumerate(_QUESTIONS):
        draw.text((60, 80 + place * 180), question, fill="black", font_size=22)
        draw.line((60, 200 + place * 180, 535, 200 + place * 180), fill="#999999", width=1)
    return _saved(page, "PDF")


def _saved(picture: Image.Image, form: str) -> bytes:
    content = BytesIO()
    picture.save(content, form)
    return content.getvalue()
