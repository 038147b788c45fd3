// Package function is the table of signatures: every operator, cast, function
// and aggregate, with PostgreSQL's names, types, volatility and strictness, and
// the overload resolution over it (PostgreSQL 15 manual, chapter 10). It
// computes nothing.
package function
