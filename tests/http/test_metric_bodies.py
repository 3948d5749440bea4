"""The forms of metrics bodies, read without a server."""

import math
import time
from collections.abc import Mapping

import pytest
from chachaml_kernel.domain.metrics import Points
from chachaml_kernel.errors import Invalid
from chachaml_ui.api.metric_bodies import read_points

NOW = 1_760_000_000_000


def read(body: str) -> Mapping[str, Points]:
    return read_points(body.encode(), NOW)


def test_a_flat_body_logs_each_key_at_its_step() -> None:
    assert read('{"loss": 0.4, "accuracy": 1, "step": 12}') == {
        "loss": Points([0.4], [NOW], [12]),
        "accuracy": Points([1.0], [NOW], [12]),
    }


def test_integers_become_doubles() -> None:
    (value,) = read('{"n": 3}')["n"].values
    assert isinstance(value, float)


def test_a_grouped_body_may_log_keys_that_are_reserved_elsewhere() -> None:
    assert read('{"metrics": {"step": 7, "timestamp": 8}, "step": 1, "timestamp": 5}') == {
        "step": Points([7.0], [5], [1]),
        "timestamp": Points([8.0], [5], [1]),
    }


def test_a_number_named_metrics_is_a_metric() -> None:
    assert read('{"metrics": 0.5}') == {"metrics": Points([0.5], [NOW])}


def test_a_list_logs_flat_and_grouped_objects_in_their_order() -> None:
    body = '[{"a": 1, "step": 0}, {"metrics": {"b": 5, "a": 2}}, {"a": 3, "step": 2}]'
    points = read(body)
    assert points["a"] == Points([1.0, 2.0, 3.0], [NOW] * 3, [0, None, 2])
    assert list(points) == ["b", "a"], "the key that was logged last comes last"


def test_columns_are_taken_as_they_are() -> None:
    assert read('{"step": [0, 1], "metrics": {"a": [0.9, 1], "b": [1, "NaN"]}}')["a"] == Points(
        [0.9, 1.0], [NOW, NOW], [0, 1]
    )


def test_columns_may_lack_a_step_or_a_time_here_and_there() -> None:
    body = '{"step": [0, null], "timestamp": [null, 5], "metrics": {"a": [1.5, 2.5]}}'
    assert read(body)["a"] == Points([1.5, 2.5], [NOW, 5], [0, None])


def test_null_as_step_and_time_is_as_good_as_none() -> None:
    assert read('{"a": 1, "step": null, "timestamp": null}') == {"a": Points([1.0], [NOW])}


@pytest.mark.parametrize("token", ["NaN", '"NaN"'])
def test_nan_is_a_value_as_token_and_as_word(token: str) -> None:
    assert math.isnan(read(f'{{"loss": {token}}}')["loss"].values[0])


@pytest.mark.parametrize("token", ["-Infinity", '"-Infinity"'])
def test_minus_infinity_is_a_value_as_token_and_as_word(token: str) -> None:
    assert read(f'{{"loss": {token}, "a": 1}}')["loss"].values == [-math.inf]


def test_the_sign_of_zero_stays() -> None:
    assert math.copysign(1, read('{"a": -0.0}')["a"].values[0]) == -1


def test_steps_keep_all_their_64_bits() -> None:
    assert read(f'{{"a": 1, "step": {2**63 - 1}}}')["a"].steps == [2**63 - 1]


def test_a_whole_number_written_as_a_fraction_is_a_step() -> None:
    assert read('{"a": 1, "step": 12.0}')["a"].steps == [12]


def test_a_key_with_a_colon_is_just_a_key() -> None:
    assert list(read('{"a:b": 1, "c": 2}')) == ["a:b", "c"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"loss": true}', "'loss' is true"),
        ('{"loss": null}', "'loss' is null"),
        ('{"loss": "0.4"}', "'loss' is '0.4'"),
        ('{"loss": "nan"}', "'loss'"),
        ('{"loss": "inf"}', "'loss'"),
        ('{"loss": {}}', "'loss' is an object"),
        ('{"loss": [1, 2]}', "'loss' is an array"),
        ('{"loss": 1e400}', "64-bit float"),
        ('{"loss": 1e400, "a": NaN}', "64-bit float"),
        (f'{{"loss": 1{"0" * 400}}}', "64-bit float"),
        (f'{{"loss": 1{"0" * 400}, "a": NaN}}', "'loss' is too large"),
        ('{"loss": 1, "step": 1.5}', "'step' is 1.5"),
        ('{"loss": 1, "step": "1"}', "'step' is '1'"),
        ('{"loss": 1, "step": true}', "'step' is true"),
        ('{"loss": 1, "timestamp": "now"}', "'timestamp' is 'now'"),
        ('{"metrics": {"loss": 1}, "other": 2}', "unknown field 'other'"),
        ('{"metrics": {"loss": [1], "b": 2}}', "'b' is 2 beside columns"),
        ('{"metrics": {"loss": [1, 2]}, "step": [0]}', "'loss' has 2 values, 'step' 1"),
        ('{"metrics": {"a": [1, 2], "b": [1]}}', "'a' has 2 values, 'b' 1"),
        ('{"metrics": {"loss": [1, true]}}', "'loss' is true"),
        ('{"metrics": {"loss": [1, null]}}', "'loss' is null"),
        ('{"metrics": {"loss": [1]}, "step": 0}', "send an array"),
        ('{"metrics": {"loss": [1]}, "step": [0.5]}', "'step' is 0.5"),
        ('[{"loss": 1}, {"loss": "x"}]', "[1]: metric 'loss'"),
        ('[{"loss": 1}, 2]', "[1] is no object"),
        ('[{"loss": [1]}]', "'loss' is an array"),
        ("3", "object or an array"),
        ('{"loss": 1, "loss": 2}', "'loss' twice"),
        ('{"metrics": {"a": [1], "a": [2]}}', "'a' twice"),
        ('[{"a": 1}, {"a": 1, "a": 2}]', "'a' twice"),
        ('{"loss": 1, "loss": NaN}', "'loss' twice"),
        ("", "the body is empty; send JSON"),
        (" \n", "the body is empty; send JSON"),
        ("{", "not valid JSON"),
        ('{"loss": NaN', "not valid JSON"),
        ('{"\\ud800": 1}', "not valid JSON"),
        ('{"\\ud800": NaN}', "not valid JSON"),
        ("[" * 100_000, "nested too deeply"),
        ("[" * 100_000 + "NaN", "nested too deeply"),
        ('\ufeff{"loss": 1}', "not valid JSON"),
        ('\ufeff{"loss": NaN}', "not valid JSON"),
    ],
)
def test_what_is_no_point_is_refused_with_its_key(body: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(body)
    assert said in refused.value.detail


def test_bytes_that_are_no_utf_8_are_refused() -> None:
    with pytest.raises(Invalid, match="UTF-8"):
        read_points(b'{"\xff": 1}', NOW)
    with pytest.raises(Invalid, match="UTF-8"):
        read_points(b'{"\xff": NaN}', NOW)


def test_a_key_that_is_there_twice_is_found_quickly_among_many() -> None:
    keys = [f'"k{number}": 1' for number in range(200_000)]
    begun = time.process_time()
    with pytest.raises(Invalid, match="'k199999' twice"):
        read("{" + ", ".join([*keys, keys[-1]]) + "}")
    assert time.process_time() - begun < 10  # the square of their number would take many minutes
