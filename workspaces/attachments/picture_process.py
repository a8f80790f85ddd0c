"""Makes a picture anew, in a process of its own that may use only so much: run with the picture as standard input.

    picture_process.py WHOLE PREVIEW

Writes the picture, upright, in sRGB, no larger than a screen shows and with nothing in it but its points, and a small
preview; says on standard output what came out, as JSON. Knows nothing of the product and imports nothing of it. A
picture that moves stands still afterwards: nothing moves on a page that nobody can stop.
"""

import errno
import json
import resource
import sys
import warnings
from io import BytesIO
from typing import IO, Any

from PIL import GifImagePlugin, Image, ImageCms, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

LONGEST_SIDE = 2_560
"""Points; what a large screen shows whole, and enough to read a photographed page."""
PREVIEW_SIDE = 640
MOST_POINTS = 50_000_000
"""Points of a picture that is opened; the largest camera of a telephone in wide use takes 48 million."""
SECONDS = 20
MEMORY = 1_500_000_000
_LARGEST_FILE = 60_000_000
_PNG_OF_A_PHOTOGRAPH = 3_000_000
"""Bytes from which a PNG without holes is kept as JPEG: a photograph takes ten times the room as PNG."""
_PLUGINS = (JpegImagePlugin, PngImagePlugin, WebPImagePlugin, GifImagePlugin)
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
"""What these plugins open; others are not even loaded."""


class Refused(Exception):
    """A picture that is not taken; says in one word why."""


def remake(source: IO[bytes], whole_path: str, preview_path: str) -> dict[str, Any]:
    """Write the two pictures; what the whole one is."""
    with Image.open(source, formats=_FORMATS) as opened:
        if opened.width * opened.height > MOST_POINTS:
            raise Refused("points")
        kept_as = {"JPEG": "JPEG", "MPO": "JPEG", "WEBP": "WEBP"}.get(opened.format or "", "PNG")
        whole = _clean(opened)
    written = _written(whole, kept_as)
    if kept_as == "PNG" and whole.mode in ("RGB", "L") and len(written) > _PNG_OF_A_PHOTOGRAPH:
        kept_as, written = "JPEG", _written(whole, "JPEG")
    with open(whole_path, "wb") as file:
        file.write(written)
    size = whole.size
    whole.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE), Image.Resampling.LANCZOS)
    with open(preview_path, "wb") as file:
        file.write(_written(whole, "WEBP"))
    return {"media_type": Image.MIME[kept_as], "width": size[0], "height": size[1]}


def _clean(opened: Image.Image) -> Image.Image:
    """The points of the first picture in a file, upright, in sRGB, not too large, and nothing else."""
    profile = opened.info.get("icc_profile")
    opened.draft("RGB" if opened.mode == "RGB" else opened.mode, (LONGEST_SIDE, LONGEST_SIDE))
    opened.load()
    picture: Image.Image = opened
    if picture.mode in ("P", "PA", "1") or (picture.mode in ("RGB", "L") and "transparency" in picture.info):
        picture = picture.convert("RGBA")
    elif picture.mode.startswith(("I", "F")):
        picture = _in_eight_bits(picture)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    picture = ImageOps.exif_transpose(picture)
    picture = _in_srgb(picture, profile)
    if picture.mode == "RGBA" and picture.getchannel("A").getextrema() == (255, 255):
        picture = picture.convert("RGB")
    points = Image.new(picture.mode, picture.size)
    points.paste(picture)
    return points


def _in_eight_bits(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I;16"):
        picture = picture.convert("I")
    _low, high = picture.getextrema()
    assert isinstance(high, int | float)
    most = 65_535 if high > 255 else 255
    return picture.point(lambda value: value * (255 / most)).convert("L")


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    wanted = "RGBA" if picture.mode in ("RGBA", "LA", "La", "RGBa") else "L" if picture.mode == "L" else "RGB"
    if profile and wanted != "L" and picture.mode in ("RGB", "RGBA", "CMYK"):
        try:
            found = ImageCms.ImageCmsProfile(BytesIO(profile))
            srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
            changed = ImageCms.profileToProfile(picture, found, srgb, outputMode=wanted)
            return changed if changed is not None else picture
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a profile that cannot be read says nothing
    return picture if picture.mode == wanted else picture.convert(wanted)


def _written(picture: Image.Image, kept_as: str) -> bytes:
    how: dict[str, dict[str, Any]] = {
        "JPEG": {"quality": 86, "optimize": True, "progressive": True},
        "PNG": {"compress_level": 6},
        "WEBP": {"quality": 80, "method": 3},
    }
    target = BytesIO()
    picture.save(target, kept_as, **how[kept_as])
    return target.getvalue()


def _bound() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_LARGEST_FILE, _LARGEST_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Do it, and say what came out or why not."""
    _bound()
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None  # counted above, before anything is decoded
    try:
        said = remake(sys.stdin.buffer, *sys.argv[1:3])
    except Refused as refused:
        said = {"refused": str(refused)}
    except MemoryError:
        said = {"refused": "points"}
    except OSError as error:
        said = {"refused": "full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "damaged"}
    except Exception:  # whatever a decoder stumbles over, it is the picture's fault
        said = {"refused": "damaged"}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
