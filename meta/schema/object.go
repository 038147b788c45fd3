package schema

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// ObjectID names anything of the catalog. Tables and all other objects share one
// sequence of ids, which are PostgreSQL's OIDs; those below 16384 are fixed.
type ObjectID uint32

// The ids of what always exists; PostgreSQL gives them the same.
const (
	BootstrapRole     ObjectID = 10
	PublicNamespace   ObjectID = 2200
	CatalogNamespace  ObjectID = 11
	InformationSchema ObjectID = 13207
	FastiNamespace    ObjectID = 9000
	FirstDatabase     ObjectID = 5
)

// NewID is the smallest placeholder of an object that a Change creates: the
// catalog gives it an id of its own when the change is applied.
const NewID ObjectID = 1 << 31

// ObjectKind says what an Object is. The numbers are stored: append only.
type ObjectKind uint8

const (
	NamespaceObject ObjectKind = iota + 1
	ViewObject
	SequenceObject
	TypeObject
	RoleObject
	DatabaseObject
	objectKindEnd
)

// String names the kind as PostgreSQL's messages do.
func (k ObjectKind) String() string {
	return [...]string{"object", "schema", "view", "sequence", "type", "role", "database"}[k]
}

// Global reports whether objects of the kind are in no namespace.
func (k ObjectKind) Global() bool {
	return k == NamespaceObject || k == RoleObject || k == DatabaseObject
}

// Relation reports whether the kind shares its names with tables.
func (k ObjectKind) Relation() bool { return k == ViewObject || k == SequenceObject }

// Object is the descriptor of anything in the catalog but a table: immutable,
// shared by all who hold a catalog view.
type Object struct {
	ID        ObjectID
	Kind      ObjectKind
	Namespace string // "" for a Global kind
	Name      string
	// Version grows with every change of the descriptor.
	Version uint32
	// Owner is a role; 0 stands for BootstrapRole.
	Owner   ObjectID
	ACL     []Grant
	Comment string
	// Dropped marks a fixed object that has been dropped: its record hides it.
	Dropped bool
	// Depends lists what cannot be dropped while this object exists.
	Depends []Dependency
	// What the kind has beyond: one of these is set, or Labels.
	View     *View
	Sequence *Sequence
	Role     *Role
	// Labels are the labels of an enum type in their order, Numbers what stands for
	// each in stored values: they increase.
	Labels  []string
	Numbers []int32
}

// Dependency is a table or object, or with Column one column of it.
type Dependency struct {
	ID     ObjectID
	Column ColumnID // 0: the whole
}

// Grant is one entry of an access control list. Privileges and GrantOption are
// sets of Privilege bits.
type Grant struct {
	Grantee     ObjectID // 0: PUBLIC
	Grantor     ObjectID
	Privileges  Privilege
	GrantOption Privilege
}

// View is the body of a view.
type View struct {
	// Text is the query, normalized, every name qualified.
	Text string
	// Columns are the names and types of the columns, which the query gives in
	// this order; of Column the fields ID, Name, Type and Comment count.
	Columns []Column
	// Options are those of WITH (…), as "name=value", in order.
	Options []string
	// Check is "", "local" or "cascaded".
	Check string
	// Refs are the relations that Text names.
	Refs []ViewRef
}

// ViewRef says what a table reference in the text of a view stands for.
type ViewRef struct {
	Pos int // byte offset in the text
	ID  ObjectID
	// Namespace is the one that the relation was in when the view was made.
	Namespace string
	// Columns are those that the relation had when the view was made, in their
	// order, under the names of then.
	Columns []ViewColumn
}

// ViewColumn is a column as the text of a view names it; of a view the ID is its
// place from 1.
type ViewColumn struct {
	ID   ColumnID
	Name string
}

