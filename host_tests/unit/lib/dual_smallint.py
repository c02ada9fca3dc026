from smallint import small

# What mpy-tool freezes as a long integer: a constant tuple with numbers beyond 13 bits.
_FROZEN = (-8193, 8192, 22_000, 115_000, (1 << 30) - 1)


def test_the_value_stays():
    for n in _FROZEN + (0, -1, 1, 1 << 40):
        assert small(n) == n
