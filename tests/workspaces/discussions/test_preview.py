"""What a message will look like."""

from tests.workspaces.discussions.talk import JSON, Talk


def test_markdown_comes_back_clean(talk: Talk) -> None:
    said = "**Bold**\n\n- one\n\n<img src=x onerror=alert(1)> [x](javascript:alert(1))"
    answer = talk.cast.grace.post("/workspaces/preview", {"body": said}, headers=JSON)
    assert answer.json is not None
    html = answer.json["html"]
    assert "<strong>Bold</strong>" in html and "<li" in html
    assert "<img" not in html and 'href="javascript' not in html


def test_what_is_too_long_is_told(talk: Talk) -> None:
    assert talk.cast.grace.post("/workspaces/preview", {"body": "x" * 20_001}, headers=JSON).status_code == 422


def test_visitors_get_none(talk: Talk) -> None:
    assert talk.cast.visitor.post("/workspaces/preview", {"body": "x"}, headers=JSON).status_code == 401
