package admin

import (
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestServe asks each path once, before and after the node is ready.
func TestServe(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	reg := prometheus.NewRegistry()
	count := prometheus.NewCounter(prometheus.CounterOpts{Name: "fasti_test_total"})
	reg.MustRegister(count)
	ready := false
	s := Serve(l, reg, func() bool { return ready })

	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	get := func(path string) (int, string) {
		r, err := client.Get("http://" + l.Addr().String() + path)
		require.NoError(t, err)
		defer func() { require.NoError(t, r.Body.Close()) }()
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		return r.StatusCode, string(body)
	}
	code, _ := get("/healthz")
	require.Equal(t, 200, code)
	code, _ = get("/readyz")
	require.Equal(t, 503, code)
	ready = true
	code, _ = get("/readyz")
	require.Equal(t, 200, code)
	_, body := get("/metrics")
	require.Contains(t, body, "fasti_test_total 0")
	code, _ = get("/nothing")
	require.Equal(t, 404, code)
	require.NoError(t, s.Close(t.Context()))
}
