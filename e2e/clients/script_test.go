package clients

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// scenario is one conversation of a protocol script: what is sent over a fresh
// connection, and what comes back. A file is a list of them:
//
//	=== pipeline with an error
//	P s "select $1::int4 + 1" 23
//	B - s "41"
//	D P -
//	E - 0
//	S
//	----
//	ParseComplete
//	…
//	ReadyForQuery I
//	---- fasti
//	…
//
// A line that starts with # is a comment. The replies are PostgreSQL 15's, recorded
// with -record; those below "---- fasti", which are kept, are ours where we differ,
// and a comment says why.
//
// # Messages
//
//	Q "sql"                        Query
//	P name "sql" oid …             Parse; - is the empty name, here and below
//	B portal statement value …     Bind; a value is "text", x0a0b (binary) or null;
//	  in=0,1  out=1                its format codes and those of the results
//	D S|P name, C S|P name         Describe, Close
//	E portal rows                  Execute
//	d "data", c, f "why"           CopyData, CopyDone, CopyFail
//	S, H, X                        Sync, Flush, Terminate
//	raw 51 "body"                  a message of this type (hex) with any body; the body
//	                               is "text" or x0a0b
//	wait                           reads up to ReadyForQuery or CopyInResponse before more
//	                               is sent; without it all goes out in one write
//
// Strings are Go's. Terminate is sent at the end. A query that starts with the
// comment /*setup*/ is sent before everything else, and its replies are not shown.
type scenario struct {
	head   []string // comments and empty lines above it
	name   string
	input  []string // its lines
	reply  []string
	differ []string // below "---- fasti"; nil when we answer the same
}

// readScenarios reads a script.
func readScenarios(path string) ([]*scenario, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var all []*scenario
	var head []string
	var into *[]string
	for _, line := range strings.Split(string(b), "\n") {
		last := len(all) - 1
		name, starts := strings.CutPrefix(line, "=== ")
		switch {
		case starts:
			all = append(all, &scenario{head: head, name: name})
			head, into = nil, &all[last+1].input
		case line == "----":
			into = &all[last].reply
		case line == "---- fasti":
			into = &all[last].differ
		case line == "", into == nil, strings.HasPrefix(line, "#") && into != &all[last].input:
			head, into = append(head, line), nil
		default:
			*into = append(*into, line)
		}
	}
	return all, nil
}

// writeScenarios writes a script as readScenarios reads it.
func writeScenarios(path string, all []*scenario) error {
	var b strings.Builder
	for _, s := range all {
		for _, part := range [][]string{s.head, {"=== " + s.name}, s.input, {"----"}, s.reply} {
			for _, line := range part {
				b.WriteString(line + "\n")
			}
		}
		if s.differ != nil {
			b.WriteString("---- fasti\n" + strings.Join(s.differ, "\n") + "\n")
		}
	}
	return os.WriteFile(path, []byte(b.String()), 0o600)
}

// play sends a scenario's messages to the server and returns its replies.
func (s *scenario) play(dsn string) (replies []string, err error) {
	c, err := startUp(dsn)
	if err != nil {
		return nil, err
	}
	defer func() { _ = c.Close() }()
	var batch []byte
	send := func() error {
		_, err := c.Write(batch)
		batch = nil
		return err
	}
	setup := true
	for _, line := range s.input {
		if strings.HasPrefix(line, "#") {
			continue
		}
		if line != "wait" {
			m, err := message(line)
			if err != nil {
				return nil, fmt.Errorf("%s: %q: %w", s.name, line, err)
			}
			batch = append(batch, m...)
			if setup = setup && strings.HasPrefix(line, `Q "/*setup*/`); !setup {
				continue
			}
		}
		if err := send(); err != nil {
			return replies, err
		}
		got := read(c, true)
		if !setup {
			replies = append(replies, got...)
		}
	}
	batch = append(batch, 'X', 0, 0, 0, 4)
	if err := send(); err != nil && !errors.Is(err, net.ErrClosed) {
		replies = append(replies, "(write failed)")
	}
	return append(replies, read(c, false)...), nil
}

