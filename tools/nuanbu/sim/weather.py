"""Outdoor conditions: the bundled cold week, any EnergyPlus .epw file, or constants.

A file holds one row an hour. Hour n of a day covers n-1..n in local standard time (the
convention of EPW, EnergyPlus Auxiliary Programs, "EPW CSV Format"), so a row is the mean of
its hour and stands at the hour's middle. Between the middles the values are interpolated
linearly; before the first and after the last they stay constant. Leap days do not exist.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path

from nuanbu.errors import UserError

HOUR_S = 3600.0
DAY_S = 86400.0
DAYS_IN_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
COLD_WEEK = Path(__file__).parent / "data" / "winnipeg-cold-week.csv"

# Physical limits of a row: the temperatures and the wind are those EPW allows.
RANGES = {
    "month": (1, 12),
    "day": (1, 31),
    "hour": (1, 24),
    "outdoor_c": (-70.0, 70.0),
    "global_horizontal_w_m2": (0.0, 1400.0),
    "wind_m_s": (0.0, 40.0),
}
CSV_FIELDS = tuple(RANGES)
# Columns of EPW for the same fields, in the order of CSV_FIELDS.
EPW_COLUMNS = (1, 2, 3, 6, 13, 21)
EPW_HEADER_LINES = 8
# A typical year has no year of its own; the simulated homes live in north-east China.
HOME_YEAR = 2026
HOME_ZONE = "+08:00"


Row = tuple[float, float, float]  # outdoor_c, ghi_w_m2, wind_m_s
Start = tuple[int, int, int]  # month, day, hour 0..23


class WeatherError(UserError):
    """A weather file that cannot be used; one line: file, line, field, allowed range."""


class Weather:
    """A run of consecutive hours.

    source: name for messages and reports; start: (month, day, hour) in which the first row
    begins, hour 0..23, local standard time; rows: (outdoor_c, ghi_w_m2, wind_m_s), one an hour.
    """

    def __init__(self, source: str, start: Start, rows: list[Row]):
        if not rows:
            raise WeatherError(f"{source}: no hours in it; at least 1 is needed")
        self.source = source
        self.start = start
        self.rows = rows

    @classmethod
    def load(cls, path: str | Path) -> Weather:
        """Weather from a CSV of the bundled form or, by its ending, an EnergyPlus .epw file.

        Raises WeatherError naming file, line, field and allowed range.
        """
        return cls(Path(path).name, *_read(Path(path)))

    @classmethod
    def cold_week(cls) -> Weather:
        """The bundled week of 20 to 27 January, down to -34.2 degC."""
        return cls.load(COLD_WEEK)

    @property
    def hours(self) -> int:
        return len(self.rows)

    @property
    def start_iso(self) -> str:
        """The start as ISO 8601, in the year and the zone the simulated homes live in."""
        month, day, hour = self.start
        return f"{HOME_YEAR}-{month:02}-{day:02}T{hour:02}:00:00{HOME_ZONE}"

    @property
    def duration_s(self) -> float:
        return len(self.rows) * HOUR_S

    def sample(self, t_s: float) -> Row:
        """(outdoor_c, global horizontal W/m2, wind m/s) at `t_s` seconds after the start."""
        rows = self.rows
        position = t_s / HOUR_S - 0.5
        if position <= 0.0:
            return rows[0]
        index = int(position)
        if index >= len(rows) - 1:
            return rows[-1]
        part = position - index
        before, after = rows[index], rows[index + 1]
        return (
            before[0] + (after[0] - before[0]) * part,
            before[1] + (after[1] - before[1]) * part,
            before[2] + (after[2] - before[2]) * part,
        )

    def clock(self, t_s: float) -> tuple[int, int, float]:
        """(month, day, second of the day) of local standard time at `t_s`."""
        return clock_after(self.start, t_s)

    def window(self, first_hour: int, hours: int) -> Weather:
        """The `hours` rows from row `first_hour` on, as a Weather of its own."""
        if hours < 1 or first_hour < 0 or first_hour + hours > self.hours:
            raise WeatherError(
                f"{self.source}: hours {first_hour}..{first_hour + hours} asked for, "
                f"0..{self.hours} present"
            )
        month, day, second = self.clock(first_hour * HOUR_S)
        rows = self.rows[first_hour : first_hour + hours]
        return Weather(self.source, (month, day, int(second // HOUR_S)), rows)

    def coldest(self, duration_s: float) -> Weather:
        """The consecutive whole hours with the lowest mean temperature that last `duration_s`.

        The first of equals. WeatherError when the file is shorter than that.
        """
        hours = math.ceil(duration_s / HOUR_S)
        if not 1 <= hours <= self.hours:
            raise WeatherError(
                f"{self.source}: {duration_s / DAY_S:g} days asked for "
                f"(allowed: up to {self.hours / 24:g}, the length of the file)"
            )
        total = sum(row[0] for row in self.rows[:hours])
        best, best_at = total, 0
        for first in range(1, self.hours - hours + 1):
            total += self.rows[first + hours - 1][0] - self.rows[first - 1][0]
            if total < best - 1e-9:
                best, best_at = total, first
        return self.window(best_at, hours)


class ConstantWeather:
    """The same weather for ever, for tests at a fixed load.

    outdoor_c in degC, ghi_w_m2 0..1400, wind_m_s 0..40, start (month, day, hour 0..23).
    """

    def __init__(
        self,
        outdoor_c: float,
        ghi_w_m2: float = 0.0,
        wind_m_s: float = 3.0,
        start: Start = (1, 20, 0),
    ):
        self.source = f"constant {outdoor_c:g} degC"
        self.start = start
        self.duration_s = math.inf
        self._row = (float(outdoor_c), float(ghi_w_m2), float(wind_m_s))

    def sample(self, t_s: float) -> Row:
        return self._row

    def clock(self, t_s: float) -> tuple[int, int, float]:
        return clock_after(self.start, t_s)


def clock_after(start: Start, t_s: float) -> tuple[int, int, float]:
    """(month, day, second of the day) `t_s` seconds after `start`, in a year of 365 days."""
    month, day, hour = start
    days, second = divmod(hour * HOUR_S + t_s, DAY_S)
    year_day = (sum(DAYS_IN_MONTH[: month - 1]) + day - 1 + int(days)) % 365
    month = 1
    while year_day >= DAYS_IN_MONTH[month - 1]:
        year_day -= DAYS_IN_MONTH[month - 1]
        month += 1
    return month, year_day + 1, second


def _read(path):
    """((month, day, hour), rows) of a weather file."""
    columns = EPW_COLUMNS if path.suffix.lower() == ".epw" else None
    try:
        with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
            lines = list(enumerate(csv.reader(file), 1))
    except OSError as error:
        raise WeatherError(f"{path}: cannot be read ({error.strerror})") from None
    body = _epw_body(path, lines) if columns else _csv_body(path, lines)
    start, rows, previous = None, [], None
    for number, cells in body:
        if columns:
            cells = _epw_cells(path, number, cells, columns)
        month, day, hour, *row = _checked(path, number, cells)
        hour_of_year = (sum(DAYS_IN_MONTH[: month - 1]) + day - 1) * 24 + hour - 1
        if previous is not None and hour_of_year != (previous + 1) % 8760:
            raise WeatherError(
                f"{path}:{number}: month {month} day {day} hour {hour} does not follow the row "
                "above; rows must be consecutive hours"
            )
        if start is None:
            start = (month, day, hour - 1)
        previous = hour_of_year
        rows.append(tuple(row))
    if start is None:
        raise WeatherError(f"{path}: no rows of data; at least 1 hour is needed")
    return start, rows


def _csv_body(path, lines):
    body = [(n, cells) for n, cells in lines if cells and not cells[0].lstrip().startswith("#")]
    if not body or tuple(cell.strip() for cell in body[0][1]) != CSV_FIELDS:
        number = body[0][0] if body else 1
        raise WeatherError(f"{path}:{number}: the heading must read {','.join(CSV_FIELDS)}")
    return body[1:]


def _epw_body(path, lines):
    if not lines or lines[0][1][:1] != ["LOCATION"]:
        raise WeatherError(f"{path}:1: an EPW file begins with LOCATION")
    for number, cells in lines[:EPW_HEADER_LINES]:
        if cells[:1] == ["DATA PERIODS"] and cells[2:3] != ["1"]:
            raise WeatherError(
                f"{path}:{number}: field records per hour: {cells[2:3]} (allowed: 1)"
            )
    return [(number, cells) for number, cells in lines[EPW_HEADER_LINES:] if cells]


def _epw_cells(path, number, cells, columns):
    if len(cells) <= columns[-1]:
        raise WeatherError(
            f"{path}:{number}: {len(cells)} fields; an EPW row has at least {columns[-1] + 1}"
        )
    return [cells[column] for column in columns]


def _checked(path, number, cells):
    if len(cells) != len(CSV_FIELDS):
        raise WeatherError(f"{path}:{number}: {len(cells)} fields (allowed: {len(CSV_FIELDS)})")
    values = []
    for (field, (low, high)), cell in zip(RANGES.items(), cells, strict=True):
        if field == "day" and values[0] in (2, 4, 6, 9, 11):
            high = DAYS_IN_MONTH[values[0] - 1]
        try:
            value = float(cell)
            if field in ("month", "day", "hour"):
                value = int(cell)
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            raise WeatherError(
                f"{path}:{number}: field {field}: {cell.strip()!r} (allowed: {low:g}..{high:g})"
            )
        values.append(value)
    return values
