"""What the lab promises about its nearness to AWS."""

from tests.fidelity.report import behaviours


def test_the_lab_closes_at_least_120_gaps_of_moto():
    assert len(behaviours()["closed"]) >= 120


def test_at_least_40_behaviours_of_moto_are_guarded():
    assert len(behaviours()["kept"]) >= 40


def test_no_behaviour_is_counted_twice():
    shown = [(one.shows.__module__, one.shows.__name__, one.source) for some in behaviours().values() for one in some]
    assert len(shown) == len(set(shown))


def test_every_behaviour_names_its_page():
    assert all(one.source.startswith("https://") for some in behaviours().values() for one in some)
