"""Pictures as they are kept: made anew by a process of their own, which a hostile one can exhaust but not harm."""

import errno
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import IO, Any

from extranet.i18n import lazy
from workspaces.attachments import picture_process
from workspaces.attachments.kinds import Damaged, NotTaken

PATIENCE = 60.0
"""Seconds after which a picture is given up, also where the machine is busy."""
_AT_A_TIME = BoundedSemaphore(2)
"""Each takes a processor and up to some hundred megabytes, so the others wait."""


class TooManyPoints(NotTaken):
    """A picture so large that opening it would take all memory."""

    sentence = lazy("The picture is too large: it may have at most 50 million pixels. Save a smaller one.")


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture became; `width` and `height` in pixels."""

    media_type: str
    width: int
    height: int


def remake(source: IO[bytes], whole: Path, preview: Path) -> Picture:
    """Write the picture and its preview without anything that came along. Hold no transaction meanwhile.

    Raises `Damaged`, `TooManyPoints`, or an `OSError` where the disk is full.
    """
    os.lseek(source.fileno(), 0, os.SEEK_SET)
    said = _ask(source, whole, preview)
    match said.get("refused"):
        case None:
            return Picture(**said)
        case "points":
            raise TooManyPoints
        case "full":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    raise Damaged


def _ask(source: IO[bytes], whole: Path, preview: Path) -> dict[str, Any]:
    command = [sys.executable, "-I", picture_process.__file__, str(whole), str(preview)]
    with _AT_A_TIME:
        try:
            done = subprocess.run(
                command, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=PATIENCE, check=True,
                env={},
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            raise Damaged from error
    said: dict[str, Any] = json.loads(done.stdout)
    return said
