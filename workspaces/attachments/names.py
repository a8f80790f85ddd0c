"""Names of files made safe: a line that shows what the file is, and that no system reads as anything else."""

import re
import unicodedata

from extranet.forms import tidy
from workspaces.attachments.kinds import BY_EXTENSION, Kind, extension_of

LONGEST = 120
"""Characters of a name before its ending; systems take 255 bytes, and a character may have four."""
_BYTES = 200
_NO_NAME = "file"
_RESERVED = re.compile(r"(?i:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?")
_UNSEEN = ("Cf", "Cs", "Co")
_JOINERS = "\u200c\u200d"  # Persian and emoji need them


def safe_name(said: str, kind: Kind) -> str:
    """The name that a file is kept and given out by: without folders, unseen characters and other endings than its own.
    """
    last = re.split(r"[/\\]", said)[-1]
    line = tidy("".join(c for c in last if c in _JOINERS or unicodedata.category(c) not in _UNSEEN)) or ""
    line = re.sub(r'[<>:"|?*]', "-", line)
    if extension_of(line) in BY_EXTENSION:
        line = line.rpartition(".")[0]
    stem = _cut(line.strip(" .")).strip(" .") or _NO_NAME
    if _RESERVED.fullmatch(stem):
        stem = f"{stem}-"
    return f"{stem}.{kind.extension}"


def _cut(stem: str) -> str:
    stem = stem[:LONGEST]
    while len(stem.encode()) > _BYTES:
        stem = stem[:-1]
    return stem
