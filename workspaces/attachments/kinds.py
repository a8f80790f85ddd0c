"""What a file is, told by its content alone; which files are taken, and why others are not.

There are few kinds, so each is looked at by rules that can be read here rather than by a library that knows thousands:
a file is one of these from its first byte to its last, or it is refused. Pictures are decoded besides (`pictures`), so
nothing of what they carried along is left. Packages of office programs are looked at by their list of contents and one
small part of it; they are never unpacked. HEIC is not taken: its decoders are large and often found faulty, and
telephones send JPEG where that is asked for.
"""

import codecs
import lzma
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO, Literal

from extranet.errors import Refusal
from extranet.i18n import lazy

Family = Literal["picture", "pdf", "writing", "table", "slides", "text"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: what it is to people, to browsers and in names."""

    family: Family
    media_type: str
    extension: str


_OFFICE = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"
KINDS: tuple[Kind, ...] = (
    Kind("picture", "image/jpeg", "jpg"),
    Kind("picture", "image/png", "png"),
    Kind("picture", "image/webp", "webp"),
    Kind("picture", "image/gif", "gif"),
    Kind("pdf", "application/pdf", "pdf"),
    Kind("writing", f"{_OFFICE}.wordprocessingml.document", "docx"),
    Kind("table", f"{_OFFICE}.spreadsheetml.sheet", "xlsx"),
    Kind("slides", f"{_OFFICE}.presentationml.presentation", "pptx"),
    Kind("writing", f"{_ODF}.text", "odt"),
    Kind("table", f"{_ODF}.spreadsheet", "ods"),
    Kind("slides", f"{_ODF}.presentation", "odp"),
    Kind("text", "text/plain", "txt"),
    Kind("text", "text/csv", "csv"),
)
BY_EXTENSION = {kind.extension: kind for kind in KINDS}
BY_TYPE = {kind.media_type: kind for kind in KINDS}
_ALSO_CALLED = {"jpeg": "jpg", "jpe": "jpg", "jfif": "jpg"}

ACCEPT = ",".join(
    kind.media_type if kind.family == "picture" else f".{kind.extension}" for kind in KINDS
)
"""What a file field offers. The types of pictures make telephones send JPEG instead of HEIC."""

_HEAD = 4_096
_TAIL = 1_024
"""Bytes at the end of a PDF in which its end is said (Adobe's own implementation note to the format)."""
_MOST_PARTS = 5_000
"""Parts of an office package; a long presentation has some hundreds."""
_MOST_UNPACKED = 1_000_000_000
"""Bytes that a package may say to become, which is what readers' computers must bear."""
_MOST_CONTENTS = 1_000_000
"""Bytes of the part that says what kind of package it is."""
_LOCATOR = 20
"""Bytes that stand before the end of a package and lead to what is said about its list of contents again (Zip64)."""
_AGAIN = struct.Struct("<4sQ4x2L4Q4sLQL")
"""That and its locator: where the list is and how long it is, in numbers that may be of any size."""
_CONTENTS = "[Content_Types].xml"
_PICTURES = ((b"\xff\xd8\xff", "jpg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"GIF87a", "gif"), (b"GIF89a", "gif"))
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")


class NotTaken(Refusal):
    """A file of a kind that is not taken."""

    status = 422
    sentence = lazy(
        "This kind of file is not taken. Taken are pictures (JPEG, PNG, WebP, GIF), PDF, Word, Excel, PowerPoint and "
        "OpenDocument files, and plain text (txt, csv)."
    )


class EmptyFile(NotTaken):
    sentence = lazy("The file is empty.")


class Damaged(NotTaken):
    sentence = lazy("The file is damaged, or only a part of it arrived. Try again, or save it anew.")


class WebPage(NotTaken):
    """Markup that a browser could run."""

    sentence = lazy(
        "Web pages and SVG pictures are not taken, because they can do things by themselves. Save it as PDF or PNG."
    )


class OldOffice(NotTaken):
    """Binary office formats, which may hold macros; new ones with a password are packed into the same."""

    sentence = lazy(
        "Old Office files and files with a password are not taken. Save it without a password as docx, xlsx, pptx or "
        "PDF."
    )


class HasMacros(NotTaken):
    sentence = lazy("Files with macros are not taken, because macros can do harm. Save it without them.")


class Heic(NotTaken):
    sentence = lazy("Pictures in the format HEIC are not taken. Save it as JPEG, or take a screenshot of it.")


class NotUtf8(NotTaken):
    sentence = lazy("The text cannot be read with certainty. Save the file in the encoding UTF-8.")


class NotAsNamed(NotTaken):
    """The content is of another family than the name says.

    It may be raised in a thread that knows no reader, so that its sentence is made where it is shown.
    """

    def __init__(self, extension: str) -> None:
        super().__init__(
            lazy("The name ends in .%(extension)s, but the file is something else. See whether it is the right one.",
                 extension=extension)
        )


def kind_of(file: IO[bytes], name: str) -> Kind:
    """The kind of a file, from its content; its name only tells table from text. Raises a `NotTaken`."""
    file.seek(0)
    head = file.read(_HEAD)
    if not head:
        raise EmptyFile
    found = _by_head(file, head, extension_of(name))
    said = BY_EXTENSION.get(extension_of(name))
    if said is not None and said.family != found.family:
        raise NotAsNamed(extension_of(name))
    return found


def extension_of(name: str) -> str:
    """The ending of a name in small letters, without its dot; a second name of the same kind is the first."""
    stem, dot, ending = name.rpartition(".")
    ending = ending.casefold() if dot and stem else ""
    return _ALSO_CALLED.get(ending, ending)


def _by_head(file: IO[bytes], head: bytes, extension: str) -> Kind:
    if (picture := _picture(head)) is not None:
        return picture
    if head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis"):
        raise Heic
    if head.startswith(b"%PDF-"):
        return _pdf(file, head)
    if head.startswith(b"PK\x03\x04"):
        return _package(file)
    if head.startswith(_OLE):
        raise OldOffice
    return _text(file, head, extension)


def _picture(head: bytes) -> Kind | None:
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return BY_EXTENSION["webp"]
    return next((BY_EXTENSION[extension] for start, extension in _PICTURES if head.startswith(start)), None)


def _pdf(file: IO[bytes], head: bytes) -> Kind:
    end = file.seek(0, 2)
    file.seek(max(0, end - _TAIL))
    if b"%%EOF" not in file.read(_TAIL):
        raise Damaged
    if _IS_MARKUP.search(head[:_TAIL]):
        raise WebPage
    return BY_EXTENSION["pdf"]


_IS_MARKUP = re.compile(rb"<\s*(?:!doctype|html|head|body|script|svg|iframe|\?xml)", re.IGNORECASE)
_BEGINS_AS_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<[a-z!?]", re.IGNORECASE)


def _text(file: IO[bytes], head: bytes, extension: str) -> Kind:
    if _BEGINS_AS_MARKUP.match(head) or _IS_MARKUP.search(head):
        raise WebPage
    if extension not in ("txt", "csv"):
        raise NotTaken
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := file.read(1_000_000):
            if _has_control(block):
                raise NotTaken
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise NotUtf8 from error
    return BY_EXTENSION[extension]


_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")


def _has_control(block: bytes) -> bool:
    return _CONTROL.search(block) is not None


_DAMAGE = (
    zipfile.BadZipFile, NotImplementedError, LookupError, ValueError, EOFError, OSError, RuntimeError, struct.error,
    lzma.LZMAError, zlib.error,
)
"""What reading a package raises where it is not as it should be: each way of packing raises its own."""


def _package(file: IO[bytes]) -> Kind:
    _ensure_short_list(file)
    try:
        with zipfile.ZipFile(file) as package:
            return _office(package)
    except _DAMAGE as error:
        raise Damaged from error


def _ensure_short_list(file: IO[bytes]) -> None:
    """Look at how long the list of contents is before it is read. It stands at the very end, or it is no package."""
    size = file.seek(0, 2)
    start = max(0, size - 65_557)  # the last record and the longest remark behind it
    file.seek(start)
    end = file.read()
    at = end.rfind(b"PK\x05\x06")
    if at < 0 or len(end) - at < 22:
        raise Damaged
    parts, list_size, list_start, remark = struct.unpack("<HIIH", end[at + 10 : at + 22])
    list_end = _before_it_is_said_again(file, start + at, parts, list_size, list_start)
    if start + at + 22 + remark != size or list_start + list_size != list_end:
        raise Damaged  # something stands before, between or behind
    if parts > _MOST_PARTS or list_size > _MOST_PARTS * 300:
        raise NotTaken


def _before_it_is_said_again(file: IO[bytes], end: int, parts: int, list_size: int, list_start: int) -> int:
    """Where the list of contents ends: at `end`, or before what some programs write between, which says the same.

    Readers go by what stands there. Where that is something else, the list is another one, of any length, as only
    packages of gigabytes need it.
    """
    file.seek(max(0, end - _LOCATOR))
    if not file.read(_LOCATOR).startswith(b"PK\x06\x07"):
        return end
    begin = end - _AGAIN.size
    same = (b"PK\x06\x06", 44, 0, 0, parts, parts, list_size, list_start, b"PK\x06\x07", 0, begin, 1)
    file.seek(max(0, begin))
    said = file.read(_AGAIN.size)
    if len(said) < _AGAIN.size or _AGAIN.unpack(said) != same:
        raise Damaged
    return begin


def _office(package: zipfile.ZipFile) -> Kind:
    parts = package.infolist()
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
        raise NotTaken
    if any(part.flag_bits & 0x1 for part in parts):
        raise OldOffice
    if not parts:
        raise Damaged
    names = [part.filename.replace("\\", "/").casefold() for part in parts]
    contents = ""
    if _CONTENTS in package.namelist():
        contents = _part(package, _CONTENTS, _MOST_CONTENTS).decode("utf-8", "replace")
    if parts[0].filename == "mimetype":
        kind = BY_TYPE.get(_part(package, "mimetype", 200).decode("ascii", "replace").strip())
    elif contents:
        kind = next((kind for kind in KINDS if f'"{kind.media_type}.main+xml"' in contents), None)
    else:
        raise Damaged
    has_macros = (
        "macroenabled" in contents.casefold()
        or any("vbaproject" in name for name in names)
        or any(name.startswith(("basic/", "scripts/")) and not name.endswith("/") for name in names)
    )
    if has_macros:
        raise HasMacros
    if kind is None:
        raise NotTaken
    return kind


def _part(package: zipfile.ZipFile, name: str, most: int) -> bytes:
    """The beginning of a part; what would grow without end is read no further."""
    with package.open(name) as part:
        return part.read(most)
