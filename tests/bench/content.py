"""Made-up posts in English and Chinese for the measurements; meaningless, seeded, of the length of real ones."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path

_EN = """
the market was open late and we bought bread cheese and far too many apples for one week then walked home along the
river where somebody had painted the old bridge bright green again my cousin says the council will hate it but honestly
it looks better than before and nobody asked me anyway tickets for friday are gone tell your manager to call back when
the update stops eating my battery because this phone is three months old
"""
_ZH = (
    "今天下班路上遇到很久没见的同学一起吃了碗面聊到半夜才发现末班车已经走了"
    "只好慢慢骑车回家风很大但是月亮特别好看明天还要早起开会希望老板别再改方案"
)


def posts(count: int, seed: int) -> Iterator[tuple[str, str, str]]:
    """`count` different posts, a third of them Chinese: id, text, label."""
    chance, words = random.Random(seed), _EN.split()
    for number in range(count):
        if number % 3 == 2:
            text = "".join(chance.choices(_ZH, k=chance.randint(15, 70)))
        else:
            text = " ".join(chance.choices(words, k=chance.randint(8, 45)))
        label = chance.choice(("safe", "safe", "spam", "harassment"))
        yield f"p{number}", f"{text} {number}", label


def write_posts(path: Path, count: int, seed: int) -> None:
    """A CSV of such posts: id, text, label_a, label_b."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "text", "label_a", "label_b"))
        writer.writerows((name, text, label, label) for name, text, label in posts(count, seed))
