"""Templates that break the sandbox, never end or grow without bound: a prompt error with its line, in little time."""

from __future__ import annotations

import pytest

from assistant.errors import PromptError
from assistant.prompting.render import compile_sections
from assistant.prompting.template import parse_prompt

FRONT = "---\nname: demo\nversion: 2\nkinds: [single]\noutput: [label]\n---\n"
DOUBLING = "{% set ns = namespace(x=START) %}{% for i in range(60) %}{% set ns.x = STEP %}{% endfor %}{{ ns.x }}"


def filled(template: str) -> str:
    """The user section with a template on line 11 of its file."""
    source = f"{FRONT}[system]\nhi\n[user]\n\n{template}\n{{{{ item.text }}}}\n"
    _, user = compile_sections(parse_prompt(source, where="demo/2.md"))
    return user.format(item={"text": "x" * 2_000}, labels=["a", "b"])


@pytest.mark.timeout(60)  # unbounded, any of them takes hours or all memory
@pytest.mark.parametrize(
    "template",
    [
        "{{ 10**(10**7) }}",
        "{{ 'a' * 10**9 }}",
        "{{ [0] * 999999999 }}",
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% for a in range(99999) %}{{ range(99999) | sort | length }}{% endfor %}",
        "{% for a in range(99999) %}{{ range(9999) | map('string') | list | length }}{% endfor %}",
        "{% for a in range(99999) %}{% if 'b' in 'a' * 99999 %}{% endif %}{% endfor %}",
        "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}",
        "{% for x in [1, 1] recursive %}{{ loop([1, 1]) }}{% endfor %}",
        DOUBLING.replace("START", "'ab'").replace("STEP", "ns.x ~ ns.x"),
        DOUBLING.replace("START", "'ab'").replace("STEP", "ns.x + ns.x"),
        DOUBLING.replace("START", "[1]").replace("STEP", "ns.x + ns.x"),
        DOUBLING.replace("START", "[1]").replace("STEP", "[ns.x, ns.x]"),
        DOUBLING.replace("START", "[1]").replace("STEP", "[ns.x, ns.x]").replace("{{ ns.x }}", "{{ ns.x | pprint }}"),
        DOUBLING.replace("START", "3").replace("STEP", "ns.x * ns.x"),
        "{{ 'x' | center(1000000000) }}",
        "{{ 'x'.ljust(1000000000) }}",
        "{{ '%999999999d' % 1 }}",
        "{{ '%999999999d' | format(1) }}",
        "{{ '{:999999999}'.format(1) }}",
        "{{ '{:{w}}'.format(1, w=999999999) }}",
        "{{ range(99999) | join('x' * 99999) }}",
        "{{ ('a' * 99999).replace('a', 'b' * 99999) }}",
        "{{ range(10**9) | list }}",
        "{{ item.__class__ }}",
        "{{ ().__class__.__bases__[0].__subclasses__() }}",
        "{{ labels.append(1) }}",
        "{{ item.nothing.at_all }}",
        "{{ 1 / 0 }}",
        "{% include 'x' %}",
        "{{ " + "[" * 3_000 + "]" * 3_000 + " }}",
    ],
)
def test_a_template_that_can_not_be_filled_in_is_a_prompt_error_with_file_and_line(template: str) -> None:
    with pytest.raises(PromptError) as caught:
        filled(template)
    assert caught.value.where == "demo/2.md [user] line 11"


def test_the_line_is_that_of_the_mistake_and_not_of_the_section() -> None:
    with pytest.raises(PromptError) as caught:
        filled("fine\n\n{{ 1 / 0 }}")
    assert caught.value.where == "demo/2.md [user] line 13"
    with pytest.raises(PromptError) as caught:
        filled("fine\n{% if %}")
    assert caught.value.where == "demo/2.md [user] line 12"


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{% for one in labels %}{{ loop.index }}/{{ loop.length }}{{ one }} {% endfor %}", "1/2a 2/2b"),
        ("{% for one in labels | map('upper') if one != 'A' %}{{ one }}{% endfor %}", "B"),
        ("{{ labels | join(', ') }} {{ 'a' ~ 1 ~ 'b' }} {{ '%s-%03d' | format('x', 7) }}", "a, b a1b x-007"),
        ("{{ '{:>5}'.format('x') }}{{ 2 ** 10 }}{{ 'ab' * 2 }}{{ [1] + [2] }}", "    x1024abab[1, 2]"),
        ("{{ item.text | truncate(5) }}{{ ' a '.strip() }}{{ item.text.replace('x', '') }}", "xx...a"),
        ("{% macro f(x) %}<{{ x }}>{% endmacro %}{{ f(1) }}{{ none is none }}{{ 'a' in labels }}", "<1>TrueTrue"),
    ],
)
def test_what_prompts_do_is_done_as_before(template: str, text: str) -> None:
    assert filled(f"{template}.").startswith(f"{text}.") or filled(f"{template}.").startswith(f"{text} .")


def test_deep_or_multiplied_front_matter_is_a_prompt_error_with_its_line() -> None:
    body = "[system]\nhi\n[user]\n{{ item.text }}\n"
    for value in ("[" * 3_000 + "]" * 3_000, "{a: " * 3_000 + "1" + "}" * 3_000):
        source = FRONT.replace("version: 2\n", f"version: 2\ndescription: {value}\n") + body
        with pytest.raises(PromptError, match="nested too deeply") as caught:
            parse_prompt(source, where="demo/2.md")
        assert caught.value.where == "demo/2.md:4"
    anchors = "a: &a [x, x]\n" + "".join(
        f"{new}: &{new} [*{old}, *{old}]\n" for old, new in zip("abcdef", "bcdefg", strict=True)
    )
    with pytest.raises(PromptError, match="aliases") as caught:
        parse_prompt(FRONT.replace("version: 2\n", f"version: 2\n{anchors}") + body, where="demo/2.md")
    assert caught.value.where == "demo/2.md:5"
    with pytest.raises(PromptError, match="front_matter_not_yaml"):
        parse_prompt(FRONT.replace("version: 2", "version: 1" + "0" * 5_000) + body, where="demo/2.md")
