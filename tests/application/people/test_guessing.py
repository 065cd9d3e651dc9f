"""Passwords that others would guess are refused wherever one is set; nothing is asked of how they are composed."""

from __future__ import annotations

import random
import string

import pytest

from assistant.application.people.guessing import ENOUGH_BITS, guess_bits, guessable
from assistant.application.people.passwords import UnfitPasswordError, hash_password

COMMON = [
    "password1234",
    "123456789012",
    "aaaaaaaaaaaa",
    "qwertyuiop12",
    "P@ssw0rd2024!",
    "Summer2024!!!!",
    "1qaz2wsx3edc",
    "1q2w3e4r5t6y",
    "qazwsxedcrfv",
    "passwordpassword",
    "abcabcabcabc",
    "abcdefghijkl",
    "987654321098",
    "112233445566",
    "aabbccddeeff",
    "a1b2c3d4e5f6",
    "drowssapdrowssap",
    "iloveyou12345",
    "manchesterunited1",
    "correcthorsebatterystaple",
    "letmeinplease",
    "Welcome12345",
    "admin1234567",
    "dragonmonkey1",
    "woaini1314520",
    "zhangwei19900101",
    "wang19880808",
    "xiaoming123456",
    "nihaonihao123",
    "woaizhongguo1",
    "5201314woaini",
    "Beijing2008!!",
    "привет123456",
    "ghbdtn123456",
    "азартазартазарт",
    "teamomucho12",
    "motdepasse123",
    "schatzi12345",
    "Labeling2026!",
    "Reviewer12345",
    "201314201314",
    "19900101wang",
    "zxcvbnm12345",
    "asdfghjkl;'12",
    "2468024680246",
    "QWERTYUIOPas",
    "qqqwwweeerrr",
    "!@#$%^&*()_+",
]
TAKEN = (
    "correct horse battery",
    "another good password",
    "a long enough phrase",
    "Tr0ub4dor&3xyz",
    "vexed quokka lamp orbit",
    "灯塔旁的第七只企鹅在读报纸",
    "zmxkvtqpwhrb",
    "夏天 frühstück lampe",
)


@pytest.mark.parametrize("password", [*COMMON, "我爱你我爱你我爱你我爱你", "a" * 1000, "ａａａａａａａａａａａａ"])
def test_what_is_made_of_habits_is_refused(password: str) -> None:
    with pytest.raises(UnfitPasswordError, match="password_guessable"):
        hash_password(password, name="somebody")


@pytest.mark.parametrize("password", TAKEN)
def test_what_takes_enough_guesses_is_taken_whatever_it_is_composed_of(password: str) -> None:
    assert hash_password(password, name="somebody").startswith("$argon2id$")


@pytest.mark.parametrize(
    ("password", "context"),
    [
        ("carolin-smith-07", ("carolin.smith",)),
        ("7carolinsmith!", ("carolin.smith",)),
        ("Übersetzung2026", ("übersetzung",)),
        ("Trust-desk-7-2026", ("trust-desk",)),
    ],
)
def test_words_of_the_context_make_no_password(password: str, context: tuple[str, ...]) -> None:
    assert guessable(password, context)


def test_hardly_any_random_password_is_refused() -> None:
    made = random.Random(1)
    letters = string.ascii_letters + string.digits
    refused = sum(guessable("".join(made.choice(letters) for _ in range(12))) for _ in range(500))
    assert refused <= 2


def test_a_long_one_is_judged_by_both_ends() -> None:
    assert not guessable("a" * 900 + "vexed quokka lamp orbit", ())
    assert not guessable("vexed quokka lamp orbit" + "a" * 900, ())


def test_repeats_cost_little_and_change_nothing_else() -> None:
    once = guess_bits("quokkalamp")
    assert once < guess_bits("quokkalamp" * 2) <= once + 2
    assert guess_bits("") == 0
    assert guess_bits("vexed quokka lamp orbit") > ENOUGH_BITS
