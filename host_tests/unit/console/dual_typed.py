"""What a person may type at the port."""

from heater.typed import degrees


def test_temperatures_are_told_with_their_sign():
    for mdeg, told in (
        (22_000, "22.0"), (-500, "-0.5"), (-12_340, "-12.3"), (-30, "0.0"), (5_960, "6.0"),
    ):  # fmt: skip
        assert degrees(mdeg) == told + " degC", mdeg
