#!/usr/bin/env python3
"""Makes models.json, the models that TestModelsOfStatsmodels compares, with statsmodels 0.15.0, scipy 1.17.1 and numpy 2.4.6.

The series are random, of days and of years. Each value is as the fields define it: time counts in
years from the middle of the dates, harmonics from 1970-01-01. Numbers in keys are those of the series.
"""

import json

import numpy as np
import statsmodels.api as sm
from scipy import stats

YEAR = 365.2425


def model(name, t, y, *, degree=1, harmonics=0, period=0.0, step=None, covariates=None, weights=None, ar1=False, per=1.0, at=0.0):
    """Returns the options and the fields of a model of y at t, in units of t times per."""
    t, y = np.asarray(t, float), np.asarray(y, float)
    mid = (t.min() + t.max()) / 2
    names, x = ["intercept"], [np.ones_like(t)]
    for j in range(1, degree + 1):
        names.append(("slope", "quadratic", "cubic", "quartic")[j - 1])
        x.append(((t - mid) / per) ** j)
    p = period or YEAR
    for k in range(1, harmonics + 1):
        turns = 2 * np.pi * (np.mod(k * t, p) / p)
        names += [f"cos{k}", f"sin{k}"]
        x += [np.cos(turns), np.sin(turns)]
    if step is not None:
        names.append("step")
        x.append((t >= step).astype(float))
    for key, values in (covariates or {}).items():
        names.append(key)
        x.append(np.asarray(values, float))
    w = np.ones_like(t) if weights is None else np.asarray(weights, float)
    x = np.array(x).T
    ok = np.isfinite(y) & (w > 0)
    a, b, v = x[ok], y[ok], w[ok]
    b0 = np.round(b.mean())  # an offset would cost statsmodels digits
    fit = sm.WLS(b - b0, a, weights=v).fit()
    params = fit.params.copy()
    params[0] += b0
    n, k = a.shape
    df, variance = n - k, fit.ssr / (n - k)
    fields = {"n": n, "r2": fit.rsquared, "rmse": np.sqrt((v * fit.resid**2).sum() / v.sum()), "mean": b.mean()}
    if ar1:
        r, u = fit.resid * np.sqrt(v), t[ok]
        distances = np.diff(np.unique(t))
        near = (np.diff(u) > 0) & (np.diff(u) <= 1.5 * np.median(distances))
        r1 = max(0.0, (r[:-1] * r[1:])[near].sum() * (n - 1) / near.sum() / (r**2).sum())
        effective = n * (1 - r1) / (1 + r1)
        df = effective - k
        variance = fit.ssr / df
        fields |= {"lag1": r1, "effective_n": effective}
    cov = fit.normalized_cov_params * variance
    se = np.sqrt(np.diag(cov))
    pvalues = 2 * stats.t.sf(np.abs(params / se), df)
    for j, field in enumerate(names[1:], 1):
        fields[field] = params[j]
        if field == "slope":
            fields |= {"stderr": se[j], "pvalue": pvalues[j], "tvalue": params[j] / se[j]}
            q = stats.t.ppf(0.975, df)
            fields |= {"slope_lo": params[j] - q * se[j], "slope_hi": params[j] + q * se[j]}
        else:
            fields |= {f"{field}_stderr": se[j], f"{field}_pvalue": pvalues[j]}
    g = np.zeros(k)
    g[: degree + 1] = ((at - mid) / per) ** np.arange(degree + 1)
    fields |= {"intercept": g @ params, "intercept_stderr": np.sqrt(g @ cov @ g)}
    trend = [j for j, field in enumerate(names) if field in ("intercept", "slope", "quadratic", "cubic", "quartic", "step")]
    season = [j for j, field in enumerate(names) if field[:3] in ("cos", "sin")]
    extra = sum(params[names.index(key)] * np.mean(values) for key, values in (covariates or {}).items())
    level = a[:, trend] @ params[trend] + extra
    fields |= {"fitted_first": level[0], "fitted_last": level[-1], "change": level[-1] - level[0]}
    fields["relative"] = 100 * fields["slope"] / fields["mean"]
    for h in range(1, harmonics + 1):
        cos, sin = fields[f"cos{h}"], fields[f"sin{h}"]
        part = np.mod(np.arctan2(sin, cos), 2 * np.pi) / (2 * np.pi * h)
        fields |= {f"amplitude{h}": np.hypot(cos, sin), f"phase{h}": part * p + (0 if period else 1)}
    if season:
        wald = params[season] @ np.linalg.inv(cov[np.ix_(season, season)]) @ params[season] / len(season)
        fields["season_pvalue"] = stats.f.sf(wald, len(season), df)
        rest = sm.WLS(b - b0, np.delete(a, season, axis=1), weights=v).fit()
        fields["season_r2"] = 1 - fit.ssr / rest.ssr
    moving = a[:, trend[1:]] @ params[trend[1:]]
    series = {
        "residual": b - a @ params,
        "detrended": b - (moving - moving.mean()),
        "deseasoned": b - a[:, season] @ params[season],
    }
    clean = lambda xs: [None if not np.isfinite(x) else float(x) for x in xs]
    options = {"degree": degree, "harmonics": harmonics, "period": period, "step": step, "weights": weights, "ar1": ar1,
               "covariates": covariates or {}, "per_unit": per, "intercept_at": at}
    return {"name": name, "t": list(map(float, t)), "y": clean(y), **options,
            "fields": {key: float(value) for key, value in fields.items()},
            "series": {key: clean(values) for key, values in series.items()}}


