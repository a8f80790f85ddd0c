"""What a file is, is told by its content alone; what is not among the kinds that are taken is refused with a reason."""

import io
import struct
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest

from extranet.i18n import in_language
from tests.workspaces.attachments.files import (
    DOCUMENT,
    OFFICE,
    bring,
    office,
    on_disk,
    open_document,
    package,
    pdf,
    picture,
)
from tests.workspaces.discussions.talk import Talk
from workspaces.attachments import kinds
from workspaces.attachments.kinds import kind_of

SHEET, SLIDES = f"{OFFICE}.spreadsheetml.sheet.main+xml", f"{OFFICE}.presentationml.presentation.main+xml"
MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"
ODF = "application/vnd.oasis.opendocument"


def found(content: bytes, name: str) -> str:
    return kind_of(io.BytesIO(content), name).extension


@pytest.mark.once
@pytest.mark.parametrize(
    ("content", "name", "extension"),
    [
        (picture("JPEG"), "kuva.JPEG", "jpg"),
        (picture("PNG"), "kuva", "png"),
        (picture("WEBP"), "kuva.jpg", "webp"),  # as pictures from the web are often called
        (picture("GIF"), "kuva.gif", "gif"),
        (pdf(), "plan.pdf", "pdf"),
        (office(), "plan.docx", "docx"),
        (office(SHEET), "plan.xlsx", "xlsx"),
        (office(SLIDES), "plan.pptx", "pptx"),
        (open_document(), "plan.odt", "odt"),
        (open_document("spreadsheet"), "plan.ods", "ods"),
        (open_document("presentation"), "plan.odp", "odp"),
        ("Äiti\n".encode(), "plan.txt", "txt"),
        (b"\xef\xbb\xbfNimi;Kunta\r\n", "plan.CSV", "csv"),
    ],
)
def test_these_are_taken(content: bytes, name: str, extension: str) -> None:
    assert found(content, name) == extension


def _bomb() -> bytes:
    """A package whose list says that it becomes more than a gigabyte."""
    made = bytearray(office())
    at = made.rfind(b"PK\x01\x02")
    made[at + 24 : at + 28] = struct.pack("<I", 2_000_000_000)
    return bytes(made)


def _encrypted() -> bytes:
    made = bytearray(office())
    made[made.find(b"PK\x01\x02") + 8] |= 1
    return bytes(made)


def _damaged(way: int, start: int, end: int) -> bytes:
    """An office package packed in one of the ways that there are, the bytes from start to end of it overwritten."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", way) as packed:
        packed.writestr("[Content_Types].xml", f'<x type="{DOCUMENT}.main+xml"/>' * 50)
    content = bytearray(made.getvalue())
    content[start:end] = b"\xff" * (end - start)
    return bytes(content)


@pytest.mark.once
def test_a_list_of_contents_that_stands_elsewhere_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A package may say twice where its list is (Zip64): readers go by the one that may be of any length."""
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 0, 20, *[0] * 5, *[0] * 3, 1, *[0] * 6) + b"a"
    number, begin = kinds._MOST_PARTS - 1, b"PK\x03\x04" + bytes(26)
    until = len(begin) + number * len(entry)
    more = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, number, number, until - len(begin), len(begin))
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, until, 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 10, 10, 76, until, 0)
    file = begin + entry * number + more + locator + end
    assert len(zipfile.ZipFile(io.BytesIO(file)).infolist()) == number
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_given: pytest.fail("it was read"))
    with pytest.raises(kinds.Damaged):
        kinds.kind_of(io.BytesIO(file), "plan.docx")


def _said_again(content: bytes, *, more: int = 0, longer: int = 0, later: int = 0, elsewhere: int = 0) -> bytes:
    """A package in which stands once more (Zip64) where its list is, or so much further than it is."""
    at = content.rfind(b"PK\x05\x06")
    parts, size, start = struct.unpack("<HLL", content[at + 10 : at + 20])
    number = parts + more
    again = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, number, number, size + longer, start + later)
    return content[:at] + again + struct.pack("<4sLQL", b"PK\x06\x07", 0, at + elsewhere, 1) + content[at:]


@pytest.mark.once
def test_a_small_package_that_says_twice_where_its_list_is_is_taken() -> None:
    made = _said_again(office())
    assert zipfile.ZipFile(io.BytesIO(made)).testzip() is None
    assert found(made, "plan.docx") == "docx"


@pytest.mark.once
@pytest.mark.parametrize("other", ["more", "longer", "later", "elsewhere"])
def test_one_that_says_two_things_is_not_read(monkeypatch: pytest.MonkeyPatch, other: str) -> None:
    made = [_said_again(office(), **{other: far}) for far in (1, 2**40)]
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_given: pytest.fail("it was read"))
    for content in made:
        with pytest.raises(kinds.Damaged):
            found(content, "plan.docx")


@pytest.mark.once
def test_one_that_says_it_only_in_that_second_place_is_not_read() -> None:
    made = _said_again(office())
    for field, size in ((10, 2), (12, 4), (16, 4)):
        at = made.rfind(b"PK\x05\x06") + field
        with pytest.raises(kinds.Damaged):
            found(made[:at] + b"\xff" * size + made[at + size :], "plan.docx")
    with pytest.raises(kinds.Damaged):
        found(b"PK\x03\x04" + made[made.rfind(b"PK\x06\x07") :], "plan.docx")


