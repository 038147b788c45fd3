package function

// Timescale reports whether a function is TimescaleDB's, or ours after its
// model, and not PostgreSQL's.
func (s *Signature) Timescale() bool {
	switch s.Name {
	case "time_bucket", "first", "last", "approx_percentile", "approx_percentile_rank", "mean", "error", "num_vals", "percentile_agg", "rollup":
		return true
	}
	return s.ByTime()
}
