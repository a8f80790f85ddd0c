"""Pictures are made anew: upright, bounded, in sRGB, and with nothing in them but their points."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from tests.workspaces.attachments.files import PLACE, bring, brought, on_disk, photograph, picture
from tests.workspaces.discussions.talk import Talk
from workspaces.attachments import picture_process, pictures
from workspaces.attachments.kinds import Damaged


def remade(content: bytes, folder: Path) -> tuple[pictures.Picture, Image.Image, Image.Image]:
    source, whole, preview = folder / "source", folder / "whole", folder / "preview"
    source.write_bytes(content)
    with source.open("rb") as file:
        said = pictures.remake(file, whole, preview)
    return said, Image.open(io.BytesIO(whole.read_bytes())), Image.open(io.BytesIO(preview.read_bytes()))


def test_where_a_photograph_was_taken_is_nobodys_to_read(talk: Talk) -> None:
    assert PLACE.encode() in photograph()
    assert Image.open(io.BytesIO(photograph())).getexif().get_ifd(0x8825)
    file = brought(talk, talk.cast.ada, photograph(), "IMG_1.jpg")
    assert (file["width"], file["height"]) == (40, 60)  # it was held upright
    for path in on_disk(talk.app):
        assert PLACE.encode() not in path.read_bytes()
        kept = Image.open(io.BytesIO(path.read_bytes()))
        assert not kept.getexif()
        assert not {"exif", "xmp", "comment", "icc_profile", "photoshop"} & set(kept.info)
    whole = Image.open(io.BytesIO(talk.cast.ada.get(file["url"], buffered=True).data)).convert("RGB")
    red, _green, blue = whole.getpixel((20, 5))  # type: ignore[misc]
    assert red > 150 > 100 > blue  # what was on the left is on top now


@pytest.mark.once
def test_large_pictures_are_made_smaller_and_have_a_small_preview(tmp_path: Path) -> None:
    said, whole, preview = remade(picture(size=(4_000, 1_000)), tmp_path)
    assert (said.media_type, said.width, said.height) == ("image/jpeg", 2_560, 640)
    assert whole.size == (2_560, 640)
    assert (preview.format, max(preview.size)) == ("WEBP", 640)


@pytest.mark.once
@pytest.mark.parametrize(
    ("content", "media_type", "mode"),
    [
        (picture("PNG", mode="RGB"), "image/png", "RGB"),
        (picture("WEBP"), "image/webp", "RGB"),
        (picture("GIF"), "image/png", "RGB"),
        (picture("JPEG", mode="CMYK"), "image/jpeg", "RGB"),
    ],
)
def test_each_format_stays_what_people_know(content: bytes, media_type: str, mode: str, tmp_path: Path) -> None:
    said, whole, _preview = remade(content, tmp_path)
    assert (said.media_type, whole.mode) == (media_type, mode)


@pytest.mark.once
def test_holes_stay_holes_and_what_moves_stands_still(tmp_path: Path) -> None:
    holed = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    target = io.BytesIO()
    holed.save(target, "PNG")
    _said, whole, _preview = remade(target.getvalue(), tmp_path)
    assert whole.getpixel((5, 5))[3] == 0  # type: ignore[index]
    target = io.BytesIO()
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue", "green")]
    frames[0].save(target, "GIF", save_all=True, append_images=frames[1:])
    said, whole, _preview = remade(target.getvalue(), tmp_path)
    assert said.media_type == "image/png"
    assert whole.convert("RGB").getpixel((5, 5)) == (254, 0, 0) or whole.convert("RGB").getpixel((5, 5)) == (255, 0, 0)


@pytest.mark.once
def test_colours_are_those_of_the_web(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    _said, whole, _preview = remade(picture(icc_profile=profile), tmp_path)  # one that does not fit is left aside
    assert "icc_profile" not in whole.info
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    _said, whole, _preview = remade(picture("PNG", icc_profile=srgb), tmp_path)
    assert whole.getpixel((5, 5)) == (200, 30, 30)


@pytest.mark.once
def test_a_photograph_saved_as_png_does_not_fill_the_disk(tmp_path: Path) -> None:
    noise = Image.effect_noise((1_800, 1_800), 90).convert("RGB")
    target = io.BytesIO()
    noise.save(target, "PNG", compress_level=1)
    said, whole, _preview = remade(target.getvalue(), tmp_path)
    assert said.media_type == "image/jpeg"
    assert whole.format == "JPEG"


def _png_that_says(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(bytes(1000))), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.once
def test_a_bomb_is_not_opened(tmp_path: Path) -> None:
    with pytest.raises(pictures.TooManyPoints):
        remade(_png_that_says(30_000, 30_000), tmp_path)
    assert not (tmp_path / "whole").exists()


@pytest.mark.once
@pytest.mark.parametrize(
    "content", [picture()[:-60], b"\xff\xd8\xff\xe0" + bytes(200), _png_that_says(100, 100), b"GIF89a" + b"\xff" * 40]
)
def test_what_cannot_be_read_is_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(Damaged):
        remade(content, tmp_path)


def test_what_hides_behind_a_picture_is_gone(talk: Talk) -> None:
    hidden = b"<script>alert('polyglot')</script>"
    file = brought(talk, talk.cast.ada, picture("PNG") + hidden, "kuva.png")
    assert all(hidden not in path.read_bytes() for path in on_disk(talk.app))
    served = talk.cast.ada.get(file["url"], buffered=True)
    assert served.mimetype == "image/png"
    assert hidden not in served.data


def test_a_refused_picture_leaves_nothing(talk: Talk) -> None:
    assert bring(talk, talk.cast.ada, picture()[:-60], "kuva.jpg").status_code == 422
    assert on_disk(talk.app) == []


@pytest.mark.once
def test_the_process_knows_nothing_of_the_product() -> None:
    text = Path(picture_process.__file__).read_text(encoding="utf-8")
    assert "import extranet" not in text
    assert "from extranet" not in text
    assert "from workspaces" not in text
