// Package config is the configuration of a node: one struct, filled from flags,
// the environment (FASTI_…) and defaults, in this order of precedence, and
// checked as a whole.
package config

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
)

// Config says how a node runs. The zero value is not valid; Default is.
type Config struct {
	// Data is the data directory; it is made when it does not exist. Default
	// "fasti-data". Not used with Memory.
	Data string
	// Memory keeps everything in memory: nothing survives the process.
	Memory bool
	// SQL, HTTP and RPC are the addresses to listen on, as HOST:PORT; port 0
	// picks a free one. An empty SQL or HTTP address does not listen.
	SQL, HTTP, RPC string
	// Join names running nodes of a cluster to join. Not supported yet.
	Join []string
	// Roles are what the node does: data, meta. Default both.
	Roles []string
	// Cache is the block cache's size in bytes. Default a quarter of the
	// machine's memory, at most 4 GiB.
	Cache int64
	// TLSCert, TLSKey and TLSCA are PEM files. Not supported yet.
	TLSCert, TLSKey, TLSCA string
	// Insecure allows SQL on an address off loopback although there are neither
	// passwords nor TLS.
	Insecure bool
	// Groups is how many replication groups a new node creates. Default 8.
	Groups int
	// MaxTxnBytes bounds what one transaction writes. Default 1 GiB.
	MaxTxnBytes int64
}

// Default returns the configuration of a node that is told nothing.
func Default() Config {
	return Config{
		Data: "fasti-data", SQL: "127.0.0.1:5433", HTTP: "127.0.0.1:8433", RPC: "127.0.0.1:7433",
		Roles: []string{"data", "meta"}, Cache: defaultCache(), Groups: 8, MaxTxnBytes: 1 << 30,
	}
}

// Parse reads flags and environment. Usage and complaints about flags go to out.
func Parse(args []string, env func(string) (string, bool), out io.Writer) (Config, error) {
	c := Default()
	set := flag.NewFlagSet("fasti start", flag.ContinueOnError)
	set.SetOutput(out)
	set.StringVar(&c.Data, "data", c.Data, "data `directory`")
	set.BoolVar(&c.Memory, "memory", false, "keep everything in memory; nothing survives the process")
	set.StringVar(&c.SQL, "sql", c.SQL, "`address` for SQL (Postgres protocol)")
	set.StringVar(&c.HTTP, "http", c.HTTP, "`address` for health and metrics")
	set.StringVar(&c.RPC, "rpc", c.RPC, "`address` for other nodes")
	set.Func("join", "`addresses` of nodes to join, by comma (not supported yet)", list(&c.Join))
	set.Func("roles", "what the node does, by comma: `data,meta` (default both)", list(&c.Roles))
	set.Func("cache", "`size` of the block cache, as 512MiB (default a quarter of memory)", func(s string) (err error) {
		c.Cache, err = ParseSize(s)
		return err
	})
	set.StringVar(&c.TLSCert, "tls-cert", "", "certificate `file` (not supported yet)")
	set.StringVar(&c.TLSKey, "tls-key", "", "key `file` (not supported yet)")
	set.StringVar(&c.TLSCA, "tls-ca", "", "certificate authority `file` (not supported yet)")
	set.BoolVar(&c.Insecure, "insecure", false, "allow SQL off loopback without passwords and TLS")

	var errs []error
	set.VisitAll(func(f *flag.Flag) {
		name := "FASTI_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		if v, ok := env(name); ok {
			if err := f.Value.Set(v); err != nil {
				errs = append(errs, fmt.Errorf("%s=%q: %w", name, v, err))
			}
		}
	})
	if err := set.Parse(args); err != nil {
		return c, err
	}
	if set.NArg() > 0 {
		errs = append(errs, fmt.Errorf("unexpected argument %q", set.Arg(0)))
	}
	return c, errors.Join(append(errs, c.Validate())...)
}

// Validate returns every complaint about the combination, each naming the field
// and its value.
func (c *Config) Validate() error {
	var errs []error
	complain := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if c.Data == "" && !c.Memory {
		complain("--data is empty")
	}
	for _, a := range []struct{ name, address string }{{"sql", c.SQL}, {"http", c.HTTP}, {"rpc", c.RPC}} {
		if _, _, err := net.SplitHostPort(a.address); a.address != "" && err != nil {
			complain("--%s=%q: %w", a.name, a.address, err)
		}
	}
	if !c.Insecure && c.SQL != "" && !loopback(c.SQL) {
		complain("--sql=%q is not on loopback: SQL has neither passwords nor TLS yet; --insecure allows it all the same", c.SQL)
	}
	if len(c.Join) > 0 {
		complain("--join is not supported yet: this version runs as a single node")
	}
	seen := map[string]bool{}
	for _, r := range c.Roles {
		if r != "data" && r != "meta" {
			complain("--roles: unknown role %q (known: data, meta)", r)
		}
		seen[r] = true
	}
	if !seen["data"] || !seen["meta"] {
		complain("--roles=%s: a single node has both roles", strings.Join(c.Roles, ","))
	}
	if c.TLSCert != "" || c.TLSKey != "" || c.TLSCA != "" {
		complain("--tls-cert, --tls-key and --tls-ca are not supported yet")
	}
	if c.Cache < 8<<20 {
		complain("--cache=%d: at least 8MiB", c.Cache)
	}
	if c.Groups < 1 || c.Groups > 256 {
		complain("%d groups: 1 to 256", c.Groups)
	}
	return errors.Join(errs...)
}

// ParseSize reads a number of bytes, with an optional unit: KB, MB, GB, KiB,
// MiB, GiB.
func ParseSize(s string) (int64, error) {
	units := []struct {
		suffix string
		bytes  int64
	}{
		{"KIB", 1 << 10},
		{"MIB", 1 << 20},
		{"GIB", 1 << 30},
		{"TIB", 1 << 40},
		{"KB", 1e3},
		{"MB", 1e6},
		{"GB", 1e9},
		{"TB", 1e12},
		{"B", 1},
	}
	text := strings.ToUpper(strings.TrimSpace(s))
	unit := int64(1)
	for _, u := range units {
		if t, ok := strings.CutSuffix(text, u.suffix); ok {
			text, unit = strings.TrimSpace(t), u.bytes
			break
		}
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n < 0 || n*float64(unit) > 1<<50 {
		return 0, fmt.Errorf("%q is not a size", s)
	}
	return int64(n * float64(unit)), nil
}

func list(dst *[]string) func(string) error {
	return func(s string) error {
		*dst = nil
		for _, part := range strings.Split(s, ",") {
			if part = strings.TrimSpace(part); part != "" {
				*dst = append(*dst, part)
			}
		}
		return nil
	}
}

func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// defaultCache is a quarter of the memory, within [64 MiB, 4 GiB].
func defaultCache() int64 {
	const least, most = 64 << 20, 4 << 30
	info, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 256 << 20
	}
	for _, line := range strings.Split(string(info), "\n") {
		fields := strings.Fields(line)
		if len(fields) >= 2 && fields[0] == "MemTotal:" {
			if kb, err := strconv.ParseInt(fields[1], 10, 64); err == nil {
				return min(max(kb<<10/4, least), most)
			}
		}
	}
	return 256 << 20
}
