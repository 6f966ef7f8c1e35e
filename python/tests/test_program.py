"""The bits of the command line."""

import glob

import numpy as np
import pixtrend
import pytest
from conftest import same_bits

tifffile = pytest.importorskip("tifffile")


def bands(path, n):
    """Returns the bands of a GeoTIFF of several fields, or its only one."""
    image = tifffile.imread(path)
    if n == 1:
        return image[None]
    return image if image.shape[0] == n else np.moveaxis(image, 2, 0)


def stack_of(folder, name):
    files = sorted(glob.glob(str(folder / name / "*.tif")))
    stack = np.stack([tifffile.imread(f) for f in files])
    return stack, [f.rsplit("_", 1)[1][:-4] for f in files]


@pytest.fixture(scope="module")
def yearly(program):
    folder = program("synth", "yearly", "--width", 130, "--height", 70, "--gaps", 0.1)
    stack, dates = stack_of(folder, "yearly")
    return stack, np.array(dates, int)


@pytest.fixture(scope="module")
def seasonal(program):
    folder = program("synth", "seasonal", "--dates", "2010-2014", "--every", 24, "--width", 60, "--height", 40)
    stack, dates = stack_of(folder, "seasonal")
    return stack, np.array(dates, "datetime64[D]")


def compare(program, name, stack, dates, nodata, options, flags, dtype):
    r = pixtrend.fit(stack, dates, dtype=dtype, nodata=nodata, **options)
    stats = [f for f in r if f not in ("trend_class", "mk_class")]
    flags = [*flags, "--stats", ",".join(stats), "--ot", dtype.capitalize(), "--overwrite", "-o", "out.tif"]
    out = bands(program("fit", name, *flags) / "out.tif", len(r))
    assert len(out) == len(r)
    for band, (field, a) in zip(out, r.items()):
        assert same_bits(np.ascontiguousarray(band), a), field
    assert sum(np.isfinite(a).sum() for a in r.values()) > 0


@pytest.fixture(scope="module")
def nodata(program, yearly):
    with tifffile.TiffFile(glob.glob(str(program("version") / "yearly" / "*.tif"))[0]) as tif:
        tag = tif.pages[0].tags.get(42113)
        return float(tag.value) if tag else None


RANKS = [
    "sen_slope",
    "sen_intercept",
    "sen_lo",
    "sen_hi",
    "siegel_slope",
    "mk_s",
    "mk_var",
    "mk_tau",
    "mk_z",
    "mk_pvalue",
]
SEASON = [
    "slope",
    "cos1",
    "sin1_pvalue",
    "amplitude2",
    "phase1",
    "season_pvalue",
    "season_r2",
    "quadratic",
    "step",
    "step_stderr",
    "relative",
]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "options, flags",
    [
        (dict(stats="all"), []),
        (
            dict(stats="all", per="decade", intercept_at=2005, confidence=0.9, min_obs=5),
            ["--per", "decade", "--intercept-at", 2005, "--confidence", 0.9, "--min-obs", 5],
        ),
        (dict(stats="slope,pvalue", significance=0.05), ["--significance", 0.05]),
        (dict(stats="slope,pvalue", fdr=0.05), ["--fdr", 0.05]),
        (dict(stats=RANKS), []),
        (dict(stats="mk_pvalue,mk_z", mk="hamed-rao", mk_p="normal"), ["--mk", "hamed-rao", "--mk-p", "normal"]),
        (dict(stats="slope,rmse", valid_range=(0.1, None)), ["--valid-range", "0.1,"]),
        (dict(stats="slope,robust_scale,robust_rounds", robust="huber"), ["--robust", "huber"]),
    ],
)
def test_yearly(program, yearly, nodata, options, flags, dtype):
    compare(program, "yearly", *yearly, nodata, options, flags, dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "options, flags",
    [
        (dict(stats="all", harmonics=2, ar1=True), ["--harmonics", 2, "--ar1"]),
        (
            dict(stats=SEASON, harmonics=2, degree=2, step="2012-05-01"),
            ["--harmonics", 2, "--degree", 2, "--step", "2012-05-01"],
        ),
        (
            dict(stats=["sen_slope", "mk_pvalue", "mk_var"], season="quarter", season_covariance=True),
            ["--season", "quarter", "--season-covariance"],
        ),
        (dict(stats="slope,sen_slope", per="step"), ["--per", "step"]),
    ],
)
def test_seasonal(program, seasonal, nodata, options, flags, dtype):
    compare(program, "seasonal", *seasonal, nodata, options, flags, dtype)


def test_series(program, seasonal, nodata):
    stack, dates = seasonal
    r = pixtrend.fit(stack, dates, nodata=nodata, harmonics=1, residuals=True, detrended=True, deseasoned=True)
    folder = program(
        "fit",
        "seasonal",
        "-o",
        "s.tif",
        "--harmonics",
        1,
        "--residuals",
        "r.tif",
        "--detrend",
        "d.tif",
        "--deseason",
        "e.tif",
        "--overwrite",
    )
    for name, file in (("residuals", "r.tif"), ("detrended", "d.tif"), ("deseasoned", "e.tif")):
        assert same_bits(np.ascontiguousarray(bands(folder / file, len(stack))), getattr(r, name)), name