@pytest.mark.once
@pytest.mark.parametrize(
    ("content", "name", "refusal"),
    [
        (b"", "plan.txt", kinds.EmptyFile),
        (b"MZ\x90\x00" + bytes(60), "plan.exe", kinds.NotTaken),
        (b"MZ\x90\x00" + bytes(60), "plan.txt", kinds.NotTaken),
        (b"\x7fELF" + bytes(60), "plan", kinds.NotTaken),
        (b"#!/bin/sh\nrm -rf ~\n", "plan.sh", kinds.NotTaken),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "kuva.svg", kinds.WebPage),
        (b"\xef\xbb\xbf\n <!DOCTYPE html><script>alert(1)</script>", "plan.txt", kinds.WebPage),
        (b"words\n<script>alert(1)</script>", "plan.csv", kinds.WebPage),
        (b"<?xml version='1.0'?><x/>", "plan.txt", kinds.WebPage),
        (b"%PDF-1.4\n<html><script>alert(1)</script>\n%%EOF\n", "plan.pdf", kinds.WebPage),
        (pdf()[:-10], "plan.pdf", kinds.Damaged),
        (pdf() + b"\n" * 3000 + b"more", "plan.pdf", kinds.Damaged),
        (bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600), "plan.doc", kinds.OldOffice),
        (_encrypted(), "plan.docx", kinds.OldOffice),
        (_damaged(zipfile.ZIP_DEFLATED, 50, 70), "plan.docx", kinds.Damaged),
        (_damaged(zipfile.ZIP_BZIP2, 52, 70), "plan.docx", kinds.Damaged),
        (_damaged(zipfile.ZIP_LZMA, 60, 80), "plan.docx", kinds.Damaged),
        (_damaged(zipfile.ZIP_LZMA, 49, 53), "plan.docx", kinds.Damaged),
        (b"PK\x03\x04" + bytes(26) + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 0, 0, 0, 30, 0), "plan.docx",
         kinds.Damaged),
        (open_document(parts={"[Content_Types].xml": MACROS}), "plan.odt", kinds.HasMacros),
        (open_document(parts={"word/vbaProject.bin": "x"}), "plan.odt", kinds.HasMacros),
        (office(parts={"Basic/Standard/Module1.xml": "x"}), "plan.docx", kinds.HasMacros),
        (office(parts={"word/vbaProject.bin": "x"}), "plan.docx", kinds.HasMacros),
        (office(MACROS), "plan.docm", kinds.HasMacros),
        (open_document(parts={"Basic/Standard/Module1.xml": "x"}), "plan.odt", kinds.HasMacros),
        (package({"a.txt": "x"}), "plan.zip", kinds.Damaged),
        (package({"mimetype": "application/epub+zip", "a": "x"}), "book.epub", kinds.NotTaken),
        (office("application/x-other+xml"), "plan.docx", kinds.NotTaken),
        (office()[:-30], "plan.docx", kinds.Damaged),
        (office() + b"<html>", "plan.docx", kinds.Damaged),
        (b"PK\x03\x04" + office(), "plan.docx", kinds.Damaged),
        (package({f"part{n}": "" for n in range(5_100)}), "plan.docx", kinds.NotTaken),
        (_bomb(), "plan.docx", kinds.NotTaken),
        (b"\x00\x00\x00\x18ftypheic" + bytes(60), "kuva.heic", kinds.Heic),
        ("Äiti\n".encode("latin-1"), "plan.txt", kinds.NotUtf8),
        ("Äiti\n".encode("utf-16"), "plan.txt", kinds.NotTaken),
        (b"words", "notes.md", kinds.NotTaken),
        (picture(), "plan.pdf", kinds.NotAsNamed),
        (pdf(), "kuva.jpg", kinds.NotAsNamed),
        (office(), "plan.txt", kinds.NotAsNamed),
        (office(SHEET), "plan.docx", kinds.NotAsNamed),
    ],
)
def test_these_are_refused(content: bytes, name: str, refusal: type[kinds.NotTaken]) -> None:
    with pytest.raises(kinds.NotTaken) as raised:
        found(content, name)
    assert type(raised.value) is refusal


def test_a_refusal_is_said_in_the_readers_language_though_a_thread_of_its_own_looks_at_the_file(talk: Talk) -> None:
    with talk.app.test_request_context("/"), in_language("fi"), ThreadPoolExecutor(1) as beside:
        raised = beside.submit(found, pdf(), "kuva.jpg").exception()
        assert isinstance(raised, kinds.NotAsNamed)
        assert str(raised.sentence).startswith("Nimen lopussa on .jpg")


def test_a_refusal_says_why_and_leaves_nothing(talk: Talk) -> None:
    answer = bring(talk, talk.cast.ada, office(parts={"word/vbaProject.bin": "x"}), "plan.docx")
    assert answer.status_code == 422
    assert "macros" in answer.json["detail"]  # type: ignore[index]
    assert on_disk(talk.app) == []


def test_the_kind_goes_by_the_content_not_by_what_the_browser_says(talk: Talk) -> None:
    fields = {"file": (io.BytesIO(picture("PNG")), "kuva.jpg", "text/html")}
    answer = talk.cast.ada.post(talk.place.path("/attachments"), fields, headers={"Accept": "application/json"})
    assert answer.json is not None
    assert (answer.json["name"], answer.json["media_type"]) == ("kuva.png", "image/png")


def test_what_is_packed_is_read_only_a_little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_MOST_CONTENTS", 100)
    padded = f"{' ' * 5_000_000}\"{DOCUMENT}.main+xml\""
    with pytest.raises(kinds.NotTaken):
        found(package({"[Content_Types].xml": padded}), "plan.docx")
