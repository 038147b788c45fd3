package schema

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/meta/types"
)

// objects use between them every field of an object.
func objects() []*Object {
	return []*Object{
		{ID: 16390, Kind: NamespaceObject, Name: "s", Version: 2, Owner: 16400, Comment: "mine", Dropped: true, ACL: []Grant{{Grantee: 1, Grantor: 2, Privileges: Select | Update, GrantOption: Select}}},
		{ID: 16391, Kind: ViewObject, Namespace: "s", Name: "v", Depends: []Dependency{{ID: 16385, Column: 3}, {ID: 16386}}, View: &View{
			Text: "SELECT 1", Columns: []Column{{ID: 1, Name: "a", Type: types.VarcharN(3), Comment: "c"}}, Options: []string{"security_barrier=true"}, Check: "local",
			Refs: []ViewRef{{Pos: 9, ID: 16385, Namespace: "s", Columns: []ViewColumn{{ID: 1, Name: "x"}, {ID: 3, Name: "y"}}}},
		}},
		{ID: 16392, Kind: SequenceObject, Namespace: "s", Name: "q", Sequence: &Sequence{
			Type: "bigint", Start: -1, Increment: -2, Min: -9, Max: 9, Cache: 5, Cycle: true, OwnerTable: 7, OwnerColumn: 8, Identity: true, Epoch: 3, Restart: -4,
		}},
		{ID: 16393, Kind: RoleObject, Name: "r", Role: &Role{
			Superuser: true, Login: true, BypassRLS: true, Limit: -1, Password: "x", ValidUntil: "infinity",
			Members: []Member{{Role: 10, Grantor: 11, Admin: true}}, Settings: []string{"work_mem=1"},
		}},
		{ID: 16394, Kind: TypeObject, Namespace: "s", Name: "e", Labels: []string{"a", ""}, Numbers: []int32{-7, 1 << 20}},
		{ID: 5, Kind: DatabaseObject, Name: "d"},
	}
}

// TestObjectRoundTrip: decoding gives what was encoded, for every field; flipped
// bits are found, and a clone shares nothing that can change.
func TestObjectRoundTrip(t *testing.T) {
	for _, o := range objects() {
		record := AppendObject(nil, o)
		back, err := DecodeObject(record)
		require.NoError(t, err)
		require.Equal(t, o, back)
		require.Equal(t, o, o.Clone())
		for i := range record {
			bad := append([]byte(nil), record...)
			bad[i] ^= 1
			_, err := DecodeObject(bad)
			require.Error(t, err)
		}
	}
}

// TestChangeRoundTrip does the same for a change, and renumbers its placeholders
// wherever they stand.
func TestChangeRoundTrip(t *testing.T) {
	tbl := examples()["full"].Clone()
	tbl.ID = TableID(NewID)
	tbl.Columns[0].Sequence = NewID + 1
	tbl.Columns[1].Depends = []Dependency{{ID: NewID + 1}}
	seq := &Object{ID: NewID + 1, Kind: SequenceObject, Namespace: "s", Name: "q", Sequence: &Sequence{OwnerTable: NewID}}
	c := &Change{At: 7, Tables: []*Table{tbl}, Objects: append(objects(), seq), Drop: []ObjectID{4, 5}}
	back, err := DecodeChange(AppendChange(nil, c))
	require.NoError(t, err)
	require.Equal(t, c, back)
	back.Renumber(func(id ObjectID) ObjectID { return id - NewID + 100 })
	require.Equal(t, TableID(100), back.Tables[0].ID)
	require.Equal(t, ObjectID(101), back.Tables[0].Columns[0].Sequence)
	require.Equal(t, ObjectID(101), back.Tables[0].Columns[1].Depends[0].ID)
	require.Equal(t, ObjectID(100), back.Objects[len(back.Objects)-1].Sequence.OwnerTable)
	require.Equal(t, objects()[0], back.Objects[0])
}
