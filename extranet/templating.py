"""How templates are read: once for each language, with its texts in them. Touches Jinja's compiler alone.

Most of what a page says is the same each time it is made. Its two hundred texts, looked up anew for each page, took a
quarter of the page's time; written into the templates as they are compiled they take none. What is kept is of a
template and a language alone, nothing of who reads; there is no more of it than templates times languages.
"""

from collections.abc import Callable
from typing import Any

from flask.templating import Environment
from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from extranet import i18n

Text = Callable[[str], str]
"""Gives a text in a language."""


class Templates(Environment):
    """The templates of an app, which come in the language of what is being made; `from_string` knows no language."""

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        self._languages: dict[str, Templates] = {}
        self._text: Text | None = None

    def make_globals(self, d: Any) -> Any:
        """The environment's own where a template has no others: Jinja compares them at each import, key by key."""
        return super().make_globals(d) if d else self.globals

    def _load_template(self, name: Any, globals: Any) -> Any:
        there = self if self._text is not None else self._in(i18n.current_locale())
        return super(Templates, there)._load_template(name, globals)

    def _in(self, language: str) -> "Templates":
        found = self._languages.get(language)
        if found is None:
            text = i18n.texts(language)
            found = self.overlay()
            found._text = text
            self._languages[language] = found
        return found

    def _generate(self, source: nodes.Template, *about: Any, **more: Any) -> str:
        spoken = source if self._text is None else _Spoken(self._text).visit(source)
        return super()._generate(spoken, *about, **more)


class _Spoken(NodeTransformer):
    """Puts the text itself in the place of `_("…")` and of `{% trans %}`, but where its number is yet to be known."""

    def __init__(self, text: Text) -> None:
        self._text = text

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802
        """`text % {name: fact}`, which is what the call gives: the text is HTML, and facts are escaped into it."""
        self.generic_visit(node)
        match node:
            case nodes.Call(
                node=nodes.Name(name="_" | "gettext"), args=[nodes.Const(value=str(text))], dyn_kwargs=None
            ):
                facts = [nodes.Pair(nodes.Const(fact.key), fact.value) for fact in node.kwargs]
                return nodes.Mod(nodes.TemplateData(self._text(text)), nodes.Dict(facts)).set_lineno(node.lineno)
        return node
