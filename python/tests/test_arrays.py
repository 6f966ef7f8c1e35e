"""Arrays of every layout, type and shape give the same bits or are refused."""

import itertools

import numpy as np
import pixtrend
import pytest
from conftest import gappy, same_bits

YEARS = np.arange(1995, 2012)
FIELDS = ["slope", "pvalue", "n", "sen_slope"]


def same(a, b):
    return list(a) == list(b) and all(same_bits(a[name], b[name]) for name in a)


@pytest.fixture
def stack(rng):
    return gappy(rng, (17, 13, 70), dtype=np.float32)


@pytest.fixture
def want(stack):
    return pixtrend.fit(np.ascontiguousarray(stack), YEARS, FIELDS)


def test_axes_in_any_order_of_memory(stack, want):
    for memory in itertools.permutations(range(3)):
        laid = np.ascontiguousarray(stack.transpose(memory)).transpose(np.argsort(memory))
        for axis in range(3):
            assert same(pixtrend.fit(np.moveaxis(laid, 0, axis), YEARS, FIELDS, axis=axis), want), (memory, axis)
            assert same(pixtrend.fit(np.moveaxis(laid, 0, axis), YEARS, FIELDS, axis=axis - 3), want), (memory, axis)


def test_windows_are_read_in_place(rng, stack, want, monkeypatch):
    for memory in itertools.permutations(range(3)):
        whole = rng.normal(size=(17, 20, 81)).astype(np.float32)
        laid = np.ascontiguousarray(whole.transpose(memory)).transpose(np.argsort(memory))
        part = laid[:, 4:17, 6:76]
        part[...] = stack
        assert same(pixtrend.fit(part, YEARS, FIELDS), want), memory


def test_no_copy(stack, monkeypatch):
    """Cubes with rasters, rows or series in one piece are not copied, and neither are parts of them."""
    from pixtrend._views import grid_of

    whole = np.zeros((17, 20, 81), np.float32)
    for cube in (
        whole,
        np.moveaxis(np.zeros((20, 17, 81), np.int16), 1, 0),
        np.moveaxis(np.zeros((20, 81, 17), np.uint8), 2, 0),
        np.zeros((17, 3, 4, 20)),
        whole.transpose(0, 2, 1),
        whole[:, 3:, 5:9],
        whole[::2],
        whole[:, ::3],
        np.moveaxis(np.zeros((20, 81, 17)), 2, 0)[:, 2:, :5],
        whole[:, 7],
        np.zeros(17, np.int8),
        np.zeros((40,))[::2],
    ):
        samples, grid = grid_of(cube)
        assert np.shares_memory(samples, cube), cube.strides
        assert samples.size == cube.size and grid.pixels * len(cube) == cube.size


@pytest.mark.parametrize(
    "index",
    [
        np.s_[::-1],
        np.s_[:, ::-1],
        np.s_[:, :, ::-1],
        np.s_[:, :, ::2],
        np.s_[:, ::3, ::2],
        np.s_[:, 3:4, 5:6],
        np.s_[:, 4],
        np.s_[:, :, 4],
        np.s_[:, 2, 3],
    ],
)
def test_slices(stack, index):
    part = stack[index]
    years = YEARS[index] if isinstance(index, slice) else YEARS
    assert same(pixtrend.fit(part, years, FIELDS), pixtrend.fit(part.copy(order="C"), years, FIELDS))


