"""Options, and what is wrong with them."""

import numpy as np
import pixtrend
import pytest
from conftest import gappy

YEARS = np.arange(2001, 2013)
MONTHS = np.arange("2001-01", "2002-01", dtype="datetime64[M]")


@pytest.fixture
def stack(rng):
    return gappy(rng, (12, 5, 4))


@pytest.mark.parametrize(
    "time, options, error, message",
    [
        (YEARS, dict(stats="slop"), ValueError, 'no field is called "slop"'),
        (YEARS, dict(stats=[]), ValueError, "names no field"),
        (YEARS, dict(stats=[3]), TypeError, "give names of fields"),
        (YEARS, dict(stats="slope,slope"), ValueError, "asked for twice"),
        (YEARS, dict(stats="quadratic"), ValueError, "degree=2 or more"),
        (YEARS, dict(stats="trend_class"), ValueError, "give significance"),
        (YEARS, dict(per="week"), ValueError, "is no unit"),
        (YEARS, dict(per=3), TypeError, "give a name"),
        (YEARS, dict(nodata="x"), TypeError, "nodata is 'x': give a number"),
        (YEARS, dict(valid_range=(1, 2, 3)), ValueError, "has 3 ends"),
        (YEARS, dict(valid_range=(2, 1)), ValueError, "smaller number first"),
        (YEARS, dict(valid_range=(np.nan, 1)), ValueError, "NaN"),
        (YEARS, dict(valid_range=5), TypeError, "valid_range is 5"),
        (YEARS, dict(scale=0), ValueError, "scale is 0"),
        (YEARS, dict(scale=np.inf), ValueError, "scale is inf"),
        (YEARS, dict(offset="1 m"), TypeError, "offset is '1 m'"),
        (YEARS, dict(min_obs=1), ValueError, "min_obs is 1"),
        (YEARS, dict(min_obs=2.5), TypeError, "min_obs is 2.5"),
        (YEARS, dict(confidence=95), ValueError, "between 0 and 1"),
        (YEARS, dict(significance=0), ValueError, "between 0 and 1"),
        (YEARS, dict(fdr=1.5), ValueError, "between 0 and 1"),
        (YEARS, dict(fdr=0.1, significance=0.1), ValueError, "exclude each other"),
        (YEARS, dict(harmonics=5), ValueError, "harmonics is 5"),
        (YEARS, dict(harmonics=2), ValueError, "give the length of its period"),
        (YEARS, dict(period=3), ValueError, "give harmonics"),
        (YEARS, dict(period="month"), TypeError, "period is 'month'"),
        (YEARS, dict(degree=0), ValueError, "degree is 0"),
        (YEARS, dict(step=2001), ValueError, "no level changes"),
        (YEARS, dict(weights=[1, 2]), ValueError, "12 dates"),
        (YEARS, dict(weights=[-1.0] * 12), ValueError, "0 or more"),
        (YEARS, dict(weights="abc"), TypeError, "weights is 'abc'"),
        (YEARS, dict(covariates={"rain": [1.0] * 12}), ValueError, "no coefficient can be found"),
        (YEARS, dict(covariates={"slope": YEARS % 5}), ValueError, "cannot be called slope"),
        (YEARS, dict(covariates={"rain": [np.nan, *range(11)]}), ValueError, "not finite"),
        (YEARS, dict(robust="tukey"), ValueError, "huber or bisquare"),
        (YEARS, dict(mk="hamed-rao"), ValueError, "mk is for fields of ranks"),
        (YEARS, dict(stats="mk_s", season="month"), ValueError, "seasons need days"),
        (MONTHS, dict(stats="mk_s", season="moon"), ValueError, "is no season"),
        (YEARS, dict(deseasoned=True), ValueError, "need a season"),
        (YEARS, dict(dtype=np.int16), ValueError, "float32 or float64"),
        (YEARS, dict(threads=1.5), TypeError, "threads is 1.5"),
    ],
)
def test_what_is_refused(stack, time, options, error, message):
    with pytest.raises(error, match=message) as raised:
        pixtrend.fit(stack, time, **options)
    text = str(raised.value)
    assert "\n" not in text and not text.startswith(("pixtrend:", "stats:")) and "Options." not in text


def test_fields():
    table = pixtrend.fields()
    assert {"slope", "pvalue", "sen_slope", "mk_class", "cos1", "lag1", "covariate8_pvalue"} < set(table)
    assert table["slope"].unit == "samples per time" and table["mk_s"].estimator == "rank" and table["n"].nearest
    with pytest.raises(TypeError):
        table["slope"] = None


def test_every_field(rng):
    """Each field of the table can be computed, and "all" is those that the table says."""
    time = np.datetime64("2001-01-15") + np.arange(0, 60 * 30, 30)
    stack = gappy(rng, (60, 3, 4))
    model = dict(harmonics=2, degree=4, step="2003-01-01", covariates={"rain": rng.random(60)}, ar1=True, min_obs=20)
    for options in (dict(), dict(degree=2, harmonics=4), {**model, "robust": "huber"}):
        needs = {"", "significance or fdr"}
        if options:
            needs |= {f"degree={d} or more" for d in range(2, options["degree"] + 1)}
            needs |= {f"harmonics={k} or more" for k in range(1, options["harmonics"] + 1)}
        if "robust" in options:
            needs |= {"step", "robust", "ar1=True"}
        names = [name for name, field in pixtrend.fields().items() if field.needs in needs]
        if "robust" in options:
            names += ["rain", "rain_stderr", "rain_pvalue"]
        r = pixtrend.fit(stack, time, names, significance=0.1, **options)
        assert [f.name for f in r.fields] == list(r) == names
        for name in names:
            assert r[name].shape == (3, 4) and getattr(r, name) is r[name]
    line = [name for name, field in pixtrend.fields().items() if field.all]
    assert list(pixtrend.fit(stack, time, "all")) == line
    assert len(pixtrend.fit(stack, time, "all", **model)) > len(line)


def test_trend(stack):
    r = pixtrend.fit(stack, YEARS, "slope, n")
    assert len(r) == 2 and "n" in r and "pvalue" not in r and dict(r)["n"] is r.n and "slope" in dir(r)
    assert "2001–2012" in repr(r) and r.fields[1].help == "number of observations"
    with pytest.raises(AttributeError, match="no field 'pvalue'"):
        r.pvalue
    with pytest.raises(KeyError):
        r["pvalue"]
