from evals.agreement.replace import may_replace
from tests.evals.judged import judged


def test_a_machine_that_says_what_most_say_may_replace_a_reviewer() -> None:
    truth = "xyz" * 20
    slips = {"a": 0, "b": 5, "c": 10}
    people = {
        name: "".join("x" if at % 15 == slip else label for at, label in enumerate(truth))
        for name, slip in slips.items()
    }
    found = may_replace(judged(people, {"m": truth}), "m")
    assert found.reason is None
    assert found.raters == 3
    assert next(one for one in found.allowances if one.epsilon == 0.1).passed


def test_a_machine_that_guesses_may_not() -> None:
    truth = "xy" * 30
    found = may_replace(judged(dict.fromkeys("abc", truth), {"m": "x" * 60}), "m")
    assert not any(one.passed for one in found.allowances)


def test_two_reviewers_are_too_few_and_it_says_so() -> None:
    found = may_replace(judged({"a": "xy" * 20, "b": "xy" * 20}, {"m": "xy" * 20}), "m")
    assert found.reason is not None
    assert all(one.passed is None for one in found.allowances)
