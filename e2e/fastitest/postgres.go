package fastitest

import (
	"context"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// postgresBin is where Debian and Ubuntu put the programs of PostgreSQL 15.
const postgresBin = "/usr/lib/postgresql/15/bin/"

// StartPostgres starts a PostgreSQL 15 of the test's own, with the configuration
// that initdb writes (fsync is on) and no TCP port, and returns a connection string
// for pgx and psql. Text is ordered by bytes and has the letters of Unicode, as in
// Fasti. It is gone when the test ends. Root may not run it: it runs as the user
// postgres then.
func StartPostgres(t testing.TB) (dsn string) {
	t.Helper()
	require.FileExists(t, postgresBin+"postgres", "bash e2e/deps.sh installs it")
	dir, err := os.MkdirTemp("", "fasti-pg-")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	attr := &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
	if os.Geteuid() == 0 {
		u, err := user.Lookup("postgres")
		require.NoError(t, err)
		uid, err := strconv.Atoi(u.Uid)
		require.NoError(t, err)
		gid, err := strconv.Atoi(u.Gid)
		require.NoError(t, err)
		require.NoError(t, os.Chown(dir, uid, gid))
		attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	command := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(postgresBin+name, args...)
		cmd.Dir, cmd.SysProcAttr = dir, attr
		return cmd
	}
	data := filepath.Join(dir, "data")
	out, err := command("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
		"--locale=C.UTF-8", "--lc-collate=C", "--no-sync").CombinedOutput()
	require.NoError(t, err, "%s", out)

	server, log := command("postgres", "-D", data, "-k", dir, "-c", "listen_addresses="), &lockedBuffer{}
	server.Stdout, server.Stderr = log, log
	require.NoError(t, server.Start())
	exit := make(chan error, 1)
	go func() { exit <- server.Wait() }()
	t.Cleanup(func() {
		_ = server.Process.Signal(syscall.SIGQUIT)
		<-exit
		if t.Failed() {
			t.Logf("PostgreSQL's log:\n%s", log)
		}
	})
	dsn = "host=" + dir + " user=postgres dbname=postgres"
	require.Eventually(t, func() bool { return ping(dsn) == nil }, 30*time.Second, 50*time.Millisecond, "PostgreSQL does not answer: %s", log)
	return dsn
}

func ping(dsn string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close(ctx) }()
	return c.Ping(ctx)
}
