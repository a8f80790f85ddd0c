"""HTML that is clean because nothing else can be kept: the one module that makes `Markup`.

Markdown goes in, at write; a small, fixed set of elements comes out. Images and raw HTML are not taken, headings
become strong lines (a message has no place in the page's outline), and every block says `dir="auto"`, so that Arabic
and Persian text sets right to left by itself.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from html import unescape
from typing import Any

import sqlalchemy as sa
from bleach.sanitizer import Cleaner
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape
from sqlalchemy.engine import Dialect

TAGS = frozenset({"p", "br", "strong", "em", "s", "a", "ul", "ol", "li", "blockquote", "code", "pre", "hr"})
ATTRIBUTES = {"a": ["href", "rel", "class"], "ol": ["start"], "*": ["dir"]}
CLASSES = frozenset({"mention"})
PROTOCOLS = frozenset({"http", "https", "mailto", "tel"})

MOST_MARKS = 2_000
MOST_ADDRESSES = 60
MOST_NAMES = 400
DEEPEST_LINE = 10
"""Marks, addresses, and names like «example.fi», that a text of Markdown may have, and the quotes and lists that one of
its lines may begin with: each of these is looked for again in every line below.

Of texts of 20,000 characters none that was tried then takes more than four times as long as one that somebody wrote, or
becomes more than six times as long.
"""
_MOST_BLOCKS = 200
"""Blocks of plain text; what comes after them stands in the last, with its empty lines."""
_MARKS = re.compile(r"[\[\]*_`<>&~.\n\"]|(?:[-+]|\d[.)])(?=[ \t]+(?:[-+*>]|\d{1,9}[.)]))")
_DEEP = re.compile(
    r"^(?![ \t]*([-*])(?:[ \t]*\1)*[ \t]*$)"  # a line across the page is none
    rf"(?=(?:[ \t]*(?:>|[-+*](?=[ \t])|\d{{1,9}}[.)](?=[ \t]))){{{DEEPEST_LINE + 1}}})"
    rf"(?:[ \t]*>){{0,{DEEPEST_LINE}}}[ \t]*\d*",
    re.MULTILINE,
)
"""Where a line begins with more than so many: its quotes, up to the sign that shall be read as a word."""
_NAMES = re.compile(r"\.(?=[^\W\d_])")

AT = re.compile(r"(?<![\w@])@(?=\w)")
"""The «@» before a name: it ends no word, as that of an e-mail address does."""
_LONGEST_NAME = 200
Names = Callable[[str], tuple[int, str] | None]
"""Given what follows an «@»: how many characters of it are a name, and which address that leads to."""

_BLOCKS = frozenset({"paragraph_open", "list_item_open", "blockquote_open", "heading_open"})


def _is_allowed(tag: str, name: str, value: str) -> bool:
    return name in [*ATTRIBUTES["*"], *ATTRIBUTES.get(tag, [])] and (name != "class" or value in CLASSES)


_cleaner = Cleaner(tags=TAGS, attributes=_is_allowed, protocols=PROTOCOLS, strip=True, strip_comments=True)


class _TooDeep(Exception):
    """There are so many lists in lists that the parser leaves out the words of the innermost."""


class Clean(Markup):
    """Text that has been through the cleaner."""


class CleanHtml(sa.TypeDecorator[Markup]):
    """A column that can hold nothing but clean HTML."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return str(value) if isinstance(value, Clean) else str(clean(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Clean | None:
        return None if value is None else Clean(value)


def clean(html: str) -> Clean:
    """HTML with all but the allowed elements, attributes and protocols taken out."""
    return Clean(_cleaner.clean(str(html)))


def from_template(html: str) -> Markup:
    """What one of our own templates has made, which escapes what it is given."""
    return Markup(html)


