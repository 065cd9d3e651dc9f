"""JSON lines: what is kept, what is refused, and that reading goes on."""

import gzip
import io
import json
from hashlib import sha256

import pytest

from assistant.ingest.reading.problems import ReadingOptions
from assistant.ingest.reading.readers import read_rows
from assistant.ingest.reading.rows import InputRow, Refusal
from tests.refused import refused


def read(data: bytes, encoding: str | None = None) -> list[InputRow | Refusal]:
    return list(read_rows(io.BytesIO(data), ReadingOptions(format="jsonl", encoding=encoding)))


def test_a_broken_line_is_refused_with_its_number_and_the_rows_around_it_are_read() -> None:
    first, refusal, last = read(b'{"a": 1}\n{"a": \n{"a": 3}\n')
    assert (first, last) == (InputRow({"a": 1}, 1), InputRow({"a": 3}, 3))
    assert isinstance(refusal, Refusal)
    assert (refusal.line, refusal.reason, refusal.excerpt) == (2, "broken_json", '{"a": \\n')
    assert refusal.message == "broken JSON at column 7: Expecting value"  # '{"a": ' has 6 characters


def test_a_line_in_another_encoding_is_refused_with_the_place_of_the_byte() -> None:
    # '{"a": "' is 7 bytes, so the first byte of the GBK text is byte 8: 0xc4 of 你.
    refusal, row = read('{"a": "你好"}\n'.encode("gbk") + '{"a": "你好"}\n'.encode())
    assert isinstance(refusal, Refusal)
    assert (refusal.line, refusal.reason) == (1, "encoding")
    assert refusal.message.startswith("byte 8 of the line (0xc4) is not utf-8")
    assert row == InputRow({"a": "你好"}, 2)


def test_a_file_of_another_encoding_is_read_when_that_is_named() -> None:
    assert read('{"a": "你好"}\n'.encode("gb18030"), "gb18030") == [InputRow({"a": "你好"}, 1)]


def test_utf_16_is_read_and_recognised_by_its_byte_order_mark() -> None:
    data = '{"a": "你\u2028好"}\n{"a": "😀"}\n'.encode("utf-16")
    expected = [InputRow({"a": "你\u2028好"}, 1), InputRow({"a": "😀"}, 2)]
    assert read(data) == read(data, "utf-16") == expected


def test_a_damaged_place_in_utf_16_costs_its_own_line_only() -> None:
    lone = b"\x3d\xd8"  # the first half of an emoji, little-endian
    data = '{"a": "'.encode("utf-16-le") + lone + '"}\n{"a": 2}\n'.encode("utf-16-le")
    refusal, row = read(data, "utf-16-le")
    assert isinstance(refusal, Refusal)
    assert (refusal.line, refusal.reason) == (1, "encoding")
    assert row == InputRow({"a": 2}, 2)


def test_an_unknown_encoding_is_an_input_error() -> None:
    for name in ("utf-9", "hex", "idna", "rot13", "undefined", ""):
        with refused(match=f"no encoding is called '{name}'"):
            read(b"{}", name)


def test_utf_16_without_a_mark_needs_its_byte_order() -> None:
    with refused(match="no utf-16 byte order mark\n  name the order of its bytes: utf-16-le"):
        read(b"{}", "utf-16")


def test_half_a_surrogate_pair_is_refused_as_encoding() -> None:
    (refusal,) = read(b'{"text": "x \\ud83d"}\n')
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "encoding"
    assert "\\ud83d is half of a surrogate pair" in refusal.message


@pytest.mark.parametrize("text", ["😀👨‍👩‍👧", "שלום עליכם", "a\u200bb\ufeff", "nul\0in", "e\u0301 ≠ é", "x" * 200_000])
def test_any_unicode_comes_as_it_was_written(text: str) -> None:
    for escaped in (True, False):
        line = json.dumps({"text": text}, ensure_ascii=escaped).encode()
        assert read(line + b"\n") == [InputRow({"text": text}, 1)]


def test_control_characters_that_were_not_escaped_are_kept() -> None:
    assert read(b'{"text": "a\0b\tc"}\n') == [InputRow({"text": "a\0b\tc"}, 1)]


def test_lines_are_split_at_line_feed_only() -> None:
    data = '{"a": "x\u2028y\u0085z"}\r\n\n{"a": 2}'.encode()
    assert read(data) == [InputRow({"a": "x\u2028y\u0085z"}, 1), InputRow({"a": 2}, 3)]


@pytest.mark.parametrize(
    ("line", "reason"), [(b"[1, 2]", "not_an_object"), (b'"x"', "not_an_object"), (b"7", "not_an_object")]
)
def test_a_line_that_is_no_object_is_refused(line: bytes, reason: str) -> None:
    row, refusal = read(b"{}\n" + line)
    assert isinstance(refusal, Refusal)
    assert (row, refusal.line, refusal.reason) == (InputRow({}, 1), 2, reason)


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    assert read(b'\xef\xbb\xbf{"a": 1}\n') == [InputRow({"a": 1}, 1)]


def test_numbers_that_json_readers_lose_are_kept_or_made_plain() -> None:
    # 2**64 + 1 has 20 digits; orjson alone would give 1.8446744073709552e+19.
    data = b'{"id": 18446744073709551617, "n": 9007199254740993, "x": NaN, "y": -Infinity}\n'
    assert read(data) == [
        InputRow({"id": "18446744073709551617", "n": 9007199254740993, "x": None, "y": "-Infinity"}, 1)
    ]


def test_nesting_too_deep_to_read_is_refused() -> None:
    (refusal,) = read(b'{"a": ' + b"[" * 100_000 + b"\n")
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "broken_json"


def test_a_line_of_more_than_16_mib_is_passed_over_without_holding_it() -> None:
    data = b'{"a": "' + b"x" * (33 * 2**20) + b'"}\n{"a": 2}\n'
    refusal, row = read(data)
    assert isinstance(refusal, Refusal)
    assert (refusal.line, refusal.reason, row) == (1, "too_long", InputRow({"a": 2}, 2))
    assert refusal.message.startswith("a line of 33 MiB")


def test_a_gzip_file_that_breaks_off_gives_its_rows_and_then_a_refusal() -> None:
    # Digests compress to about half, so that half of the compressed bytes holds about half of the 1,000 rows.
    lines = b"".join(b'{"a": "%s"}\n' % sha256(bytes([n % 256, n // 256])).hexdigest().encode() for n in range(1_000))
    packed = gzip.compress(lines)
    rows = read(packed[: len(packed) // 2])
    assert all(isinstance(row, InputRow) for row in rows[:-1])
    assert 400 < len(rows) < 600
    last = rows[-1]
    assert isinstance(last, Refusal)
    assert (last.reason, last.line) == ("unreadable", len(rows))
