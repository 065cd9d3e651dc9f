from assistant.trust.simulation.outcome import BatchOutcome


def test_shares_are_of_all_items_whoever_labelled_them() -> None:
    outcome = BatchOutcome(items=200, human_labels=150, errors=5)
    assert (outcome.saved, outcome.error) == (0.25, 0.025)  # 50 of 200 without a person; 5 of 200 wrong
