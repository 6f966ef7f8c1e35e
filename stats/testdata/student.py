"""Makes student.csv: two-sided p-values of Student's t, and quantiles, to 20 digits.

    python3 student.py > student.csv    # with mpmath 1.3.0

Rows are p,df,t,value and q,df,confidence,value. t and confidence are exactly the float64 that they are read as.
"""

from mpmath import betainc, findroot, log, mp, mpf, nstr, sqrt

mp.dps = 60


def p(df, t):
    # Of the two forms the one that does not cancel.
    if t * t < df:
        return 1 - betainc(mpf(1) / 2, mpf(df) / 2, 0, t * t / (df + t * t), regularized=True)
    return betainc(mpf(df) / 2, mpf(1) / 2, 0, df / (df + t * t), regularized=True)


print("kind,df,at,value")
for df in [*range(1, 41), 63, 64, 65, 66, 100, 500, 1000, 5000, 9998]:
    for t in (1e-8, 0.001, 0.1, 0.5, 1.0, 2.0, 3.5, 6.0, 12.0, 30.0, 100.0, 1e4, 1e8):
        value = p(df, mpf(t))
        if value > mpf(10) ** -300:
            print(f"p,{df},{t!r},{nstr(value, 20)}")
    for confidence in (0.5, 0.95, 0.999):
        tail = 1 - mpf(confidence)
        z = {0.5: 0.7, 0.95: 1.96, 0.999: 3.3}[confidence]
        start = z if df > 4 else {1: 1 / tail, 2: 1 / sqrt(tail), 3: 2 * z, 4: 1.5 * z}[df]
        value = findroot(lambda s: log(p(df, mp.exp(s))) - log(tail), log(mpf(start)))
        print(f"q,{df},{confidence!r},{nstr(mp.exp(value), 20)}")