// Sequence is the body of a sequence; where it stands is kept apart, see
// meta/catalog.
type Sequence struct {
	// Type is "smallint", "integer" or "bigint".
	Type             string
	Start, Increment int64
	Min, Max         int64
	Cache            int64
	Cycle            bool
	OwnerTable       ObjectID // 0: owned by no column
	OwnerColumn      ColumnID
	Identity         bool   // it belongs to an identity column and goes with it
	Epoch            uint32 // grows with each RESTART: a new counter begins
	Restart          int64  // first value of the counter of this epoch
}

// Role is the body of a role.
type Role struct {
	Superuser, Inherit, CreateRole, CreateDB, Login, Replication, BypassRLS bool
	// Limit is the connection limit, -1 for none.
	Limit int
	// Password is the stored secret, "" for none; it is not checked by Fasti.
	Password string
	// ValidUntil is the text of VALID UNTIL.
	ValidUntil string
	// Members are the roles that this one has been granted to.
	Members []Member
	// Settings are those of ALTER ROLE … SET, as "name=value".
	Settings []string
}

// Member is one grant of a role to another.
type Member struct {
	Role, Grantor ObjectID
	Admin         bool
}

// Clone returns a copy of o that shares nothing with it.
func (o *Object) Clone() *Object {
	c := *o
	c.ACL, c.Depends = slices.Clone(o.ACL), slices.Clone(o.Depends)
	c.Labels, c.Numbers = slices.Clone(o.Labels), slices.Clone(o.Numbers)
	if o.View != nil {
		v := *o.View
		v.Columns, v.Options, v.Refs = slices.Clone(v.Columns), slices.Clone(v.Options), slices.Clone(v.Refs)
		c.View = &v
	}
	if o.Sequence != nil {
		s := *o.Sequence
		c.Sequence = &s
	}
	if o.Role != nil {
		r := *o.Role
		r.Members, r.Settings = slices.Clone(r.Members), slices.Clone(r.Settings)
		c.Role = &r
	}
	return &c
}

// Validate checks what every reader of the descriptor relies on.
func (o *Object) Validate() error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w: %s %q: %s", ErrInvalid, o.Kind, o.Name, fmt.Sprintf(format, args...))
	}
	switch {
	case o.Kind == 0 || o.Kind >= objectKindEnd:
		return fmt.Errorf("%w: object of kind %d", ErrInvalid, o.Kind)
	case o.ID == 0:
		return bad("no id")
	case o.Name == "":
		return bad("no name")
	case (o.Namespace == "") != o.Kind.Global():
		return bad("in namespace %q", o.Namespace)
	case (o.View != nil) != (o.Kind == ViewObject), (o.Sequence != nil) != (o.Kind == SequenceObject), (o.Role != nil) != (o.Kind == RoleObject):
		return bad("wrong body")
	}
	if err := o.validateLabels(); err != nil {
		return bad("%v", err)
	}
	return nil
}

// The body of an object's record, version 1, like a table's.
const (
	objectVersion = 1

	objectID        = 1  // varint
	objectKind      = 2  // varint
	objectNamespace = 3  // string
	objectName      = 4  // string
	objectRevision  = 5  // varint: Object.Version
	objectOwner     = 6  // varint
	objectGrant     = 7  // message, repeated
	objectComment   = 8  // string
	objectDropped   = 9  // varint, 1
	objectDepends   = 10 // message, repeated
	objectView      = 11 // message
	objectSequence  = 12 // message
	objectRole      = 13 // message
	objectLabel     = 14 // string, repeated
	objectNumbers   = 15 // packed zigzag

	dependsID     = 1 // varint
	dependsColumn = 2 // varint

	grantGrantee    = 1 // varint
	grantGrantor    = 2 // varint
	grantPrivileges = 3 // varint
	grantOption     = 4 // varint

	viewText   = 1 // string
	viewColumn = 2 // message, repeated: a column of a table
	viewOption = 3 // string, repeated
	viewCheck  = 4 // string
	viewRef    = 5 // message, repeated

	refPos     = 1 // varint
	refID      = 2 // varint
	refColumn  = 3 // message, repeated: dependsColumn and columnsRef
	columnsRef = 3 // string
	refSpace   = 4 // string

	sequenceType        = 1  // string
	sequenceStart       = 2  // zigzag
	sequenceIncrement   = 3  // zigzag
	sequenceMin         = 4  // zigzag
	sequenceMax         = 5  // zigzag
	sequenceCache       = 6  // zigzag
	sequenceCycle       = 7  // varint, 1
	sequenceOwnerTable  = 8  // varint
	sequenceOwnerColumn = 9  // varint
	sequenceIdentity    = 10 // varint, 1
	sequenceEpoch       = 11 // varint
	sequenceRestart     = 12 // zigzag

	roleFlags      = 1 // varint: bits in the order of the fields
	roleLimit      = 2 // zigzag
	rolePassword   = 3 // string
	roleValidUntil = 4 // string
	roleMember     = 5 // message, repeated
	roleSetting    = 6 // string, repeated

	memberRole    = 1 // varint
	memberGrantor = 2 // varint
	memberAdmin   = 3 // varint, 1
)

