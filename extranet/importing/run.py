"""One import: every feature reads its files first, and only when all could be read does any of them write.

The ground knows neither people nor workspaces; a feature adds a *step*, which reads and gives back its *writes*. What
a step accepts it tells the later ones through `Import.known`, in a dry run too, so that nothing need be written for it.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

from flask import Flask, current_app

from extranet import db
from extranet.ids import new_id
from extranet.importing.history import former_ids
from extranet.importing.reading import Rejection, Unreadable

KEY = "import_steps"

Say = Callable[[str], None]
Write = Callable[[], None]


@dataclass
class Import:
    """What one run has read so far: `known` is kind → id in the former system → id here, old and new alike."""

    folder: Path
    say: Say
    known: dict[str, dict[str, str]]
    accepted: dict[str, int] = field(default_factory=dict)
    rejected: list[Rejection] = field(default_factory=list)

    def content(self, file: str) -> bytes:
        """The bytes of one of the files. Raises `Unreadable` if it is not there."""
        try:
            return (self.folder / file).read_bytes()
        except OSError as error:
            raise Unreadable(file, error.strerror or "it cannot be read") from error

    def admit(self, kind: str, former: Iterable[str]) -> dict[str, str]:
        """Give those that are new an id here, make them known, and give back the new ones alone."""
        known = self.known.setdefault(kind, {})
        fresh = {identity: new_id() for identity in former if identity not in known}
        known.update(fresh)
        return fresh

    def tell(self, file: str, rejected: Iterable[Rejection], **accepted: int) -> None:
        """Note what a file gave: the newly accepted by the name of their kind, and what was left out."""
        left_out = list(rejected)
        self.rejected.extend(left_out)
        self.accepted.update(accepted)
        counts = ", ".join(f"{count} new {name}" for name, count in accepted.items())
        self.say(f"{file}: {counts}, {len(left_out)} rows left out")

    def report(self) -> dict[str, Any]:
        """What the run did, as `--report` writes it."""
        return {"accepted": self.accepted, "rejected": [asdict(rejection) for rejection in self.rejected]}


Step = Callable[[Import], Mapping[str, Write]]
"""Reads within a transaction, and gives back what it would write, by its name; a write is a transaction of its own."""


def add_step(app: Flask, step: Step) -> None:
    """Let a feature take part in imports, after those installed before it; the first brings the command."""
    if KEY not in app.extensions:
        from extranet.importing.cli import import_legacy

        app.cli.add_command(import_legacy)
    app.extensions.setdefault(KEY, []).append(step)


def bring_over(folder: Path, *, say: Say, dry_run: bool = False) -> Import:
    """Import the folder's files: all that can be taken from a file, or nothing of it.

    Nothing is written if one of the files cannot be read, nor in a dry run. Raises `Unreadable`.
    """
    steps = cast(list[Step], current_app.extensions.get(KEY, []))
    with db.reading():
        run = Import(folder, say, former_ids())
        writes = [write for step in steps for write in step(run).items()]
    if not dry_run:
        for name, write in writes:
            say(f"Writing {name}")
            write()
    return run


def write_report(run: Import, file: Path) -> None:
    """Write what the run did as JSON."""
    file.write_text(json.dumps(run.report(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
