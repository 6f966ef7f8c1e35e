package stats

// firstRank is the first field of ranks, after those of models.
const firstRank = firstCovariate + 3*MaxCovariates

// The fields of ranks, see RankOptions. docs/ranks.md defines them.
const (
	SenSlope     Field = firstRank + iota // Theil–Sen slope, per unit of time
	SenIntercept                          // value at Options.InterceptAt of the line with that slope
	SenLo                                 // lower limit of SenSlope, with Options.Confidence
	SenHi                                 // upper limit
	SiegelSlope                           // slope by Siegel's repeated medians, per unit of time
	MKS                                   // S of the Mann–Kendall test
	MKVar                                 // its variance without a trend
	MKTau                                 // Kendall's τ-b of time and samples
	MKZ                                   // S, moved by 1 towards 0, divided by its standard deviation
	MKPValue                              // two-sided p-value of S
	MKClass                               // −1, 0 or 1: sign of S where MKPValue < Options.Significance, else 0
)

// rankRows are the rows of the fields of ranks in the table.
var rankRows = []FieldInfo{
	SenSlope - firstRank: {Name: "sen_slope", Estimator: Rank, Unit: UnitPerTime, AllDates: true, NotInAll: true,
		Help: "Theil–Sen slope: the median of the slopes between two observations"},
	SenIntercept - firstRank: {Name: "sen_intercept", Estimator: Rank, Unit: UnitSamples, AllDates: true, NotInAll: true, Option: OptionInterceptAt,
		Help: "value of the line with the slope sen_slope at the date of the intercept"},
	SenLo - firstRank: {Name: "sen_lo", Estimator: Rank, Unit: UnitPerTime, AllDates: true, NotInAll: true, Option: OptionConfidence,
		Help: "lower confidence limit of sen_slope"},
	SenHi - firstRank: {Name: "sen_hi", Estimator: Rank, Unit: UnitPerTime, AllDates: true, NotInAll: true, Option: OptionConfidence,
		Help: "upper confidence limit of sen_slope"},
	SiegelSlope - firstRank: {Name: "siegel_slope", Estimator: Rank, Unit: UnitPerTime, AllDates: true, NotInAll: true,
		Help: "Siegel's slope: the median of the median slopes from each observation"},
	MKS - firstRank: {Name: "mk_s", Estimator: Rank, AllDates: true, NotInAll: true,
		Help: "S of Mann–Kendall: pairs that rise minus pairs that fall"},
	MKVar - firstRank: {Name: "mk_var", Estimator: Rank, AllDates: true, NotInAll: true,
		Help: "variance of mk_s without a trend"},
	MKTau - firstRank: {Name: "mk_tau", Estimator: Rank, AllDates: true, NotInAll: true,
		Help: "Kendall's rank correlation τ-b of time and samples"},
	MKZ - firstRank: {Name: "mk_z", Estimator: Rank, AllDates: true, NotInAll: true,
		Help: "mk_s, moved by 1 towards 0, divided by its standard deviation"},
	MKPValue - firstRank: {Name: "mk_pvalue", Estimator: Rank, AllDates: true, NotInAll: true,
		Help: "two-sided p-value of mk_s"},
	MKClass - firstRank: {Name: "mk_class", Estimator: Rank, Unit: UnitClass, Nearest: true, AllDates: true, NotInAll: true,
		Option: OptionSignificance, PValue: MKPValue,
		Help: "sign of mk_s (−1 or 1) where mk_pvalue is significant, else 0"},
}
