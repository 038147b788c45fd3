// Package fastitest runs the real fasti binary for end-to-end tests: built once
// per test process, on free loopback ports, and gone when the test ends.
package fastitest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// root is the repository's folder: tests run in a folder below it.
func root() string {
	dir, err := os.Getwd()
	for err == nil && dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		dir = filepath.Dir(dir)
	}
	return "."
}

// binary is built when first asked for; buildDir is where, "" before.
var (
	buildDir string
	binary   = sync.OnceValues(func() (string, error) {
		var err error
		if buildDir, err = os.MkdirTemp("", "fasti-bin-"); err != nil {
			return "", err
		}
		bin := filepath.Join(buildDir, "fasti")
		cmd := exec.Command("go", "build", "-o", bin, "./cmd/fasti")
		cmd.Dir = root()
		if out, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("build fasti: %w\n%s", err, out)
		}
		return bin, nil
	})
)

// Binary returns the path of the fasti binary, built when first asked for. The
// environment variable FASTI_BINARY names one to use instead. The package's
// TestMain is Main, which removes what was built.
func Binary() (string, error) {
	if b := os.Getenv("FASTI_BINARY"); b != "" {
		return b, nil
	}
	return binary()
}

// Main runs the tests of a package that starts servers and exits.
func Main(m *testing.M) {
	code := m.Run()
	if buildDir != "" {
		_ = os.RemoveAll(buildDir)
	}
	os.Exit(code)
}

// Server is a running fasti process.
type Server struct {
	// SQL and HTTP are HOST:PORT.
	SQL, HTTP string
	// Ready is the line the process printed when it could serve.
	Ready string
	cmd   *exec.Cmd
	log   *lockedBuffer
	exit  chan error
}

var ready = regexp.MustCompile(`^fasti ready sql=(\S+) http=(\S+) rpc=(\S+) node=(\d+) cluster=(\S+)$`)

// Start runs `fasti start` on free ports with the given further arguments and
// waits until it serves. The process is killed at the end of the test.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	s, err := TryStart(t, args...)
	require.NoError(t, err)
	return s
}

// TryStart is Start for a process that may refuse: the error then holds what it
// wrote to stderr.
func TryStart(t testing.TB, args ...string) (*Server, error) {
	t.Helper()
	bin, err := Binary()
	require.NoError(t, err)
	args = append([]string{"start", "--sql", "127.0.0.1:0", "--http", "127.0.0.1:0", "--rpc", "127.0.0.1:0"}, args...)
	s := &Server{cmd: exec.Command(bin, args...), log: &lockedBuffer{}, exit: make(chan error, 1)}
	s.cmd.Stderr = s.log
	// A server in memory that is killed leaves its files for metadata behind.
	s.cmd.Env = append(os.Environ(), "TMPDIR="+t.TempDir())
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	stdout, err := s.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, s.cmd.Start())
	t.Cleanup(func() {
		s.Kill()
		if t.Failed() {
			t.Logf("server log:\n%s", s.log)
		}
	})
	lines := make(chan string, 1)
	go func() {
		r := bufio.NewReader(stdout)
		line, _ := r.ReadString('\n')
		lines <- strings.TrimSpace(line)
		_, _ = io.Copy(io.Discard, r)
		s.exit <- s.cmd.Wait()
	}()
	select {
	case s.Ready = <-lines:
	case <-time.After(60 * time.Second):
		s.Kill()
		return nil, fmt.Errorf("not ready after 60 s; log:\n%s", s.log)
	}
	m := ready.FindStringSubmatch(s.Ready)
	if m == nil {
		err := s.Wait(10 * time.Second)
		return nil, fmt.Errorf("not ready: %q, exit %w; log:\n%s", s.Ready, err, s.log)
	}
	s.SQL, s.HTTP = m[1], m[2]
	return s, nil
}

// DSN returns a connection string for pgx and psql.
func (s *Server) DSN() string {
	return "postgres://fasti@" + s.SQL + "/fasti?sslmode=disable"
}

// Connect opens a pgx connection that ends with the test.
func (s *Server) Connect(t testing.TB) *pgx.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, s.DSN())
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = c.Close(ctx)
	})
	return c
}

// Signal sends a signal to the process.
func (s *Server) Signal(sig syscall.Signal) error { return s.cmd.Process.Signal(sig) }

// PID returns the process id.
func (s *Server) PID() int { return s.cmd.Process.Pid }

// Log returns what the process has written to stderr.
func (s *Server) Log() string { return s.log.String() }

// Wait waits for the process to end and returns its exit status.
func (s *Server) Wait(limit time.Duration) error {
	select {
	case err := <-s.exit:
		s.exit <- err
		return err
	case <-time.After(limit):
		return errors.New("still running")
	}
}

// Kill ends the process with SIGKILL and waits until it is gone.
func (s *Server) Kill() {
	_ = s.cmd.Process.Kill()
	_ = s.Wait(10 * time.Second)
}

// Stop ends the process with SIGTERM and fails the test unless it exits with 0.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	require.NoError(t, s.Signal(syscall.SIGTERM))
	require.NoError(t, s.Wait(30*time.Second))
}

// MaxRSS returns the process's peak resident memory in bytes.
func (s *Server) MaxRSS(t testing.TB) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.PID()))
	require.NoError(t, err)
	for _, line := range strings.Split(string(status), "\n") {
		var kb int64
		if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kb); n == 1 {
			return kb << 10
		}
	}
	t.Fatal("no VmHWM")
	return 0
}

// lockedBuffer is a log that is written and read at once. It keeps the first
// 4 MiB.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.b.Len() < 4<<20 {
		l.b.Write(p)
	}
	return len(p), nil
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
