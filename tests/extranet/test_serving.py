"""How the server is started."""

import pytest
from click.testing import CliRunner

from extranet import serving

pytestmark = pytest.mark.once


@pytest.mark.parametrize(("said", "meant"), [("DEBUG", "info"), ("INFO", "info"), ("WARNING", "warning")])
def test_gunicorn_never_writes_down_the_addresses_of_links_with_secrets(
    monkeypatch: pytest.MonkeyPatch, tmp_path: str, said: str, meant: str
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr("os.execv", lambda _program, arguments: started.append(arguments))
    monkeypatch.setattr(serving, "_why_not_to_be_listened_on", lambda _settings: None)
    ended = CliRunner().invoke(serving.serve, env={"LOG_LEVEL": said, "DATA_DIR": str(tmp_path)})
    assert ended.exit_code == 0, ended.output
    (arguments,) = started
    assert arguments[arguments.index("--log-level") + 1] == meant