def main():
    r = np.random.default_rng(16)
    days = np.sort(r.choice(np.arange(12000, 12000 + 5 * 365), 90, replace=False)).astype(float)
    turns = 2 * np.pi * days / YEAR
    y = 0.4 + 0.02 * (days - 12900) / YEAR + 0.2 * np.cos(turns - 3.3) + 0.05 * np.cos(2 * turns - 1) + 0.03 * r.standard_normal(90)
    y[r.random(90) < 0.2] = np.nan
    rain = list(np.round(50 + 30 * np.sin(turns + 1) + 20 * r.standard_normal(90), 1))
    temperature = list(np.round(283 + 8 * np.cos(turns - 3.5) + 2 * r.standard_normal(90), 2))
    weights = [float(w) for w in np.round(r.integers(0, 5, 90) / 2, 1)]
    years = np.arange(1980, 2021).astype(float)
    noise = np.zeros(41)
    for i in range(41):
        noise[i] = (0.6 * noise[i - 1] if i else 0) + 0.1 * r.standard_normal()
    temperatures = 288 + 0.015 * (years - 2000) + noise
    gaps = temperatures.copy()
    gaps[[3, 4, 11, 25, 33]] = np.nan
    months = np.arange(12 * 8).astype(float)
    monthly = 300 + 0.1 * months / 12 + 9 * np.cos(2 * np.pi * months / 12 - 0.5) + r.standard_normal(96)
    for i in range(1, 96):
        monthly[i] += 0.4 * (monthly[i - 1] - 300) * 0.1
    middle = (days.min() + days.max()) / 2
    all_models = [
        model("season", days, y, harmonics=2, per=YEAR, at=middle),
        model("season of 4 harmonics and a curve", days, y, degree=3, harmonics=4, per=YEAR, at=13000.0),
        model("weights", days, y, weights=weights, per=YEAR, at=middle),
        model("season, step, covariates, weights", days, y, harmonics=1, step=13000.0, weights=weights, per=YEAR, at=middle,
              covariates={"rain": rain, "temperature": temperature}),
        model("line with autocorrelation", years, temperatures, ar1=True, at=2000.0),
        model("line with autocorrelation and gaps, a decade", years, gaps, ar1=True, per=10.0, at=2000.0),
        model("season of 12 steps with autocorrelation", months, monthly, harmonics=2, period=12.0, ar1=True, per=12.0),
        model("season with autocorrelation at uneven dates", days, y, harmonics=2, ar1=True, per=YEAR, at=middle),
        model("cycle of 11 years", years, temperatures, harmonics=1, period=11.0, degree=2, at=2000.0),
    ]
    with open(__file__.replace(".py", ".json"), "w") as out:
        out.write("[\n" + ",\n".join(json.dumps(m, separators=(",", ":")) for m in all_models) + "\n]\n")


main()
