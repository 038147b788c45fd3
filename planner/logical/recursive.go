package logical

type (
	// Recursive is WITH RECURSIVE, a union of Seed and Step; see
	// physical.Recursive. In[i][k] is the id of the column of input i that becomes
	// Out[k].
	Recursive struct {
		ID         int
		Seed, Step Node
		In         [2][]int
		All        bool
		Out        []Col
	}
	// WorkTable is what Step reads of the rows before.
	WorkTable struct {
		ID  int
		Out []Col
	}
)

func (n *Recursive) Cols() []Col { return n.Out }
func (n *WorkTable) Cols() []Col { return n.Out }

func (n *Recursive) Inputs() []Node { return []Node{n.Seed, n.Step} }
func (n *WorkTable) Inputs() []Node { return nil }

func (n *Recursive) With(in []Node) Node { c := *n; c.Seed, c.Step = in[0], in[1]; return &c }
func (n *WorkTable) With([]Node) Node    { return n }