def test_broadcast_and_unaligned(stack, want):
    flat = np.broadcast_to(stack[:, :, :1], stack.shape)
    assert same_bits(pixtrend.fit(flat, YEARS).slope, np.repeat(want.slope[:, :1], 70, 1))
    odd = np.frombuffer(b"x" + stack.tobytes(), np.uint8)[1:].view(np.float32).reshape(stack.shape)
    assert not odd.flags.aligned or odd.ctypes.data % 4
    assert same(pixtrend.fit(odd, YEARS, FIELDS), want)
    record = np.zeros(stack.shape, [("a", "u1"), ("b", "f4")])
    record["b"] = stack
    assert same(pixtrend.fit(record["b"], YEARS, FIELDS), want)
    stack.flags.writeable = False
    assert same(pixtrend.fit(stack, YEARS, FIELDS), want)


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "f4", "f8"])
@pytest.mark.parametrize("order", ["<", ">"])
def test_types(rng, dtype, order):
    samples = rng.integers(0, 100, (17, 9, 8))
    wide = samples.astype(np.float64)
    wide[samples == 7] = np.nan
    got = pixtrend.fit(samples.astype(np.dtype(dtype).newbyteorder(order)), YEARS, FIELDS, nodata=7, dtype=np.float64)
    assert same(got, pixtrend.fit(wide, YEARS, FIELDS))
    narrow = pixtrend.fit(samples.astype(dtype), YEARS)
    assert narrow.slope.dtype == (np.float64 if dtype == "f8" else np.float32)


@pytest.mark.parametrize("dtype", ["f2", "?", "c8", "c16", "i8", "u8", "O", "S3", "M8[D]", np.longdouble])
def test_types_that_are_refused(dtype):
    with pytest.raises(TypeError, match="convert it to one of"):
        pixtrend.fit(np.zeros((17, 2, 2), dtype), YEARS)


def test_any_shape(rng):
    a = gappy(rng, (17, 2, 3, 4, 5))
    flat = pixtrend.fit(a.reshape(17, -1), YEARS, FIELDS)
    deep = pixtrend.fit(a, YEARS, FIELDS)
    for name in FIELDS:
        assert same_bits(deep[name].reshape(-1), flat[name])
        one = pixtrend.fit(a[:, 1, 2, 3, 4], YEARS, FIELDS)[name]
        assert one.shape == () and one == flat[name][-1] or np.isnan(one)
    cut = a[:, ::-1, :2, 1:, ::2]
    assert same(pixtrend.fit(cut, YEARS, FIELDS), pixtrend.fit(cut.copy(), YEARS, FIELDS))
    for shape in [(0,), (3, 0), (0, 4)]:
        assert pixtrend.fit(np.empty((17, *shape)), YEARS, residuals=True).slope.shape == shape
    for shape in [(), (0,), (1,), (1, 5), (16, 5), (18, 5), (5, 17)]:
        with pytest.raises(ValueError):
            pixtrend.fit(np.zeros(shape), YEARS)
    with pytest.raises(ValueError, match="axis is 3"):
        pixtrend.fit(a[:, 0, 0], YEARS, axis=3)
    assert pixtrend.fit([[1, 2], [2, 4], [3, 6]], [2001, 2002, 2003]).slope.tolist() == [1, 2]


def test_masked_numbers(stack):
    """What has to be given for each date cannot be masked, and masked p-values are none."""
    hidden = np.ma.masked_equal(np.arange(17), 3)
    for name, values in (("weights", hidden + 1), ("covariates", {"heat": hidden * 1.0})):
        with pytest.raises(ValueError, match="masked element|not finite"):
            pixtrend.fit(stack, YEARS, **{name: values})
    for time in (YEARS + hidden, [*YEARS[:-1], np.ma.masked], np.ma.array(YEARS.astype("M8[Y]"), mask=YEARS == YEARS[3])):
        with pytest.raises(ValueError, match="time has a masked element"):
            pixtrend.fit(stack, time)
    assert pixtrend.fdr(np.ma.masked_equal([0.001, 0.02, 0.03, 0.8], 0.03), 0.05) == 0.02


def test_attributes_that_are_not_read(stack):
    """A DataArray that says what its samples mean is for trend, unless that is said otherwise."""
    xr = pytest.importorskip("xarray")
    want = pixtrend.fit(stack, YEARS, nodata=-1)
    for attributes in ({"_FillValue": np.nan}, {"scale_factor": 1.0, "add_offset": 0}, {"units": "K"}):
        assert same(pixtrend.fit(xr.DataArray(stack, attrs=attributes), YEARS), pixtrend.fit(stack, YEARS))
    for attributes in ({"_FillValue": -1}, {"missing_value": [-1, -2]}, {"scale_factor": 0.5}, {"add_offset": 2}):
        with pytest.raises(ValueError, match="which fit does not read: use pixtrend.trend"):
            pixtrend.fit(xr.DataArray(stack, attrs=attributes), YEARS)
    assert same(pixtrend.fit(xr.DataArray(stack, attrs={"_FillValue": -9}), YEARS, nodata=-1), want)


