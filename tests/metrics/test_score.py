import dataclasses
import json

import pytest

from keras_gans.metrics.score import Protocol, ProtocolMismatch, Score, with_count

PROTOCOL = Protocol(
    metric="fid",
    settings={"subsets": 3},
    extractor="digits",
    weights_hash="0123456789abcdef",
    resize="none",
    real_data="feed",
    real_split="mnist test",
    num_real=10_000,
    num_generated=50_000,
    seed=7,
    ema=True,
)
SCORE = Score({"fid": 12.5, "fid_std": 0.1}, PROTOCOL)


def other(value=10.0, **changes):
    return Score({"fid": value, "fid_std": 0.2}, dataclasses.replace(PROTOCOL, **changes))


class TestScore:
    def test_scores_of_one_protocol_are_ordered(self):
        low, high = other(10.0), other(12.5)
        assert low < high and not high < low
        assert high > low and not low > high
        assert high >= low and not low >= high
        assert low <= high and not high <= low
        assert high >= SCORE and high <= SCORE
        assert SCORE - other(10.0) == 2.5
        assert min(SCORE, other(10.0)).value == 10.0

    @pytest.mark.parametrize(
        "changes",
        [
            {"metric": "kid"},
            {"settings": {"subsets": 4}},
            {"extractor": "inception"},
            {"weights_hash": "f"},
            {"resize": "bilinear"},
            {"real_data": "beef"},
            {"real_split": "mnist train"},
            {"num_real": 5000},
            {"generated_split": "mnist train"},
            {"num_generated": 5000},
            {"seed": 8},
            {"ema": False},
        ],
    )
    def test_scores_of_two_protocols_are_not_compared(self, changes):
        (name,) = changes
        with pytest.raises(ProtocolMismatch, match=rf"same protocol.*differ in {name}: "):
            _ = other(**changes) > SCORE
        assert SCORE.difference(other(10.0, **changes), ignoring=[name]) == 2.5

    def test_all_differences_are_listed(self):
        with pytest.raises(ProtocolMismatch) as error:
            SCORE.difference(other(extractor="x", num_generated=5000))
        assert "Received: fid_50k and fid_5k" in str(error.value)
        assert "extractor: 'digits' / 'x'; num_generated: 50000 / 5000" in str(error.value)

    def test_unknown_parts_cannot_be_ignored(self):
        with pytest.raises(ValueError, match=r"`ignoring` must name parts.*\['weather'\]"):
            SCORE.difference(SCORE, ignoring=["weather"])

    def test_is_printed_with_its_protocol(self):
        assert str(SCORE) == (
            "fid_50k: fid = 12.5, fid_std = 0.1 (50,000 generated, against 10,000 mnist test, "
            "data feed, digits, weights 01234567, resize: none, subsets 3, seed 7, EMA, "
            "not comparable with published numbers)"
        )
        plain = Score({"swd": 1.0}, Protocol("swd", num_generated=1234))
        assert str(plain) == "swd_1234 = 1 (1,234 generated)"

    def test_goes_to_json_and_back(self):
        assert Score.from_json(SCORE.to_json()) == SCORE
        assert Score.from_json(SCORE.to_json(indent=None)) == SCORE
        assert "\n" not in SCORE.to_json(indent=None)
        assert json.loads(SCORE.to_json())["protocol"]["weights_hash"] == "0123456789abcdef"
        assert Score({"x": 0.1 + 0.2}, PROTOCOL).value == 0.1 + 0.2

    @pytest.mark.parametrize("text", ["", "3", "{}", '{"values": {}, "protocol": {"colour": 1}}'])
    def test_other_json_is_refused(self, text):
        with pytest.raises(ValueError, match=r"`text` must be JSON that `Score.to_json` wrote"):
            Score.from_json(text)

    def test_is_a_number_where_one_is_wanted(self):
        assert float(SCORE) == 12.5

    @pytest.mark.parametrize(
        ("count", "name"), [(50_000, "fid_50k"), (1000, "fid_1k"), (2500, "fid_2500")]
    )
    def test_the_name_holds_the_count(self, count, name):
        assert with_count("fid", count) == name