// startUp opens a connection and reads up to the first ReadyForQuery.
func startUp(dsn string) (net.Conn, error) {
	config, err := pgconn.ParseConfig(dsn)
	if err != nil {
		return nil, err
	}
	network, address := pgconn.NetworkAddress(config.Host, config.Port)
	c, err := net.Dial(network, address)
	if err != nil {
		return nil, err
	}
	m := &pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersionNumber, Parameters: map[string]string{
		"user": config.User, "database": config.Database,
	}}
	b, err := m.Encode(nil)
	if err != nil {
		return nil, err
	}
	if _, err := c.Write(b); err != nil {
		return nil, err
	}
	if replies := read(c, true); replies[len(replies)-1] != "ReadyForQuery I" {
		return nil, fmt.Errorf("start-up: %v", replies)
	}
	return c, nil
}

// read returns what the server sends: up to ReadyForQuery or CopyInResponse when
// one is enough, else up to the end of the connection.
func read(c net.Conn, one bool) (replies []string) {
	_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
	for {
		var header [5]byte
		if _, err := io.ReadFull(c, header[:]); err != nil {
			if errors.Is(err, os.ErrDeadlineExceeded) {
				replies = append(replies, "(silence)")
			}
			return replies
		}
		body := make([]byte, binary.BigEndian.Uint32(header[1:])-4)
		if _, err := io.ReadFull(c, body); err != nil {
			return append(replies, "(cut off)")
		}
		line := describe(header[0], body)
		replies = append(replies, line)
		if one && (header[0] == 'Z' || header[0] == 'G') {
			return replies
		}
	}
}

// describe prints a message from the server.
func describe(typ byte, body []byte) string {
	var m pgproto3.BackendMessage
	switch typ {
	case '1':
		return "ParseComplete"
	case '2':
		return "BindComplete"
	case '3':
		return "CloseComplete"
	case 'n':
		return "NoData"
	case 's':
		return "PortalSuspended"
	case 'I':
		return "EmptyQueryResponse"
	case 'c':
		return "CopyDone"
	case 'Z':
		return "ReadyForQuery " + string(body)
	case 'E', 'N':
		var e pgproto3.ErrorResponse
		if err := e.Decode(body); err != nil {
			return err.Error()
		}
		return problem(map[byte]string{'E': "Error", 'N': "Notice"}[typ], &e)
	case 'T':
		m = &pgproto3.RowDescription{}
	case 't':
		m = &pgproto3.ParameterDescription{}
	case 'D':
		m = &pgproto3.DataRow{}
	case 'C':
		m = &pgproto3.CommandComplete{}
	case 'G':
		m = &pgproto3.CopyInResponse{}
	case 'H':
		m = &pgproto3.CopyOutResponse{}
	case 'd':
		m = &pgproto3.CopyData{}
	case 'S':
		m = &pgproto3.ParameterStatus{}
	default:
		return fmt.Sprintf("%c %q", typ, body)
	}
	if err := m.Decode(body); err != nil {
		return err.Error()
	}
	switch m := m.(type) {
	case *pgproto3.RowDescription:
		var fields []string
		for _, f := range m.Fields {
			fields = append(fields, fmt.Sprintf("%s:%d:%d:%d:%d", f.Name, f.DataTypeOID, f.DataTypeSize, f.TypeModifier, f.Format))
		}
		return "RowDescription " + strings.Join(fields, " ")
	case *pgproto3.ParameterDescription:
		return fmt.Sprint("ParameterDescription ", m.ParameterOIDs)
	case *pgproto3.DataRow:
		values := []string{"DataRow"}
		for _, v := range m.Values {
			if v == nil {
				values = append(values, "null")
			} else {
				values = append(values, strconv.Quote(string(v)))
			}
		}
		return strings.Join(values, " ")
	case *pgproto3.CommandComplete:
		return "CommandComplete " + string(m.CommandTag)
	case *pgproto3.CopyInResponse:
		return fmt.Sprint("CopyInResponse ", m.OverallFormat, m.ColumnFormatCodes)
	case *pgproto3.CopyOutResponse:
		return fmt.Sprint("CopyOutResponse ", m.OverallFormat, m.ColumnFormatCodes)
	case *pgproto3.CopyData:
		return "CopyData " + strconv.Quote(string(m.Data))
	case *pgproto3.ParameterStatus:
		return "ParameterStatus " + m.Name + "=" + m.Value
	}
	return "?"
}

// problem prints what a client acts on of an error or notice.
func problem(kind string, e *pgproto3.ErrorResponse) string {
	line := fmt.Sprintf("%s %s %s %s", kind, e.Severity, e.Code, e.Message)
	for _, f := range []struct{ name, text string }{{"detail", e.Detail}, {"hint", e.Hint}, {"context", e.Where}} {
		if f.text != "" {
			line += fmt.Sprintf(" %s=%q", f.name, f.text)
		}
	}
	if e.Position != 0 {
		line += fmt.Sprintf(" at=%d", e.Position)
	}
	return line
}

