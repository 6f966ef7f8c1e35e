"""Prints a row for each feature as rasterstats computes it: name,count,mean,min,p10,median,p90,max.

Usage: zonal.py RASTER BAND POLYGONS FIELD
Needs rasterstats, whose pixels are those with their centre in a polygon.
"""

import csv
import sys

from rasterstats import zonal_stats

raster, band, polygons, field = sys.argv[1:]
stats = ["count", "mean", "min", "percentile_10", "median", "percentile_90", "max"]
rows = zonal_stats(polygons, raster, band=int(band), stats=stats, nodata=float("nan"), geojson_out=True)
out = csv.writer(sys.stdout)
for row in rows:
    p = row["properties"]
    out.writerow([p[field]] + ["" if p[s] is None else repr(float(p[s])) for s in stats])
