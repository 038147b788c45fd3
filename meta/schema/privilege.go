package schema

// Privilege is a set of rights on an object, PostgreSQL's AclMode.
type Privilege uint32

const (
	Insert Privilege = 1 << iota
	Select
	Update
	Delete
	Truncate
	References
	Trigger
	Execute
	Usage
	Create
	CreateTemp
	Connect
)

// letters are those of aclitem, by bit.
const letters = "arwdDxtXUCTc"

// String writes the set as aclitem does.
func (p Privilege) String() string {
	var b []byte
	for i := range len(letters) {
		if p>>i&1 == 1 {
			b = append(b, letters[i])
		}
	}
	return string(b)
}

// What an owner has on a new object of each kind.
const (
	TablePrivileges     = Insert | Select | Update | Delete | Truncate | References | Trigger
	ColumnPrivileges    = Insert | Select | Update | References
	SequencePrivileges  = Usage | Select | Update
	NamespacePrivileges = Usage | Create
	DatabasePrivileges  = Create | CreateTemp | Connect
	TypePrivileges      = Usage
)

// AllPrivileges returns every privilege that an object of the kind can have.
func (k ObjectKind) AllPrivileges() Privilege {
	switch k {
	case NamespaceObject:
		return NamespacePrivileges
	case ViewObject:
		return TablePrivileges
	case SequenceObject:
		return SequencePrivileges
	case TypeObject:
		return TypePrivileges
	case DatabaseObject:
		return DatabasePrivileges
	}
	return 0
}
