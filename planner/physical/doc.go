// Package physical is the plan as plain data: what planner decides and executor
// runs. A plan holds no pointer into the session, reads no clock and can be
// encoded (Encode, Decode); the statement's time, parameters and settings come
// with its execution.
package physical
