// Package write holds the operators that change rows: Insert, Update, Delete.
//
// Each reads all of its input, checks NOT NULL, hands the rows to the
// transaction and counts them. With RETURNING it computes the results as it goes
// and gives them out afterwards: the statement has done all it does before its
// first batch, however many rows the client fetches.
package write
