// Package layering checks the import rules that ARCHITECTURE.md states.
package layering

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/dejaq/fasti/"

// order lists every package, bottom first, which is also the order to read them
// in. A package may import those before it. This is a statement of policy: do not
// edit it to make a build pass.
var order = []string{
	"meta/types", "meta/schema", "meta/etcd", "meta/catalog", "meta/cluster",

	"kv/invariants", "kv/vector", "kv/vector/vectortest", "kv/decimal", "kv/nested", "kv/encoding", "kv/keys", "kv/store", "kv/segment",
	"kv/mvcc", "kv/rpc", "kv/replica", "kv/tso", "kv/txn",

	"sql/sqlerr", "sql/json/jsontest", "sql/json", "sql/json/path", "sql/lex", "sql/ast", "sql/ast/asttest", "sql/shape", "sql/skel", "sql/translate",
	"sql/utility", "sql/parse", "sql/format", "sql/value", "sql/function", "sql/expr",

	"planner/physical", "planner/logical", "planner/build", "planner/rules", "planner/lower", "planner",

	"executor/spool", "executor/op", "executor/op/optest", "executor/sketch", "executor/compute", "executor/hash", "executor/filter",
	"executor/project", "executor/scan", "executor/scan/scantest", "executor/sort", "executor/agg", "executor/join",
	"executor/window", "executor/gapfill", "executor/limit", "executor/values", "executor/write", "executor/ddl",
	"executor/exchange", "executor",

	"server/config", "server/rowenc", "server/copyio", "server/pgwire", "server/syscat",
	"server/session", "server/admin", "server/node",

	"cmd/fasti",

	"e2e/layering", "e2e/fastitest", "e2e/logictest", "e2e/differential", "e2e/clients", "e2e/recovery", "e2e/bench",
}

// doors names, for each large dependency, the one package that imports it.
var doors = map[string]string{
	"go.etcd.io/etcd":                    "meta/etcd",
	"go.etcd.io/raft":                    "kv/replica",
	"github.com/cockroachdb/pebble":      "kv/store",
	"github.com/cockroachdb/apd":         "kv/decimal",
	"github.com/pingcap/tidb/pkg/parser": "sql/skel",
	"github.com/jackc/pgproto3":          "server/pgwire",
}

// never lists imports that order would allow and the architecture does not.
var never = map[string][]string{
	"planner": {"kv/store", "kv/mvcc", "kv/replica", "kv/txn"}, // planning touches no stored data
	"sql":     {"kv/store", "kv/mvcc", "kv/replica", "kv/txn", "meta/etcd", "meta/catalog", "meta/cluster"},
	"kv":      {"meta/catalog"},
}

// TestImportsPointDown parses the imports of every Go file, tests included, and
// compares them with order, doors and never.
func TestImportsPointDown(t *testing.T) {
	const root = "../.."
	fset := token.NewFileSet()
	seen := map[string]bool{}
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || d.Name() == "bin" || strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 2):
			return fs.SkipDir
		case filepath.Ext(file) != ".go":
			return nil
		}
		rel, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		pkg := path.Dir(filepath.ToSlash(rel))
		if !seen[pkg] && !slices.Contains(order, pkg) {
			t.Errorf("%s: package %s is missing from order", rel, pkg)
		}
		seen[pkg] = true
		f, err := parser.ParseFile(fset, file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range f.Imports {
			imp, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if why := forbidden(pkg, imp, strings.HasSuffix(file, "_test.go")); why != "" {
				t.Errorf("%s: imports %s: %s", rel, imp, why)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, pkg := range order {
		if !seen[pkg] {
			t.Errorf("order lists %s, which has no Go file", pkg)
		}
	}
}

// forbidden returns why pkg may not import imp, or "". A test may look up inside
// its own folder: the printer's test parses, a low package's test uses a helper.
func forbidden(pkg, imp string, test bool) string {
	for dep, door := range doors {
		if strings.HasPrefix(imp, dep) && pkg != door {
			return "only " + door + " may"
		}
	}
	local, ok := strings.CutPrefix(imp, module)
	if !ok {
		return ""
	}
	folder, _, _ := strings.Cut(pkg, "/")
	switch {
	case slices.Index(order, local) > slices.Index(order, pkg) && !(test && strings.HasPrefix(local, folder+"/")):
		return "imports point down; see order"
	case slices.Contains(never[folder], local) && !test:
		return "see never"
	}
	return ""
}