def test_masks(rng, stack):
    gone = rng.random(stack.shape) < 0.3
    want = pixtrend.fit(np.where(gone, np.nan, stack), YEARS, FIELDS)
    assert same(pixtrend.fit(stack, YEARS, FIELDS, mask=gone), want)
    assert same(pixtrend.fit(np.ma.array(stack, mask=gone), YEARS, FIELDS), want)
    half = gone.copy()
    half[:8] = False
    assert same(pixtrend.fit(np.ma.array(stack, mask=gone & ~half), YEARS, FIELDS, mask=half), want)
    for memory in itertools.permutations(range(3)):
        laid = np.asfortranarray(gone) if memory[0] else gone
        a = np.ascontiguousarray(stack.transpose(memory)).transpose(np.argsort(memory))
        assert same(pixtrend.fit(np.moveaxis(a, 0, 2), YEARS, FIELDS, axis=2, mask=np.moveaxis(laid, 0, 2)), want)
    clouds = rng.random(70) < 0.5
    assert np.isnan(pixtrend.fit(stack, YEARS, mask=clouds).slope[:, clouds]).all()
    # NumPy drops the masks of arrays in a list, such as rasters that were read one after the other.
    rasters = [np.ma.array(y, mask=m) for y, m in zip(stack, gone)]
    assert same(pixtrend.fit(rasters, YEARS, FIELDS), want)
    assert same(pixtrend.fit(tuple(list(y) for y in rasters), YEARS, FIELDS), want)
    nothing = pixtrend.fit(np.ma.array(stack), YEARS, FIELDS)
    assert same(nothing, pixtrend.fit(stack, YEARS, FIELDS))
    with pytest.raises(TypeError, match="booleans"):
        pixtrend.fit(stack, YEARS, mask=gone.astype(int))
    with pytest.raises(ValueError, match="does not fit"):
        pixtrend.fit(stack, YEARS, mask=gone[:, 1:])


def test_gaps_in_samples(rng):
    a = rng.integers(0, 50, (17, 6, 5)).astype(np.int16)
    wide = np.where((a == 3) | (a < 2) | (a > 40), np.nan, a * 0.5 + 10)
    got = pixtrend.fit(a, YEARS, FIELDS, nodata=3, valid_range=(2, 40), scale=0.5, offset=10, dtype=np.float64)
    want = pixtrend.fit(wide, YEARS, FIELDS)
    for name in FIELDS:
        np.testing.assert_allclose(got[name], want[name], rtol=1e-9)
    assert same(pixtrend.fit(a, YEARS, valid_range=(None, 40)), pixtrend.fit(a, YEARS, valid_range=(-np.inf, 40)))
    assert same(pixtrend.fit(a, YEARS, nodata=np.nan), pixtrend.fit(a, YEARS))
    with pytest.raises(ValueError, match="uint8 cannot be that"):
        pixtrend.fit(a.astype(np.uint8), YEARS, nodata=-9999)
    # A fill value that is typed with fewer digits covers its samples, as on the command line.
    fill = np.full((17, 2), -3.4028235e38, np.float32)
    assert (pixtrend.fit(fill, YEARS, "n", nodata=-3.4e38).n == 0).all()


