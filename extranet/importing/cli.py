"""`flask --app wsgi import-legacy DIR`: bring a former system's people and discussions over."""

from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError

from extranet import cli, db, outbox
from extranet.importing.reading import Unreadable
from extranet.importing.run import Import, bring_over, write_report

DESCRIPTION = "Bring over the people and discussions that a former system exported into DIRECTORY."


@click.command("import-legacy", help=DESCRIPTION)
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="read and report, and write nothing to the database")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="write what was done as JSON to a file")
@with_appcontext
def import_legacy(directory: Path, dry_run: bool, report: Path | None) -> None:
    """Rows that cannot be taken are named and left out; nothing is sent to anyone; a second run changes nothing."""
    if report is not None and not report.parent.is_dir():
        cli.fail(f"Nothing was imported. There is no folder {report.parent} for the report.")
    try:
        run = bring_over(directory, say=click.echo, dry_run=dry_run)
    except Unreadable as error:
        cli.fail(f"Nothing was imported. {error}.")
    except DBAPIError as error:
        if db.trouble(error) is None:
            raise
        cli.fail("The database is busy or full. What was not written yet has not been imported: run this again.")
    if report is not None:
        write_report(run, report)
    _tell(run, dry_run=dry_run)
    if not dry_run:
        click.echo("Indexing what is new")
        outbox.drain()
        click.echo("Done.")


def _tell(run: Import, *, dry_run: bool) -> None:
    for rejection in run.rejected:
        click.echo(f"left out: {rejection.file} row {rejection.row} {rejection.id or '(no id)'}: {rejection.reason}")
    counts = ", ".join(f"{count} {kind}" for kind, count in run.accepted.items())
    click.echo(f"{'Would be new' if dry_run else 'New'}: {counts}.")
