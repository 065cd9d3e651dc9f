import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from assistant.errors import InputError
from evals.data.eval_data import Sight
from evals.data.files import choose_variant, read_eval_files

Rows = Sequence[Mapping[str, object]]


def write(path: Path, rows: Rows) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


LABELS: Rows = [{"item_id": f"i{at}", "rater_id": "a", "label": "x" if at % 3 else "y", "meta": {}} for at in range(6)]
MACHINE: Rows = [{"item_id": f"i{at}", "model": "m", "label": "x", "score": 0.5} for at in range(6)]


def test_labels_and_answers_are_all_it_takes(tmp_path: Path) -> None:
    data = read_eval_files(write(tmp_path / "l.jsonl", LABELS), write(tmp_path / "m.jsonl", MACHINE))
    assert len(data) == 6
    assert data.texts is None
    assert data.agreed("m").mean() == pytest.approx(4 / 6)


def test_gzip_is_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl.gz"
    path.write_bytes(gzip.compress(write(tmp_path / "l.jsonl", LABELS).read_bytes()))
    assert len(read_eval_files(path)) == 6


def test_items_bring_texts_slices_and_groups(tmp_path: Path) -> None:
    items = [
        {
            "id": f"i{at}",
            "text": "t" * 60 * at,
            "lang": "en" if at < 3 else "zh",
            "meta": {"group": at // 2, "kind": "k"},
        }
        for at in range(6)
    ]
    data = read_eval_files(
        write(tmp_path / "l.jsonl", LABELS),
        None,
        write(tmp_path / "i.jsonl", [*items[1:], {**items[0], "text": "t"}]),
        slice_by=["kind"],
    )
    assert data.grouped
    assert set(data.slices) == {"label", "language", "kind", "length"}
    assert data.slices["length"].names[0] == "under 50"


def test_answers_about_no_common_item_are_refused_with_what_the_ids_look_like(tmp_path: Path) -> None:
    other = [{**row, "item_id": f"other-{row['item_id']}"} for row in MACHINE]
    with pytest.raises(InputError, match="files_share_no_item") as told:
        read_eval_files(write(tmp_path / "l.jsonl", LABELS), write(tmp_path / "m.jsonl", other))
    assert (told.value.values["theirs"], told.value.values["ours"]) == ("other-i0", "i0")


def test_a_persons_label_outside_the_set_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"label_off_set .*label='y'") as told:
        read_eval_files(write(tmp_path / "l.jsonl", LABELS), classes=["x", "z"])
    assert told.value.where == f"{tmp_path / 'l.jsonl'}:1"


def test_weights_and_sight_are_read_from_the_row_or_its_meta(tmp_path: Path) -> None:
    rows = [
        {**LABELS[0], "inclusion_probability": 0.25, "shown_suggestion": True},
        {**LABELS[1], "meta": {"inclusion_probability": 1, "shown_suggestion": False}},
    ]
    data = read_eval_files(write(tmp_path / "l.jsonl", rows))
    assert data.weights.tolist() == [4.0, 1.0]
    assert [data.humans.of(sight).tolist() for sight in (Sight.ASSISTED, Sight.BLIND)] == [[True, False], [False, True]]


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("inclusion_probability", 0, r"inclusion_out_of_range .*value=0"),
        ("inclusion_probability", "often", r"inclusion_out_of_range .*value='often'"),
        ("shown_suggestion", "perhaps", "shown_suggestion is 'perhaps'"),
    ],
)
def test_a_weight_or_sight_that_is_none_is_refused_with_its_line(
    tmp_path: Path, column: str, value: object, told: str
) -> None:
    path = write(tmp_path / "l.jsonl", [LABELS[0], {**LABELS[1], column: value}])
    with pytest.raises(InputError, match=told) as raised:
        read_eval_files(path)
    assert raised.value.where == f"{path}:2"


def test_a_slice_by_a_field_that_no_item_has_names_those_there_are(tmp_path: Path) -> None:
    items = write(tmp_path / "i.jsonl", [{"id": f"i{at}", "text": "t", "meta": {"kind": "k"}} for at in range(6)])
    with pytest.raises(InputError, match="item_field_unknown") as told:
        read_eval_files(write(tmp_path / "l.jsonl", LABELS), None, items, slice_by=["sort"])
    known = ["kind", "label", "language", "source", "length", "media", "clause"]
    assert told.value.values == {"name": "sort", "known": known}


def test_of_several_machines_the_one_with_most_answers_is_taken_if_none_is_named(tmp_path: Path) -> None:
    few = [{**row, "model": "few"} for row in MACHINE[:2]]
    data = read_eval_files(write(tmp_path / "l.jsonl", LABELS), write(tmp_path / "m.jsonl", [*few, *MACHINE]))
    assert choose_variant(data, None, "m.jsonl") == "m"
    with pytest.raises(InputError, match="variant_misspelled") as told:
        choose_variant(data, "fev", "m.jsonl")
    assert told.value.values == {"variant": "fev", "near": "few"}
