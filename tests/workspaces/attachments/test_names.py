"""A file's name is a line that shows what it is, and nothing else."""

import pytest

from tests.workspaces.attachments.files import brought
from tests.workspaces.discussions.talk import Talk
from workspaces.attachments.kinds import BY_EXTENSION
from workspaces.attachments.names import safe_name

PDF = BY_EXTENSION["pdf"]


@pytest.mark.once
@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Suunnitelma.pdf", "Suunnitelma.pdf"),
        ("Suunnitelma", "Suunnitelma.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\aino\\Suunnitelma.PDF", "Suunnitelma.pdf"),
        ("a\u0308iti.pdf", "äiti.pdf"),
        ("plan\u202efdp.exe", "planfdp.exe.pdf"),
        ("pl\x00an\r\nSet-Cookie: x=1.pdf", "pl an Set-Cookie- x=1.pdf"),
        ("  .htaccess", "htaccess.pdf"),
        ("...", "file.pdf"),
        ("", "file.pdf"),
        ("CON.pdf", "CON-.pdf"),
        ('a<b>"c"|d?.pdf', "a-b--c--d-.pdf"),
        ("v1.2 final.docx.pdf", "v1.2 final.docx.pdf"),
        ("\u200bplan\u2066.pdf", "plan.pdf"),
        ("می\u200cخواهم.pdf", "می\u200cخواهم.pdf"),
    ],
)
def test_names_are_made_safe(said: str, kept: str) -> None:
    assert safe_name(said, PDF) == kept


@pytest.mark.once
def test_long_names_are_cut_so_that_every_system_takes_them() -> None:
    assert len(safe_name("x" * 5_000, PDF)) <= 124
    assert len(safe_name("😀" * 5_000, PDF).encode()) <= 255


def test_the_kept_name_goes_into_no_header_as_it_came(talk: Talk) -> None:
    file = brought(talk, talk.cast.ada, name='äiti "1"; filename=x.html X-Bad: 1.txt')
    answer = talk.cast.ada.get(file["url"], buffered=True)
    assert "X-Bad" not in answer.headers
    said = answer.headers["Content-Disposition"]
    assert said.startswith("attachment; ")
    assert "filename*=UTF-8''%C3%A4iti" in said
    assert said.endswith(".txt")
