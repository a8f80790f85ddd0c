"""What looks like personal data in a text: a Finnish personal identity code, a phone number, a street address.

It only looks: a checked notice to the writer, never a refusal (product: rules of the house). The patterns stand in
`data/personal-data.json`, which the page's script reads too, so that both find the same. The identity code is day,
month, year, the sign of the century (decree 128/2010 with the signs added in 2023), three digits and a check character
out of 31; a wrong check character is a slip of the pen, not another thing.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

Kind = Literal["identity-code", "phone", "address"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A part of a text and what it looks like."""

    kind: Kind
    text: str


def look_for(text: str) -> list[Finding]:
    """What looks like personal data, by kind and then in the order of the text."""
    return [Finding(kind, found.group()) for kind, pattern in _patterns() for found in pattern.finditer(text)]


@cache
def _patterns() -> list[tuple[Kind, re.Pattern[str]]]:
    said = json.loads(resources.files("extranet").joinpath("data/personal-data.json").read_text(encoding="utf-8"))
    return [(one["kind"], re.compile(one["pattern"], re.I if "i" in one["flags"] else 0)) for one in said["patterns"]]
