"""What a site decides is checked at the start, with a sentence that names what is wrong."""

from pathlib import Path

import pytest

from extranet.config import OPTIONS, BadSetting, read

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("PORT", "http", "whole number"),
        ("PORT", "0", "from 1 to 65535"),
        ("DATABASE_URL", "mysql://x/y", "sqlite:// or postgresql://"),
        ("REDIS_URL", "localhost", "redis://"),
        ("SITE_URL", "example.org", "http:// or https://"),
        ("MAIL_URL", "http://mail", "smtp:// or smtps://"),
        ("MAIL_FROM", "nobody", "e-mail address"),
        ("TRUSTED_PROXIES", "many", "whole number"),
        ("TIMEZONE", "Europe/Atlantis", "time zone"),
        ("DEFAULT_LANGUAGE", "de", "one of: fi, sv, en"),
        ("RATE_LIMITS", "perhaps", "on, off"),
        ("SECRET_KEY", "short", "16 characters"),
        ("SITE_NAME", "  ", "not be empty"),
        ("LOG_LEVEL", "LOUD", "DEBUG"),
    ],
)
def test_an_impossible_value_is_named_with_the_reason(tmp_path: Path, name: str, value: str, why: str) -> None:
    with pytest.raises(BadSetting) as raised:
        read({"DATA_DIR": str(tmp_path), name: value})
    assert name in str(raised.value)
    assert why in str(raised.value)


def test_a_secret_value_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(BadSetting) as raised:
        read({"DATA_DIR": str(tmp_path), "DATABASE_URL": "mysql://me:hush@host/db"})
    assert "hush" not in str(raised.value)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadSetting, match="DATA_DIR"):
        read({"DATA_DIR": str(tmp_path / "file" / "below")})


def test_the_secret_key_is_made_once_and_kept_to_oneself(tmp_path: Path) -> None:
    first, second = read({"DATA_DIR": str(tmp_path)}), read({"DATA_DIR": str(tmp_path)})
    assert first.secret_key == second.secret_key
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0


def test_everything_stays_in_the_data_folder(tmp_path: Path) -> None:
    settings = read({"DATA_DIR": str(tmp_path)})
    assert settings.is_embedded
    assert str(tmp_path) in settings.database_url


def test_every_option_says_what_it_means() -> None:
    assert all(option.meaning for option in OPTIONS)
    named = {option.name for option in OPTIONS}
    assert named >= {
        "DATABASE_URL", "REDIS_URL", "DATA_DIR", "SECRET_KEY", "HOST", "PORT", "SITE_NAME", "SITE_URL", "MAIL_URL",
        "TRUSTED_PROXIES",
    }  # fmt: skip
