package compute

import (
	"regexp"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/json"
	"github.com/dejaq/fasti/sql/json/path"
	"github.com/dejaq/fasti/sql/value"
)

// jsonPaths runs paths over the rows of one step. It remembers the last path,
// which is constant nearly always, and the regular expressions.
type jsonPaths struct {
	text  string
	path  *path.Path
	regex map[regexKey]*regexp.Regexp
	env   path.Env
}

type regexKey struct {
	pattern string
	flags   path.Flags
}

// regexesMax bounds the patterns that a step remembers.
const regexesMax = 64

// newJSONPaths returns what runs the paths of one step; zoned allows what asks for
// the time zone of the session.
func newJSONPaths(zoned bool) *jsonPaths {
	p := &jsonPaths{regex: map[regexKey]*regexp.Regexp{}}
	p.env = path.Env{
		Match: p.match,
		Double: func(text []byte) (float64, bool) {
			f, err := value.ParseFloat(types.Of(types.Float8), string(text))
			return f, err == nil
		},
		Zoned: zoned,
	}
	return p
}

// match finds a pattern of like_regex, with the options of jspConvertRegexFlags.
func (p *jsonPaths) match(pattern string, f path.Flags, s []byte) (bool, error) {
	key := regexKey{pattern, f}
	re := p.regex[key]
	if re == nil {
		var flags regexFlags
		flags.fold = f&path.IgnoreCase != 0
		switch {
		case f&path.Quote != 0:
			flags.literal = true
		case f&path.DotAll == 0 && f&path.MultiLine != 0:
			flags.newline = true
		case f&path.DotAll == 0:
			flags.dot = true
		case f&path.MultiLine != 0:
			flags.lines = true
		}
		var err error
		if re, _, err = compileRegex(pattern, flags); err != nil {
			return false, err
		}
		if len(p.regex) == regexesMax {
			clear(p.regex)
		}
		p.regex[key] = re
	}
	return re.Match(s), nil
}

// prepare sets the path, the variables and the statement's settings.
func (p *jsonPaths) prepare(e *Env, text []byte, vars json.Value, silent bool) error {
	if p.path == nil || p.text != view(text) {
		parsed, err := path.Parse(string(text))
		if err != nil {
			return err
		}
		p.text, p.path = string(text), parsed
	}
	p.env.Vars, p.env.Silent = vars, silent
	p.env.UTC = func(local int64) int64 { return e.sessionZone().ToUTC(local) }
	if e.Q != nil {
		p.env.Check = e.Q.Check
	}
	return nil
}

// bindJSONPath binds a function over (jsonb, jsonpath) or (jsonb, jsonpath,
// jsonb, bool); one runs the path over one value and sets row i.
func bindJSONPath(zoned bool, one func(p *jsonPaths, v json.Value, out *vector.Vector, i, n int) error) func(Site) Kernel {
	return func(Site) Kernel {
		p := newJSONPaths(zoned)
		return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			x, paths := spansOf(args[0]), spansOf(args[1])
			for _, i := range rows.Selection() {
				var vars json.Value
				silent := true // of the operators
				if len(args) == 4 {
					vars, silent = args[2].Bytes(int(i)), args[3].Bool(int(i))
				}
				if err := p.prepare(e, paths.get(int(i)), vars, silent); err != nil {
					return err
				}
				if err := one(p, x.get(int(i)), out, int(i), rows.N); err != nil {
					return err
				}
			}
			return nil
		}
	}
}

func jsonPathExists(p *jsonPaths, v json.Value, out *vector.Vector, i, n int) error {
	found, known, err := p.path.Exists(&p.env, v)
	if err == nil && !known {
		setNull(out, i, n)
	}
	setBit(out, i, found && known)
	return err
}

func jsonPathMatch(p *jsonPaths, v json.Value, out *vector.Vector, i, n int) error {
	is, null, err := p.path.Match(&p.env, v)
	if err == nil && null {
		setNull(out, i, n)
	}
	setBit(out, i, is && !null)
	return err
}

func jsonPathQueryFirst(p *jsonPaths, v json.Value, out *vector.Vector, i, n int) error {
	all, err := p.path.Query(&p.env, v)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		setNull(out, i, n)
		return nil
	}
	var b json.Builder
	b.Value(all[0])
	return putJSONB(out, i, &b)
}

func jsonPathQueryArray(p *jsonPaths, v json.Value, out *vector.Vector, i, _ int) error {
	all, err := p.path.Query(&p.env, v)
	if err != nil {
		return err
	}
	var b json.Builder
	b.BeginArray()
	for _, item := range all {
		b.Value(item)
	}
	b.End()
	return putJSONB(out, i, &b)
}