def test_out(stack, want):
    slope, n = np.empty((13, 70), np.float32), np.asfortranarray(np.empty((13, 70), np.float32))
    r = pixtrend.fit(stack, YEARS, ["slope", "n"], out={"slope": slope, "n": n})
    assert r.slope is slope and r["n"] is n and same_bits(slope, want.slope) and (n == want.n).all()
    part = np.zeros((13, 140), np.float32)
    pixtrend.fit(stack, YEARS, out=part[:, ::2])
    assert same_bits(part[:, ::2].copy(), want.slope) and not part[:, 1::2].any()
    wide = np.empty((13, 70))
    assert pixtrend.fit(stack, YEARS, out=wide).slope is wide
    turned = np.moveaxis(np.ascontiguousarray(np.moveaxis(stack, 2, 0)), 0, 2)
    assert same_bits(pixtrend.fit(turned, YEARS, out=slope).slope, want.slope)
    for out, error in [
        (np.empty((70, 13)), ValueError),
        (np.empty((13, 70), np.int32), ValueError),
        ([0], TypeError),
        ({"n": n}, ValueError),
        (np.empty((13, 70), ">f4"), ValueError),
        (stack[3], ValueError),
    ]:
        with pytest.raises(error):
            pixtrend.fit(stack, YEARS, out=out)
    with pytest.raises(ValueError, match="shares memory"):
        pixtrend.fit(stack, YEARS, ["slope", "n"], out={"slope": slope, "n": slope})
    slope.flags.writeable = False
    with pytest.raises(ValueError, match="can be written"):
        pixtrend.fit(stack, YEARS, out=slope)


def test_series(rng, stack):
    days = np.arange(0, 17 * 40, 40).astype("datetime64[D]")
    for axis in range(3):
        shuffled = rng.permutation(17)
        a = np.moveaxis(stack[shuffled], 0, axis)
        r = pixtrend.fit(
            a,
            days[shuffled],
            ["slope", "intercept"],
            axis=axis,
            harmonics=1,
            min_obs=5,
            residuals=True,
            detrended=True,
            deseasoned=True,
        )
        want = pixtrend.fit(
            stack, days, ["slope", "intercept"], harmonics=1, min_obs=5, residuals=True, detrended=True, deseasoned=True
        )
        for name in ("residuals", "detrended", "deseasoned"):
            got = getattr(r, name)
            assert got.shape == a.shape
            np.testing.assert_array_equal(np.moveaxis(got, axis, 0), getattr(want, name)[shuffled])
    line = pixtrend.fit(stack, YEARS, ["slope", "intercept"], residuals=True, dtype=np.float64)
    fitted = line.intercept + line.slope * YEARS[:, None, None]
    np.testing.assert_allclose(line.residuals, stack - fitted, atol=1e-9)
    assert line.detrended is None


def test_covariates_of_pixels(rng, stack):
    heat = rng.normal(size=stack.shape)
    heat[2, 3, 4] = np.nan
    r = pixtrend.fit(stack, YEARS, ["heat", "slope", "n"], covariates={"heat": heat}, dtype=np.float64)
    assert r.n[3, 4] == np.isfinite(stack[:, 3, 4]).sum() - np.isfinite(stack[2, 3, 4])
    for y, x in [(3, 4), (0, 0), (12, 69)]:
        ok = np.isfinite(stack[:, y, x] + heat[:, y, x])
        columns = np.column_stack([np.ones(17), YEARS - 2003, heat[:, y, x]])[ok]
        want = np.linalg.lstsq(columns, stack[ok, y, x].astype(float), rcond=None)[0]
        np.testing.assert_allclose([r.slope[y, x], r.heat[y, x]], want[1:], rtol=1e-8)
    for axis in range(3):
        a, h = np.moveaxis(stack, 0, axis).copy(), np.moveaxis(heat, 0, axis).copy()
        assert same(
            pixtrend.fit(a, YEARS, ["heat", "slope", "n"], axis=axis, covariates={"heat": h}, dtype=np.float64), r
        )
    hidden = np.ma.array(np.nan_to_num(heat), mask=np.isnan(heat))
    assert same(pixtrend.fit(stack, YEARS, ["heat", "slope", "n"], covariates={"heat": hidden}, dtype=np.float64), r)
    for shaped in (heat[:, 1:], heat[:, 0], heat[0], np.float64(1)):
        with pytest.raises(ValueError, match="one .*number for each of the 17 dates"):
            pixtrend.fit(stack, YEARS, covariates={"heat": shaped})
    with pytest.raises(TypeError, match="the covariate heat is an array of float16"):
        pixtrend.fit(stack, YEARS, covariates={"heat": heat.astype(np.float16)})
    with pytest.raises(ValueError, match="the shape of the stack"):
        pixtrend.fit(stack, YEARS, covariates={"heat": heat[:, 1:]})
