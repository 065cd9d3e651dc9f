"""Prompts: read with all their mistakes, found by name and newest version, identified by their text."""

from pathlib import Path

import pytest

from assistant.bundled import bundled
from assistant.cli.error_words import error_words
from assistant.domain.policies import Label, LabelKind, LabelSet
from assistant.errors import PromptError
from assistant.prompting.library import PromptLibrary
from assistant.prompting.output import OutputField, output_schema
from assistant.prompting.render import compile_sections
from assistant.prompting.template import parse_prompt, read_prompt

GOOD = """---
name: demo
version: 2
kinds: [single]
output: [label]
---
[system]
Labels: {% for label in labels %}{{ label.name }} {% endfor %}
[user]
{{ item.text }}
"""


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


def test_a_prompt_is_read_and_its_identity_is_its_text() -> None:
    prompt = parse_prompt(GOOD, where="x")
    assert (prompt.ref, prompt.system, prompt.user) == (
        "demo@2",
        "Labels: {% for label in labels %}{{ label.name }} {% endfor %}",
        "{{ item.text }}",
    )
    assert parse_prompt(GOOD.replace("\n", "\r\n") + "\n\n", where="x").digest == prompt.digest
    assert parse_prompt(changed("Labels:", "Label:"), where="x").digest != prompt.digest


def test_all_mistakes_of_the_front_matter_are_told_at_once() -> None:
    with pytest.raises(PromptError) as caught:
        parse_prompt(
            changed("output: [label]", "output: [clauses, reason]\nsampling: {temperature: 3}\ncolour: red"),
            where="p.md",
        )
    told = str(error_words(caught.value))
    assert "p.md: 3 mistakes in the front matter" in told
    assert "output.1: Input should be 'label', 'clauses', 'confidence', 'rationale' or 'quote'" in told
    assert "sampling.temperature: Input should be less than or equal to 2" in told
    assert "colour: Extra inputs are not permitted" in told


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("no front matter", "front_matter_missing"),
        (changed("[user]\n", ""), "prompt_sections_unfit"),
        (changed("output: [label]", "output: [confidence]"), "must hold `label`"),
        (changed("kinds: [single]", "kinds: [single"), "front_matter_not_yaml"),
    ],
)
def test_a_broken_file_is_refused_with_what_to_do(source: str, message: str) -> None:
    with pytest.raises(PromptError, match=message):
        parse_prompt(source, where="p.md")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (changed("{{ item.text }}", "{{ item.text "), "template_not_jinja"),
        (changed("{{ item.text }}", "{{ item.text }} {{ colour }} {{ size }}"), "user_uses_unknown .*colour, size"),
        (changed("Labels:", "{{ item.text }}"), "system_uses_unknown"),
        (changed("{{ item.text }}", "nothing"), "item_never_shown"),
    ],
)
def test_a_template_that_can_not_work_is_refused_before_anything_is_asked(source: str, message: str) -> None:
    with pytest.raises(PromptError, match=message):
        compile_sections(parse_prompt(source, where="p.md"))


def test_a_template_can_not_reach_into_python() -> None:
    _, user = compile_sections(parse_prompt(changed("{{ item.text }}", "{{ item.text.__class__.__mro__ }}"), where="x"))
    with pytest.raises(Exception, match="unsafe"):
        user.format(item={"text": "x"})


def test_the_newest_version_is_found_and_ten_comes_after_nine(tmp_path: Path) -> None:
    for version in ("9", "10", "2"):
        path = tmp_path / "demo" / f"{version}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(changed("version: 2", f"version: {version}"), encoding="utf-8")
    library = PromptLibrary(tmp_path)
    assert library.get("demo").version == "10"
    assert library.get("demo@9").version == "9"
    with pytest.raises(PromptError, match=r"prompt_misspelled \(prompt='demo@11'\)\n  did you mean demo@10"):
        library.get("demo@11")


def test_the_file_must_stand_where_its_front_matter_says(tmp_path: Path) -> None:
    path = tmp_path / "other" / "2.md"
    path.parent.mkdir()
    path.write_text(GOOD, encoding="utf-8")
    with pytest.raises(PromptError, match=r"prompt_misplaced .says='demo@2', stands='other@2'"):
        read_prompt(path)


def test_every_prompt_that_ships_is_sound_and_serves_what_it_says() -> None:
    library = PromptLibrary(bundled("prompts"))
    refs = [f"{name}@{version}" for name, version in library.paths()]
    assert refs == ["compact@1", "moderation@1", "moderation@2", "moderation@3", "relevance@1"]
    for ref in refs:
        compile_sections(library.get(ref))


def test_the_schema_is_closed_and_keeps_the_order_of_writing() -> None:
    labels = LabelSet(LabelKind.SINGLE, (Label("a", "x"), Label("b", "y")))
    fields = (OutputField.RATIONALE, OutputField.LABEL, OutputField.CLAUSES)
    assert output_schema(fields, labels, ["H1"]) == {
        "type": "object",
        "properties": {
            "rationale": {"type": "string"},
            "label": {"type": "string", "enum": ["a", "b"]},
            "clauses": {"type": "array", "items": {"type": "string", "enum": ["H1"]}},
        },
        "required": ["rationale", "label", "clauses"],
        "additionalProperties": False,
    }
    several = output_schema([OutputField.LABEL], LabelSet(LabelKind.MULTI, labels.labels), [])
    assert several["properties"] == {"labels": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}}}
