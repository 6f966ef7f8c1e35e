"""What times mean."""

import datetime as dt

import numpy as np
import pixtrend
import pytest
from conftest import same_bits

DAYS = np.array(["1969-12-31", "1970-01-01", "1984-02-29", "2015-07-01", "2015-07-02", "2020-01-01"], "M8[D]")


@pytest.fixture
def stack(rng):
    return rng.normal(size=(6, 9))


def slope(stack, time, **how):
    return pixtrend.fit(stack, time, **how).slope


def test_days(stack):
    want = pixtrend.fit(stack, DAYS, ["slope", "first", "intercept"], dtype=np.float64)
    x = DAYS.astype(int)
    np.testing.assert_allclose(want.slope, 365.2425 * np.polyfit(x, stack, 1)[0])
    assert (
        (want.first == -1).all()
        and want.counts == "days since 1970-01-01"
        and want.unit == "year"
        and want.origin == "1970-01-01"
    )
    for time in (
        list(DAYS),
        DAYS.tolist(),
        DAYS.astype("M8[s]"),
        DAYS.astype("M8[ns]"),
        DAYS.astype("M8[ns]").astype(">M8[ns]"),
        [dt.datetime(*d.timetuple()[:3]) for d in DAYS.tolist()],
    ):
        assert same_bits(slope(stack, time), want.slope)


def test_parts_of_days(stack):
    noon = DAYS.astype("M8[h]") + 12
    want = pixtrend.fit(stack, noon.astype("M8[ns]"), ["slope", "first"])
    assert (want.first == -0.5).all()
    np.testing.assert_allclose(want.slope, slope(stack, DAYS), rtol=1e-9)
    assert same_bits(want.slope, slope(stack, [d.astype(object) for d in noon]))
    six = np.datetime64("2001-01-01") + np.arange(6) * np.timedelta64(6, "h")
    assert same_bits(slope(stack, six, per="day"), 4 * slope(stack, np.arange(6.0)))


def test_years(stack):
    years = np.array([1995, 1997, 1996, 2000, 2015, 1998])
    want = slope(stack, years)
    np.testing.assert_allclose(want, np.polyfit(years - 2000, stack, 1)[0])
    for time in (years.tolist(), years.astype(np.uint16), np.array(years - 1970, "M8[Y]")):
        assert same_bits(slope(stack, time), want)
    np.testing.assert_allclose(slope(stack, years, per="decade"), 10 * want)
    np.testing.assert_allclose(slope(stack, years, per="month"), want / 12)
    step = pixtrend.fit(stack, years, per="step")
    np.testing.assert_allclose(step.slope, np.polyfit(np.arange(6), stack[np.argsort(years)], 1)[0])
    assert step.unit == "step"


def test_numbers(stack):
    x = np.array([0.5, 3, 1, 2, 9, 4])
    r = pixtrend.fit(stack, x, ["slope", "intercept"], per="ppm", intercept_at=2)
    np.testing.assert_allclose(r.slope, np.polyfit(x, stack, 1)[0])
    np.testing.assert_allclose(r.intercept, np.polyfit(x - 2, stack, 1)[1])
    assert r.unit == "ppm" and pixtrend.fit(stack, x).unit == "x"


def test_points_on_the_axis(stack):
    at = [
        pixtrend.fit(stack, DAYS, "intercept", intercept_at=x).intercept
        for x in ("2001-07-15", np.datetime64("2001-07-15"), dt.date(2001, 7, 15), dt.datetime(2001, 7, 15))
    ]
    assert all(same_bits(a, at[0]) for a in at)
    years = [1995, 1996, 1997, 1999, 2000, 2001]
    steps = [
        pixtrend.fit(stack, years, "step", step=x).step for x in (1999, "1999", np.int16(1999), np.datetime64("1999"))
    ]
    assert all(same_bits(s, steps[0]) for s in steps)
    for time, at, error in [
        (DAYS, 2001, "give a day"),
        (years, "2001-07-15", "give a year"),
        (DAYS, np.datetime64("2001-07-15T12"), "whole day"),
        (DAYS, "soon", "no date"),
        (np.arange(6.0), "2001-07-15", "no number"),
    ]:
        with pytest.raises(ValueError, match=error):
            pixtrend.fit(stack, time, intercept_at=at)
    with pytest.raises(TypeError, match="is no date"):
        pixtrend.fit(stack, DAYS, intercept_at=2001.5)


@pytest.mark.parametrize(
    "time, error, message",
    [
        (["2001", "2002", "2003", "2004", "2005", "2006"], TypeError, "give datetime64"),
        ([True] * 6, TypeError, "give datetime64"),
        (np.arange(6).astype("m8[D]"), TypeError, "give datetime64"),
        ([None] * 6, TypeError, "NoneType"),
        (np.arange(6) * 1_000_000_000, ValueError, "integers are years"),
        (np.arange(6), ValueError, "integers are years"),
        ([*DAYS[:5], np.datetime64("NaT")], ValueError, "NaT"),
        ([dt.datetime(2001 + i, 1, 1, tzinfo=dt.timezone.utc) for i in range(6)], ValueError, "time zone"),
        ([0.0, 1, 2, 3, 4, np.nan], ValueError, "not finite"),
        (np.arange(5.0), ValueError, "5 dates"),
        (np.zeros((6, 1)), ValueError, "2 dimensions"),
        (2001, ValueError, "0 dimensions"),
        ([2001] * 6, ValueError, "all 6 are the same"),
        (np.array(["10001-01-01"] * 6, "M8[D]") + np.arange(6), ValueError, "years 1 to 9999"),
        (DAYS.astype(object).tolist()[:5] + [2001], TypeError, "time has a int"),
    ],
)
def test_what_is_refused(stack, time, error, message):
    with pytest.raises(error, match=message):
        pixtrend.fit(stack, time)
