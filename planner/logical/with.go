package logical

type (
	// With gives the rows of Input, in which CTEScan ID stands for those of Query.
	// It stands above all else in a statement.
	With struct {
		ID    int
		Name  string
		Query Node
		Out   []Col // of Query, in the order written
		Input Node
	}
	// CTEScan reads the rows of the With with its ID. Out are the columns of its
	// Query in order; those of one scan may have the same ids.
	CTEScan struct {
		ID          int
		Name, Alias string
		Out         []Col
	}
)

func (n *With) Cols() []Col    { return n.Input.Cols() }
func (n *CTEScan) Cols() []Col { return n.Out }

func (n *With) Inputs() []Node    { return []Node{n.Query, n.Input} }
func (n *CTEScan) Inputs() []Node { return nil }

func (n *With) With(in []Node) Node { c := *n; c.Query, c.Input = in[0], in[1]; return &c }
func (n *CTEScan) With([]Node) Node { return n }
