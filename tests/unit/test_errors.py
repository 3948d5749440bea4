"""What errors say, however much they quote."""

from chachaml_kernel.errors import KEPT, LONGEST, Invalid, NotFound


def test_a_detail_keeps_its_words_as_long_as_it_is_not_very_long() -> None:
    detail = "x" * LONGEST
    assert Invalid(detail).detail == str(Invalid(detail)) == detail


def test_a_very_long_detail_loses_its_middle_and_says_how_much() -> None:
    detail = f"no run has the id {'x' * 1_000_000}; list_runs shows ids"
    error = NotFound("run", detail)
    assert error.detail == str(error)
    assert error.detail.startswith("no run has the id x")
    assert error.detail.endswith("x; list_runs shows ids")
    assert f" … ({len(detail) - 2 * KEPT:,} characters) … " in error.detail
    assert len(error.detail) < 2 * KEPT + 50


def test_what_is_added_to_a_cut_detail_does_not_cut_it_again() -> None:
    cut = Invalid("x" * 1_000_000).detail
    assert Invalid(f"{cut}; {'a hint' * 10}").detail.startswith(cut)