def from_markdown(text: str, names: Names | None = None) -> Clean:
    """Markdown as clean HTML; line breaks are kept, bare addresses become links, and so do `names` behind «@».

    What nobody writes by hand, thousands of marks, hundreds of addresses or dozens of lists in lists, is taken as plain
    text: reading Markdown takes time in the square of them, and the whole process waits. A dozen in one line, as some
    draw a line across the page, are words of that line.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")  # as the parser does, which ends a line at each
    if _has_too_much(text):
        return _plain(text)
    try:
        return clean(_markdown.render(_DEEP.sub(r"\g<0>\\", text), {"names": names}))
    except _TooDeep:
        return _plain(text)


def to_text(html: str) -> str:
    """The words of clean HTML without its elements, for previews, letters and the index."""
    spaced = re.sub(r"</(p|li|blockquote|pre)>|<br ?/?>|<hr ?/?>", " ", str(html))
    return " ".join(unescape(re.sub(r"<[^>]*>", "", spaced)).split())


def mark(fragments: Sequence[tuple[str, bool]]) -> Markup:
    """Fragments of plain text, those that match inside <mark>; all of it escaped."""
    return Markup("").join(Markup("<mark>%s</mark>") % text if hit else escape(text) for text, hit in fragments)


def _has_too_much(text: str) -> bool:
    return (
        len(_MARKS.findall(text)) > MOST_MARKS
        or text.count("://") > MOST_ADDRESSES
        or len(_NAMES.findall(text)) > MOST_NAMES
    )


def _plain(text: str) -> Clean:
    parts = re.sub(r"\n{3,}", "\n\n", text).split("\n\n", _MOST_BLOCKS)
    blocks = [escape(block).replace("\n", Markup("<br>\n")) for block in parts if block.strip()]
    return Clean("\n".join(f'<p dir="auto">{block}</p>' for block in blocks))


def _soften(state: Any) -> None:
    tokens: list[Token] = state.tokens
    for token in tokens:
        if token.level >= state.md.options["maxNesting"] - 1:
            raise _TooDeep
        if token.type in _BLOCKS:
            token.attrSet("dir", "auto")
        if token.type in ("heading_open", "heading_close"):
            token.tag = "p"
        if token.type == "inline":
            for child in token.children or []:
                if child.type == "link_open":
                    child.attrSet("rel", "nofollow noopener noreferrer")


def _link_names(state: Any) -> None:
    names: Names | None = state.env.get("names")
    if names is None:
        return
    depth = 0  # of quotes: what somebody said once calls nobody again
    for token in state.tokens:
        depth += {"blockquote_open": 1, "blockquote_close": -1}.get(token.type, 0)
        if token.type == "inline" and depth == 0 and "@" in token.content:
            token.children = list(_with_names(token.children or [], names))


def _with_names(tokens: Sequence[Token], names: Names) -> Iterator[Token]:
    depth = 0  # of links: a name within one stays words
    for token in tokens:
        depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type == "text" and depth == 0:
            yield from _parts(token.content, names)
        else:
            yield token


def _parts(text: str, names: Names) -> Iterator[Token]:
    done = 0
    for found in AT.finditer(text):
        named = names(text[found.end() : found.end() + _LONGEST_NAME]) if found.start() >= done else None
        if named is None:
            continue
        length, address = named
        end = found.end() + length
        yield _text(text[done : found.start()])
        yield Token("link_open", "a", 1, attrs={"href": address, "class": "mention"})
        yield _text(text[found.start() : end])
        yield Token("link_close", "a", -1)
        done = end
    yield _text(text[done:])


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _strong_heading(_renderer: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    token = tokens[index]
    return "<p dir=\"auto\"><strong>" if token.nesting == 1 else "</strong></p>\n"


def _make_markdown() -> MarkdownIt:
    markdown = MarkdownIt("js-default", {"html": False, "linkify": True, "breaks": True, "typographer": False})
    markdown.disable(["image", "table"])
    markdown.core.ruler.push("soften", _soften)
    markdown.core.ruler.push("names", _link_names)
    markdown.add_render_rule("heading_open", _strong_heading)
    markdown.add_render_rule("heading_close", _strong_heading)
    return markdown


_markdown = _make_markdown()
