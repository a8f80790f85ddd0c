"""The commands of `flask --app wsgi …`: a site is kept with these."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn, cast

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from extranet import config, credentials, db, members, migrating, outbox
from extranet.config import Settings
from extranet.forms import SHORT, is_email, is_visible, tidy
from extranet.i18n import in_language
from extranet.members import ROLES, Member, email_key
from extranet.serving import serve

Check = Callable[[], list[str]]
Seed = Callable[[], None]


@dataclass(slots=True)
class Commands:
    """What features add to the ground's commands."""

    seeds: list[tuple[int, Seed]] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)


def install(app: Flask) -> None:
    """Give the app its commands."""
    app.extensions["commands"] = Commands()
    for command in (show_config, upgrade, migration, serve, create_member, create_token, seed, doctor):
        app.cli.add_command(command)


def add_seed(app: Flask, place: int, seed: Seed) -> None:
    """Add rows to the demo: `seed()` runs in a writing transaction, by order of place, on an empty database."""
    _commands(app).seeds.append((place, seed))


def add_check(app: Flask, check: Check) -> None:
    """Add a check to `flask doctor`: it returns sentences that say what is wrong, none if nothing is."""
    _commands(app).checks.append(check)


def _commands(app: Flask) -> Commands:
    return cast(Commands, app.extensions["commands"])


def _settings() -> Settings:
    return cast(Any, current_app._get_current_object()).settings  # type: ignore[attr-defined,no-any-return]


def say(text: str) -> None:
    """Say something on the console."""
    click.echo(text)


def fail(sentence: str) -> NoReturn:
    """End the command with a sentence and status 1."""
    click.echo(sentence, err=True)
    sys.exit(1)


@click.command("config")
@with_appcontext
def show_config() -> None:
    """List the environment variables, what each means and its default."""
    for option in config.OPTIONS:
        click.echo(f"{option.name:<18} {option.meaning}")
        click.echo(f"{'':<18} default: {option.default or '(empty)'}")


@click.command()
@with_appcontext
def upgrade() -> None:
    """Bring the database up to date."""
    migrating.upgrade(_settings().data_dir)
    click.echo("The database is up to date.")


@click.command(hidden=True)
@click.argument("message")
@with_appcontext
def migration(message: str) -> None:
    """Write a migration from what has changed in the models (for developers)."""
    migrating.write(message)


@click.command("create-member")
@click.option("--email", required=True, help="e-mail address")
@click.option("--name", required=True, help="the member's own name")
@click.option("--role", type=click.Choice(ROLES), default="member", show_default=True)
@click.option("--password-stdin", is_flag=True, help="read the password from standard input")
@with_appcontext
def create_member(email: str, name: str, role: str, password_stdin: bool) -> None:
    """Make a member, or the first administrator, without an application."""
    from extranet.accounts import service
    from extranet.accounts.passwords import hashed, weakness

    email, name = email.strip(), tidy(name) or ""
    if not is_email(email):
        fail(f"{email!r} is not an e-mail address, such as name@example.org.")
    if not is_visible(name) or len(name) > SHORT:
        fail(f"The name must have 1 to {SHORT} characters.")
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    with in_language("en"):
        if password is not None and (why := weakness(password, name=name, email=email)):
            fail(str(why))
    kept = hashed(password) if password is not None else None
    with db.writing():
        if find_member(email) is not None:
            fail(f"There is a member with the address {email} already.")
        service.create(email=email, name=name, role=cast(members.Role, role), password_hash=kept)
    outbox.drain()
    click.echo(f"{name} <{email}> is now {'an' if role == 'administrator' else 'a'} {role}.")


@click.command("create-token")
@click.argument("email")
@click.option("--name", default="command line", show_default=True, help="what the token is for")
@with_appcontext
def create_token(email: str, name: str) -> None:
    """Make a personal access token for a member and print it, alone."""
    with db.writing():
        member = find_member(email)
        if member is None or member.is_suspended:
            fail(f"There is no member with the address {email} who is not suspended.")
        token = credentials.issue_token(member, name=name)
    click.echo(token)


@click.command()
@with_appcontext
def seed() -> None:
    """Fill an empty database with a small demo; print the demo's sign-ins."""
    with db.reading() as held:
        is_empty = held.query(Member.id).first() is None
    if is_empty:
        for _place, plant in sorted(_commands(current_app).seeds, key=lambda pair: pair[0]):
            with db.writing():
                plant()
        outbox.drain()
    else:
        click.echo("The database has members already; nothing was added.")


@click.command()
@with_appcontext
def doctor() -> None:
    """Say what is wrong with this installation."""
    checks = (_database_complaints, *_commands(current_app).checks)
    complaints = [complaint for check in checks for complaint in check()]
    for complaint in complaints:
        click.echo(f"- {complaint}")
    if complaints:
        sys.exit(1)
    click.echo("Nothing is wrong.")


def _database_complaints() -> list[str]:
    try:
        with db.database().engine.connect() as connection:
            at = migrating.current(connection)
    except Exception as error:
        return [f"The database cannot be reached: {error}"]
    complaints = [] if at == migrating.newest() else ["The database is not up to date: run «flask --app wsgi upgrade»."]
    settings = _settings()
    complaints += _redis_complaints(settings)
    if not settings.mail_url:
        complaints.append("MAIL_URL is empty: letters go to a folder and reach nobody.")
    if not settings.is_secure and settings.host not in ("127.0.0.1", "localhost", "::1"):
        complaints.append("SITE_URL is not https: passwords and cookies travel in the open.")
    with db.reading():
        if (left := outbox.backlog()) > 100:
            complaints.append(f"{left} promises wait in the outbox: does a server run, and are its letters taken?")
    return complaints


def _redis_complaints(settings: Settings) -> list[str]:
    if not settings.redis_url:
        return []
    import redis

    try:
        redis.Redis.from_url(settings.redis_url, socket_connect_timeout=2).ping()
    except redis.RedisError as error:
        return [f"REDIS_URL: Redis does not answer, so several server processes do not hear of each other: {error}"]
    return []


def find_member(email: str) -> Member | None:
    """The member with this address."""
    return db.session().query(Member).filter(Member.email_key == email_key(email)).one_or_none()