// AppendObject appends the record of o, which must be valid.
func AppendObject(dst []byte, o *Object) []byte {
	return AppendRecord(dst, objectVersion, func(b []byte) []byte {
		b = appendUint(b, objectID, uint64(o.ID))
		b = appendUint(b, objectKind, uint64(o.Kind))
		b = appendString(b, objectNamespace, o.Namespace)
		b = appendString(b, objectName, o.Name)
		b = appendUint(b, objectRevision, uint64(o.Version))
		b = appendUint(b, objectOwner, uint64(o.Owner))
		b = appendGrants(b, objectGrant, o.ACL)
		b = appendString(b, objectComment, o.Comment)
		b = appendBool(b, objectDropped, o.Dropped)
		b = appendDepends(b, objectDepends, o.Depends)
		if v := o.View; v != nil {
			b = appendMessage(b, objectView, appendView(nil, v))
		}
		if s := o.Sequence; s != nil {
			b = appendMessage(b, objectSequence, appendSequence(nil, s))
		}
		if r := o.Role; r != nil {
			b = appendMessage(b, objectRole, appendRole(nil, r))
		}
		b = appendStrings(b, objectLabel, o.Labels)
		return appendNumbers(b, objectNumbers, o.Numbers)
	})
}

func appendDepends(b []byte, num protowire.Number, list []Dependency) []byte {
	for _, d := range list {
		m := appendUint(nil, dependsID, uint64(d.ID))
		b = appendMessage(b, num, appendUint(m, dependsColumn, uint64(d.Column)))
	}
	return b
}

func appendGrants(b []byte, num protowire.Number, list []Grant) []byte {
	for _, g := range list {
		m := appendUint(nil, grantGrantee, uint64(g.Grantee))
		m = appendUint(m, grantGrantor, uint64(g.Grantor))
		m = appendUint(m, grantPrivileges, uint64(g.Privileges))
		b = appendMessage(b, num, appendUint(m, grantOption, uint64(g.GrantOption)))
	}
	return b
}

func appendView(b []byte, v *View) []byte {
	b = appendString(b, viewText, v.Text)
	for i := range v.Columns {
		b = appendMessage(b, viewColumn, appendColumn(nil, &v.Columns[i]))
	}
	b = appendStrings(b, viewOption, v.Options)
	b = appendString(b, viewCheck, v.Check)
	for _, r := range v.Refs {
		m := appendUint(nil, refPos, uint64(r.Pos))
		m = appendUint(m, refID, uint64(r.ID))
		m = appendString(m, refSpace, r.Namespace)
		for _, c := range r.Columns {
			m = appendMessage(m, refColumn, appendString(appendUint(nil, dependsColumn, uint64(c.ID)), columnsRef, c.Name))
		}
		b = appendMessage(b, viewRef, m)
	}
	return b
}

