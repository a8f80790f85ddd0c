"""Templates that are made once for each language say what they would if each text were looked up as a page is made."""

import pytest
from jinja2 import DictLoader

from extranet import i18n
from extranet.app import Extranet
from extranet.templating import Templates
from tests.cast import Cast

SAID = {"fi": "Siirry sisältöön", "sv": "Gå till innehållet", "en": "Skip to content"}
SOURCES = {
    "plain": '{{ _("Skip to content") }}',
    "html": '{{ _("<b>A</b> & a \'quotation\' of \\"words\\"") }}',
    "per cent": '{{ _("100 %%") }} {{ _("%(part)s %%", part=5) }}',
    "facts": '{{ _("<b>%(name)s</b> and %(other)s", name=name, other=_("Skip to content")) }}',
    "constant facts": '{{ _("%(name)s wrote <i>", name="{name}&") }}',
    "joined": '{{ _("Skip to content") ~ name ~ _("<") }}',
    "chosen": '{{ _("Skip to content") if name else _("Menu") }}',
    "listed": '{% for key, text in [("a", _("Skip to content")), ("b", _("<"))] %}{{ key }}{{ text }}{% endfor %}',
    "mapped": '{% set words = {"a": _("<")} %}{{ words["a"] }}{{ words.a|length }}',
    "given": '{% macro say(text) %}{{ text }}{% endmacro %}{{ say(_("<")) }}{{ say(text=_("Menu")) }}',
    "in an attribute": '<a title="{{ _("<") }}">{{ _("Menu")|upper }}</a>',
    "block": "{% trans trimmed who=name %}\n <b>{{ who }}</b>\n 5 %\n{% endtrans %}",
    "number": '{{ ngettext("%(num)s file", "%(num)s files", 2) }}',
    "numbered block": "{% trans num=2 %}one <b>{% pluralize %}{{ num }} <b>{% endtrans %}",
    "all facts": '{{ _("%(name)s", **{"name": name}) }}',
}  # fmt: skip


@pytest.mark.once
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("kind", ["html", "txt"])
@pytest.mark.parametrize("source", SOURCES)
def test_a_text_is_what_it_would_be_if_it_were_looked_up(app: Extranet, source: str, kind: str, language: str) -> None:
    name = f"it.{kind}"
    facts = {"name": "<Ada> & 5 %"}
    spoken, asked = _templates(app, {name: SOURCES[source]}), app.jinja_env.overlay()
    with app.test_request_context("/"), i18n.in_language(language):
        code = asked.compile(SOURCES[source], name)
        looked_up = asked.template_class.from_code(asked, code, asked.globals).render(facts)
        assert spoken.get_template(name).render(facts) == looked_up


@pytest.mark.once
def test_one_process_says_it_to_each_in_their_language(app: Extranet) -> None:
    parts = {"it.html": '{% from "part.html" import say %}{{ say() }}{% include "too.html" %}'}
    parts["part.html"] = '{% macro say() %}{{ _("Skip to content") }}{% endmacro %}'
    parts["too.html"] = ' {{ _("Skip to content") }}'
    spoken = _templates(app, parts)
    for language in ["fi", "sv", "en", "sv", "fi"]:
        with app.test_request_context("/"), i18n.in_language(language):
            assert spoken.get_template("it.html").render() == f"{SAID[language]} {SAID[language]}"


@pytest.mark.once
def test_a_letter_in_another_language_leaves_the_page_in_its_own(app: Extranet) -> None:
    spoken = _templates(app, {"it.html": '{{ _("Skip to content") }}'})
    with app.test_request_context("/"), i18n.in_language("sv"):
        with i18n.in_language("fi"):
            assert spoken.get_template("it.html").render() == SAID["fi"]
        assert spoken.get_template("it.html").render() == SAID["sv"]


@pytest.mark.once
def test_pages_come_in_the_language_that_each_reads(cast: Cast) -> None:
    for language in ["sv", "fi", "en", "fi", "sv"]:
        page = cast.visitor.get("/", headers={"Accept-Language": language}).get_data(as_text=True)
        assert [code for code, said in SAID.items() if said in page] == [language]


@pytest.mark.once
def test_texts_that_could_not_be_read_are_read_the_next_time(app: Extranet, monkeypatch: pytest.MonkeyPatch) -> None:
    spoken = _templates(app, {"it.html": SOURCES["plain"]})
    with app.test_request_context("/"), i18n.in_language("sv"):
        with monkeypatch.context() as patch, pytest.raises(OSError):
            patch.setattr(i18n, "texts", _fail)
            spoken.get_template("it.html")
        template = spoken.get_template("it.html")
        monkeypatch.setitem(spoken.globals, "_", None)
        assert template.render() == SAID["sv"]


def _fail(_language: str) -> None:
    raise OSError


@pytest.mark.once
def test_no_text_is_looked_up_while_a_page_is_made(app: Extranet, monkeypatch: pytest.MonkeyPatch) -> None:
    spoken = _templates(app, {"it.html": SOURCES["facts"]})
    with app.test_request_context("/"), i18n.in_language("fi"):
        template = spoken.get_template("it.html")
        monkeypatch.setitem(spoken.globals, "gettext", None)
        monkeypatch.setitem(spoken.globals, "_", None)
        assert SAID["fi"] in template.render(name="Ada")


def _templates(app: Extranet, sources: dict[str, str]) -> Templates:
    """Templates that are made as the app's own are."""
    made = Templates(app, loader=DictLoader(sources), autoescape=app.select_jinja_autoescape)
    made.extensions = {name: extension.bind(made) for name, extension in app.jinja_env.extensions.items()}
    made.trim_blocks, made.lstrip_blocks = app.jinja_env.trim_blocks, app.jinja_env.lstrip_blocks
    made.globals, made.policies = app.jinja_env.globals, app.jinja_env.policies
    made.extend(newstyle_gettext=True)
    return made
