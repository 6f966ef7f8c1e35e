// The least squares slopes of many pixels, for terra_compiled.R. Gaps are NaN.
#include <Rcpp.h>

// [[Rcpp::export]]
Rcpp::NumericVector slopes(Rcpp::List rasters, Rcpp::NumericVector years) {
  const int dates = rasters.size();
  std::vector<Rcpp::NumericVector> samples(rasters.begin(), rasters.end());
  const R_xlen_t pixels = samples[0].size();
  const double centre = Rcpp::mean(years);
  std::vector<double> n(pixels), t(pixels), tt(pixels), y(pixels), ty(pixels);
  for (int i = 0; i < dates; i++) {
    const double at = years[i] - centre;
    const double *sample = samples[i].begin();
    for (R_xlen_t p = 0; p < pixels; p++) {
      const bool kept = !std::isnan(sample[p]);
      const double value = kept ? sample[p] : 0, when = kept ? at : 0;
      n[p] += kept;
      t[p] += when;
      tt[p] += when * when;
      y[p] += value;
      ty[p] += when * value;
    }
  }
  Rcpp::NumericVector out(pixels);
  for (R_xlen_t p = 0; p < pixels; p++) {
    out[p] = n[p] < 2 ? NA_REAL : (n[p] * ty[p] - t[p] * y[p]) / (n[p] * tt[p] - t[p] * t[p]);
  }
  return out;
}
