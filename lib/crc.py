# Checksums of the sensor buses. Bit by bit: a scratchpad has nine bytes, a table would cost more
# memory than it saves time.


def crc8_maxim(buf, n):
    """CRC-8/MAXIM of the first `n` bytes (polynomial x^8+x^5+x^4+1, reflected 0x8C, start 0).

    1-Wire parts send it as their last byte, so over a whole message the result is 0. It is also 0
    over nothing but zeros: a bus held low passes, and the caller must refuse that case itself.
    """
    crc = 0
    for i in range(n):
        crc ^= buf[i]
        for _ in range(8):
            crc = (crc >> 1) ^ 0x8C if crc & 1 else crc >> 1
    return crc


def crc8_sensirion(buf, start, n):
    """CRC-8 of Sensirion parts over `n` bytes from `start` (polynomial 0x31, start 0xFF)."""
    crc = 0xFF
    for i in range(start, start + n):
        crc ^= buf[i]
        for _ in range(8):
            crc = (crc << 1) & 0xFF ^ 0x31 if crc & 0x80 else crc << 1
    return crc
