package etcd

import (
	"context"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// pageKeys is how many keys one request of List fetches.
const pageKeys = 2000

// KV is a key with its value at some revision.
type KV struct {
	Key   string
	Value []byte // not to be changed
	// ModRev is the revision of the last change of the key, > 0; what a
	// condition compares with.
	ModRev int64
}

func kvOf(kv *mvccpb.KeyValue) KV {
	return KV{Key: string(kv.Key), Value: kv.Value, ModRev: kv.ModRevision}
}

// Get returns the newest value of a key, ok false when it does not exist, and
// the store's revision at that moment. It is linearizable.
func (s *Store) Get(ctx context.Context, key string) (kv KV, ok bool, rev int64, err error) {
	resp, err := s.get(ctx, key)
	if err != nil {
		return KV{}, false, 0, err
	}
	if len(resp.Kvs) == 0 {
		return KV{}, false, resp.Header.Revision, nil
	}
	return kvOf(resp.Kvs[0]), true, resp.Header.Revision, nil
}

// Revision returns the store's newest revision: what was acknowledged before
// the call has this revision or a smaller one.
func (s *Store) Revision(ctx context.Context) (int64, error) {
	resp, err := s.get(ctx, managerKey, clientv3.WithCountOnly())
	if err != nil {
		return 0, err
	}
	return resp.Header.Revision, nil
}

// Any reports whether a key begins with prefix. It is linearizable.
func (s *Store) Any(ctx context.Context, prefix string) (bool, error) {
	resp, err := s.get(ctx, prefix, clientv3.WithPrefix(), clientv3.WithLimit(1), clientv3.WithKeysOnly())
	if err != nil {
		return false, err
	}
	return len(resp.Kvs) > 0, nil
}

// List returns every key that begins with one of the prefixes, as of one
// revision, which it returns too. Keys are in order inside a prefix.
func (s *Store) List(ctx context.Context, prefixes ...string) (kvs []KV, rev int64, err error) {
	for {
		kvs, rev, err = s.listOnce(ctx, prefixes)
		if !isCompacted(err) {
			return kvs, rev, err
		}
		// A compaction overtook the pages: begin anew at a newer revision.
	}
}

func (s *Store) listOnce(ctx context.Context, prefixes []string) (kvs []KV, rev int64, err error) {
	for _, prefix := range prefixes {
		from, end := prefix, clientv3.GetPrefixRangeEnd(prefix)
		for {
			resp, err := s.get(ctx, from, clientv3.WithRange(end), clientv3.WithRev(rev), clientv3.WithLimit(pageKeys))
			if err != nil {
				return nil, 0, err
			}
			if rev == 0 {
				rev = resp.Header.Revision
			}
			for _, kv := range resp.Kvs {
				kvs = append(kvs, kvOf(kv))
			}
			if !resp.More || len(resp.Kvs) == 0 {
				break
			}
			from = string(resp.Kvs[len(resp.Kvs)-1].Key) + "\x00"
		}
	}
	if rev == 0 {
		rev, err = s.Revision(ctx)
	}
	return kvs, rev, err
}

func (s *Store) get(ctx context.Context, key string, opts ...clientv3.OpOption) (resp *clientv3.GetResponse, err error) {
	err = s.Retry(ctx, func(ctx context.Context) error {
		if s.closing.Err() != nil {
			return ErrClosed
		}
		rctx, cancel := s.request(ctx)
		defer cancel()
		resp, err = s.client.Get(rctx, key, opts...)
		if isCompacted(err) {
			return err
		}
		return classify(ctx, err)
	})
	return resp, err
}
