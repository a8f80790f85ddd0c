"""Files for the tests, made where they are needed, and the ways to bring and send them."""

import io
import zipfile
from pathlib import Path
from typing import Any

from PIL import Image, TiffImagePlugin
from werkzeug.test import TestResponse

from extranet.app import Extranet
from tests.cast import Person, looking
from tests.workspaces.discussions.talk import JSON, Talk
from workspaces.attachments.models import Attachment

OFFICE = "application/vnd.openxmlformats-officedocument"
DOCUMENT = f"{OFFICE}.wordprocessingml.document"
PLACE = "GPSmarker60N"
"""What a telephone writes into its pictures, and nobody else shall read."""


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), **how: Any) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    made = Image.new(how.pop("mode", "RGB"), size, (200, 30, 30))
    made.paste((30, 30, 200), (size[0] // 2, 0, size[0], size[1]))
    target = io.BytesIO()
    made.save(target, kind, **how)
    return target.getvalue()


def photograph() -> bytes:
    """What a telephone held upright writes: turned, with the place and a remark in it."""
    facts = Image.Exif()
    facts[0x0112] = 6  # to be turned to the right
    facts[0x010E] = PLACE
    facts[0x8825] = {
        1: "N", 2: tuple(TiffImagePlugin.IFDRational(n) for n in (61, 30, 0)), 27: PLACE.encode(),
    }
    xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{PLACE}</x:xmpmeta>".encode()
    return picture(exif=facts, comment=PLACE.encode(), xmp=xmp)


def pdf(words: str = "A plan") -> bytes:
    """The smallest PDF that says something."""
    lines = ("%PDF-1.4", "1 0 obj<</Type/Catalog>>endobj", f"% {words}", "trailer<</Root 1 0 R>>", "startxref", "9")
    return "\n".join([*lines, "%%EOF", ""]).encode()


def office(main: str = f"{DOCUMENT}.main+xml", parts: dict[str, str] | None = None) -> bytes:
    """A package of an office program, with these parts besides."""
    contents = f'<Types><Override PartName="/word/document.xml" ContentType="{main}"/></Types>'
    return package({"[Content_Types].xml": contents, "word/document.xml": "<w/>", **(parts or {})})


def open_document(kind: str = "text", parts: dict[str, str] | None = None) -> bytes:
    """A package of OpenDocument."""
    return package({"mimetype": f"application/vnd.oasis.opendocument.{kind}", "content.xml": "<o/>", **(parts or {})})


def package(parts: dict[str, Any]) -> bytes:
    """A zip with these parts in this order."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, said in parts.items():
            made.writestr(name, said)
    return target.getvalue()


def bring(talk: Talk, by: Person, content: bytes, name: str = "plan.txt") -> TestResponse:
    """Send what the editor's script sends when a file is added."""
    edge = "the-edge-of-a-part"
    said = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")  # as browsers do
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{said}"\r\n\r\n'
    # Put together here: the client of the tests leaves its own temporary file of a large form open.
    return by.client.post(
        talk.place.path("/attachments"), data=head.encode() + content + f"\r\n--{edge}--\r\n".encode(),
        content_type=f"multipart/form-data; boundary={edge}",
        headers={**JSON, "X-CSRFToken": by.csrf_token, "Accept-Language": "en"},
    )  # fmt: skip


def brought(talk: Talk, by: Person, content: bytes = b"A plan\n", name: str = "plan.txt") -> dict[str, Any]:
    """The same, done: what the script is told."""
    answer = bring(talk, by, content, name)
    assert answer.status_code == 201, answer.text
    said: dict[str, Any] = answer.json or {}
    return said


def sent(
    talk: Talk, by: Person, content: bytes = b"A plan\n", name: str = "plan.txt", alt: str = "A plan"
) -> dict[str, Any]:
    """A file in a message: what the script was told of it, and the message's id."""
    file = brought(talk, by, content, name)
    more = {"attachments": file["id"], f"alt-{file['id']}": alt}
    return {**file, "message": talk.say(by, "See the file", **more)}


def row(app: Extranet, file_id: str) -> Attachment | None:
    """A file's row."""
    with looking(app) as held:
        return held.get(Attachment, file_id)


def on_disk(app: Any) -> list[Path]:
    """All files that are kept, and all that was left of others."""
    return [path for path in (app.settings.data_dir / "attachments").rglob("*") if path.is_file()]
