package clients

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/e2e/fastitest"
)

// TestBackslash has psql describe a schema with \d and its like, and compares what
// it prints with what it prints over PostgreSQL 15. The file has the form of the
// protocol scripts: the input lines of a scenario are psql's, the first scenario
// makes the schema.
func TestBackslash(t *testing.T) {
	const path = "testdata/backslash.psql"
	all, err := readScenarios(path)
	require.NoError(t, err)
	if *record {
		got := backslash(t, fastitest.StartPostgres(t), all)
		for i, s := range all {
			s.reply = got[i]
		}
		require.NoError(t, writeScenarios(path, all))
		return
	}
	got := backslash(t, fastitest.Start(t, "--memory").DSN(), all)
	for i, s := range all {
		want := s.reply
		if s.differ != nil {
			want = s.differ
		}
		if *differ {
			s.differ = nil
			if !slices.Equal(got[i], s.reply) {
				s.differ = got[i]
			}
			continue
		}
		t.Run(s.name, func(t *testing.T) { require.Equal(t, want, got[i]) })
	}
	if *differ {
		require.NoError(t, writeScenarios(path, all))
	}
}

// backslash runs the scenarios in one psql and returns the lines of each, those of
// stderr last, without empty ones and without blanks at their ends.
func backslash(t *testing.T, dsn string, all []*scenario) [][]string {
	const mark = "=== next"
	var script strings.Builder
	for _, s := range all {
		script.WriteString(strings.Join(s.input, "\n") + "\n\\echo '" + mark + "'\n\\warn '" + mark + "'\n")
	}
	cmd := exec.Command("psql", "-X", "-q", dsn)
	var stdout, stderr strings.Builder
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(script.String()), &stdout, &stderr
	require.NoError(t, cmd.Run(), "%s", &stderr)
	printed, complained := strings.Split(stdout.String(), mark), strings.Split(stderr.String(), mark)
	require.Len(t, printed, len(all)+1)
	require.Len(t, complained, len(all)+1)
	replies := make([][]string, len(all))
	for i := range all {
		for line := range strings.SplitSeq(printed[i]+complained[i], "\n") {
			if line = strings.TrimRight(line, " "); line != "" {
				replies[i] = append(replies[i], line)
			}
		}
	}
	return replies
}