func appendSequence(b []byte, s *Sequence) []byte {
	b = appendString(b, sequenceType, s.Type)
	b = appendInt(b, sequenceStart, s.Start)
	b = appendInt(b, sequenceIncrement, s.Increment)
	b = appendInt(b, sequenceMin, s.Min)
	b = appendInt(b, sequenceMax, s.Max)
	b = appendInt(b, sequenceCache, s.Cache)
	b = appendBool(b, sequenceCycle, s.Cycle)
	b = appendUint(b, sequenceOwnerTable, uint64(s.OwnerTable))
	b = appendUint(b, sequenceOwnerColumn, uint64(s.OwnerColumn))
	b = appendBool(b, sequenceIdentity, s.Identity)
	b = appendUint(b, sequenceEpoch, uint64(s.Epoch))
	return appendInt(b, sequenceRestart, s.Restart)
}

func (r *Role) flags() []*bool {
	return []*bool{&r.Superuser, &r.Inherit, &r.CreateRole, &r.CreateDB, &r.Login, &r.Replication, &r.BypassRLS}
}

func appendRole(b []byte, r *Role) []byte {
	var flags uint64
	for i, f := range r.flags() {
		if *f {
			flags |= 1 << i
		}
	}
	b = appendUint(b, roleFlags, flags)
	b = appendInt(b, roleLimit, int64(r.Limit))
	b = appendString(b, rolePassword, r.Password)
	b = appendString(b, roleValidUntil, r.ValidUntil)
	for _, m := range r.Members {
		x := appendUint(nil, memberRole, uint64(m.Role))
		x = appendUint(x, memberGrantor, uint64(m.Grantor))
		b = appendMessage(b, roleMember, appendBool(x, memberAdmin, m.Admin))
	}
	return appendStrings(b, roleSetting, r.Settings)
}