// message encodes a line of a script.
func message(line string) ([]byte, error) {
	words, err := split(line)
	if err != nil {
		return nil, err
	}
	name := func(i int) string { return strings.TrimPrefix(words[i], "-") }
	var m pgproto3.FrontendMessage
	switch kind := words[0]; {
	case kind == "Q" && len(words) == 2:
		m = &pgproto3.Query{String: words[1]}
	case kind == "P" && len(words) >= 3:
		p := &pgproto3.Parse{Name: name(1), Query: words[2]}
		for _, w := range words[3:] {
			oid, err := strconv.ParseUint(w, 10, 32)
			if err != nil {
				return nil, err
			}
			p.ParameterOIDs = append(p.ParameterOIDs, uint32(oid))
		}
		m = p
	case kind == "B" && len(words) >= 3:
		if m, err = bind(name(1), name(2), words[3:]); err != nil {
			return nil, err
		}
	case kind == "D" && len(words) == 3:
		m = &pgproto3.Describe{ObjectType: words[1][0], Name: name(2)}
	case kind == "C" && len(words) == 3:
		m = &pgproto3.Close{ObjectType: words[1][0], Name: name(2)}
	case kind == "E" && len(words) == 3:
		rows, err := strconv.ParseUint(words[2], 10, 32)
		if err != nil {
			return nil, err
		}
		m = &pgproto3.Execute{Portal: name(1), MaxRows: uint32(rows)}
	case kind == "d" && len(words) == 2:
		m = &pgproto3.CopyData{Data: []byte(words[1])}
	case kind == "c":
		m = &pgproto3.CopyDone{}
	case kind == "f" && len(words) == 2:
		m = &pgproto3.CopyFail{Message: words[1]}
	case kind == "S":
		m = &pgproto3.Sync{}
	case kind == "H":
		m = &pgproto3.Flush{}
	case kind == "X":
		m = &pgproto3.Terminate{}
	case kind == "raw" && len(words) == 3:
		typ, err := hex.DecodeString(words[1])
		if err != nil || len(typ) != 1 {
			return nil, errors.New("the type is two hex digits")
		}
		body, err := value(words[2])
		if err != nil {
			return nil, err
		}
		b := binary.BigEndian.AppendUint32(typ, uint32(len(body)+4))
		return append(b, body...), nil
	default:
		return nil, errors.New("no such message")
	}
	return m.Encode(nil)
}

func bind(portal, statement string, words []string) (*pgproto3.Bind, error) {
	b := &pgproto3.Bind{DestinationPortal: portal, PreparedStatement: statement}
	for _, w := range words {
		codes := &b.ParameterFormatCodes
		list, in := strings.CutPrefix(w, "in=")
		if !in {
			codes = &b.ResultFormatCodes
			if list, in = strings.CutPrefix(w, "out="); !in {
				v, err := value(w)
				if err != nil {
					return nil, err
				}
				b.Parameters = append(b.Parameters, v)
				continue
			}
		}
		for _, c := range strings.Split(list, ",") {
			n, err := strconv.ParseInt(c, 10, 16)
			if err != nil {
				return nil, err
			}
			*codes = append(*codes, int16(n))
		}
	}
	return b, nil
}

// value is a string, bytes in hex, or null. split has marked strings.
func value(word string) ([]byte, error) {
	if text, ok := strings.CutPrefix(word, quoted); ok {
		return []byte(text), nil
	}
	if word == "null" {
		return nil, nil
	}
	return hex.DecodeString(strings.TrimPrefix(word, "x"))
}

// quoted stands before a string argument of B and raw, which could also be hex.
const quoted = "\x00"

// split cuts a line into words; strings are unquoted.
func split(line string) ([]string, error) {
	var words []string
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		if line[0] != '"' {
			word, rest, _ := strings.Cut(line, " ")
			words, line = append(words, word), rest
			continue
		}
		q, err := strconv.QuotedPrefix(line)
		if err != nil {
			return nil, err
		}
		s, err := strconv.Unquote(q)
		if err != nil {
			return nil, err
		}
		if len(words) > 0 && slices.Contains([]string{"B", "raw"}, words[0]) {
			s = quoted + s
		}
		words, line = append(words, s), line[len(q):]
	}
	return words, nil
}
