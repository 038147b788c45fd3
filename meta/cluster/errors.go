package cluster

import "errors"

var (
	// ErrNoTable is returned by CreateShards when the table's descriptor is
	// gone.
	ErrNoTable = errors.New("cluster: table does not exist")
	// ErrLayout is returned by CreateShards when the table's layout has
	// changed: plan again with the catalog's new view.
	ErrLayout = errors.New("cluster: layout of the table has changed")
	// ErrNoShard is returned for a shard that is not in the view.
	ErrNoShard = errors.New("cluster: no such shard")
	// ErrNoGroup is returned when no group may take new shards, or by
	// ReportGroup for a group that does not exist.
	ErrNoGroup = errors.New("cluster: no such group")
	// ErrInvalidShard is returned by CreateShards for an id that its table
	// cannot have, or a sequence whose predecessor does not exist.
	ErrInvalidShard = errors.New("cluster: invalid shard")
	// ErrDropping is returned by CreateShards for a shard that exists and is
	// being dropped: take the next sequence.
	ErrDropping = errors.New("cluster: shard is being dropped")
	// ErrStaleTerm is returned by ReportGroup when a later leader has reported.
	ErrStaleTerm = errors.New("cluster: status of an older term")
	// ErrTooManyShards is returned by ReportGroup for more counts than a
	// status holds.
	ErrTooManyShards = errors.New("cluster: too many shards in a status")
)