// DecodeObject returns the object of a record. It returns ErrNewer, or ErrCorrupt
// for what AppendObject cannot have written.
func DecodeObject(src []byte) (*Object, error) {
	_, body, err := OpenRecord(src, objectVersion)
	if err != nil {
		return nil, fmt.Errorf("object: %w", err)
	}
	o := &Object{}
	err = eachField(body, func(num protowire.Number, f field) error {
		switch num {
		case objectID:
			return setUint(&o.ID, f)
		case objectKind:
			return setUint(&o.Kind, f)
		case objectNamespace:
			return setString(&o.Namespace, f)
		case objectName:
			return setString(&o.Name, f)
		case objectRevision:
			return setUint(&o.Version, f)
		case objectOwner:
			return setUint(&o.Owner, f)
		case objectGrant:
			return addGrant(&o.ACL, f)
		case objectComment:
			return setString(&o.Comment, f)
		case objectDropped:
			o.Dropped = f.num != 0
		case objectDepends:
			return addDependency(&o.Depends, f)
		case objectView:
			o.View = &View{}
			return f.message(o.View.field)
		case objectSequence:
			o.Sequence = &Sequence{}
			return f.message(o.Sequence.field)
		case objectRole:
			o.Role = &Role{}
			return f.message(o.Role.field)
		case objectLabel:
			return addString(&o.Labels, f)
		case objectNumbers:
			return setNumbers(&o.Numbers, f)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("object: %w", err)
	}
	if err := o.Validate(); err != nil {
		return nil, fmt.Errorf("object: %w: %w", ErrCorrupt, err)
	}
	return o, nil
}

func addDependency(list *[]Dependency, f field) error {
	var d Dependency
	err := f.message(func(num protowire.Number, f field) error {
		switch num {
		case dependsID:
			return setUint(&d.ID, f)
		case dependsColumn:
			return setUint(&d.Column, f)
		}
		return nil
	})
	*list = append(*list, d)
	return err
}

func addGrant(list *[]Grant, f field) error {
	var g Grant
	err := f.message(func(num protowire.Number, f field) error {
		switch num {
		case grantGrantee:
			return setUint(&g.Grantee, f)
		case grantGrantor:
			return setUint(&g.Grantor, f)
		case grantPrivileges:
			return setUint(&g.Privileges, f)
		case grantOption:
			return setUint(&g.GrantOption, f)
		}
		return nil
	})
	*list = append(*list, g)
	return err
}

func (v *View) field(num protowire.Number, f field) error {
	switch num {
	case viewText:
		return setString(&v.Text, f)
	case viewColumn:
		c, err := decodeColumn(f)
		v.Columns = append(v.Columns, c)
		return err
	case viewOption:
		return addString(&v.Options, f)
	case viewCheck:
		return setString(&v.Check, f)
	case viewRef:
		var r ViewRef
		err := f.message(r.field)
		v.Refs = append(v.Refs, r)
		return err
	}
	return nil
}

func (r *ViewRef) field(num protowire.Number, f field) error {
	switch num {
	case refPos:
		var n uint32
		err := setUint(&n, f)
		r.Pos = int(n)
		return err
	case refID:
		return setUint(&r.ID, f)
	case refSpace:
		return setString(&r.Namespace, f)
	case refColumn:
		var c ViewColumn
		err := f.message(func(num protowire.Number, f field) error {
			switch num {
			case dependsColumn:
				return setUint(&c.ID, f)
			case columnsRef:
				return setString(&c.Name, f)
			}
			return nil
		})
		r.Columns = append(r.Columns, c)
		return err
	}
	return nil
}

func (s *Sequence) field(num protowire.Number, f field) error {
	switch num {
	case sequenceType:
		return setString(&s.Type, f)
	case sequenceStart:
		return setInt(&s.Start, f)
	case sequenceIncrement:
		return setInt(&s.Increment, f)
	case sequenceMin:
		return setInt(&s.Min, f)
	case sequenceMax:
		return setInt(&s.Max, f)
	case sequenceCache:
		return setInt(&s.Cache, f)
	case sequenceCycle:
		s.Cycle = f.num != 0
	case sequenceOwnerTable:
		return setUint(&s.OwnerTable, f)
	case sequenceOwnerColumn:
		return setUint(&s.OwnerColumn, f)
	case sequenceIdentity:
		s.Identity = f.num != 0
	case sequenceEpoch:
		return setUint(&s.Epoch, f)
	case sequenceRestart:
		return setInt(&s.Restart, f)
	}
	return nil
}

func (r *Role) field(num protowire.Number, f field) error {
	switch num {
	case roleFlags:
		for i, flag := range r.flags() {
			*flag = f.num>>i&1 == 1
		}
	case roleLimit:
		var n int32
		err := setInt(&n, f)
		r.Limit = int(n)
		return err
	case rolePassword:
		return setString(&r.Password, f)
	case roleValidUntil:
		return setString(&r.ValidUntil, f)
	case roleMember:
		var m Member
		err := f.message(func(num protowire.Number, f field) error {
			switch num {
			case memberRole:
				return setUint(&m.Role, f)
			case memberGrantor:
				return setUint(&m.Grantor, f)
			case memberAdmin:
				m.Admin = f.num != 0
			}
			return nil
		})
		r.Members = append(r.Members, m)
		return err
	case roleSetting:
		return addString(&r.Settings, f)
	}
	return nil
}

// message reads a field that is a message.
func (f field) message(each func(protowire.Number, field) error) error {
	if f.typ != protowire.BytesType {
		return f.mismatch()
	}
	return eachField(f.bytes, each)
}

func addString(list *[]string, f field) error {
	var s string
	err := setString(&s, f)
	*list = append(*list, s)
	return err
}

func appendMessage(b []byte, num protowire.Number, m []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, num, protowire.BytesType), m)
}

func appendStrings(b []byte, num protowire.Number, list []string) []byte {
	for _, s := range list {
		b = protowire.AppendString(protowire.AppendTag(b, num, protowire.BytesType), s)
	}
	return b
}

func appendBool(b []byte, num protowire.Number, v bool) []byte {
	if v {
		return appendUint(b, num, 1)
	}
	return b
}
