package physical

// Fields and Inputs of every node.

func (n *Scan) Fields() []Field             { return n.Out }
func (n *VirtualScan) Fields() []Field      { return n.Out }
func (n *Input) Fields() []Field            { return n.Out }
func (n *Values) Fields() []Field           { return n.Out }
func (n *Filter) Fields() []Field           { return n.Input.Fields() }
func (n *Project) Fields() []Field          { return n.Out }
func (n *Aggregate) Fields() []Field        { return n.Out }
func (n *Join) Fields() []Field             { return n.Out }
func (n *Apply) Fields() []Field            { return n.Out }
func (n *Recursive) Fields() []Field        { return n.Out }
func (n *WorkTable) Fields() []Field        { return n.Out }
func (n *With) Fields() []Field             { return n.Input.Fields() }
func (n *CTEScan) Fields() []Field          { return n.Out }
func (n *Sort) Fields() []Field             { return n.Input.Fields() }
func (n *Limit) Fields() []Field            { return n.Input.Fields() }
func (n *Append) Fields() []Field           { return n.Out }
func (n *DistinctOn) Fields() []Field       { return n.Input.Fields() }
func (n *SingleRow) Fields() []Field        { return n.Input.Fields() }
func (n *ProjectSet) Fields() []Field       { return n.Out }
func (n *Gather) Fields() []Field           { return n.Input.Fields() }
func (n *Insert) Fields() []Field           { return n.Out }
func (n *Conflict) Fields() []Field         { return n.Out }
func (n *Upsert) Fields() []Field           { return n.Out }
func (n *Update) Fields() []Field           { return n.Out }
func (n *Delete) Fields() []Field           { return n.Out }
func (n *CreateTable) Fields() []Field      { return nil }
func (n *Truncate) Fields() []Field         { return nil }
func (n *Change) Fields() []Field           { return nil }
func (n *CreateIndex) Fields() []Field      { return nil }
func (n *CreateHypertable) Fields() []Field { return n.Out }

func (n *Scan) Inputs() []Node             { return nil }
func (n *VirtualScan) Inputs() []Node      { return nil }
func (n *Input) Inputs() []Node            { return nil }
func (n *Values) Inputs() []Node           { return nil }
func (n *Filter) Inputs() []Node           { return []Node{n.Input} }
func (n *Project) Inputs() []Node          { return []Node{n.Input} }
func (n *Aggregate) Inputs() []Node        { return []Node{n.Input} }
func (n *Join) Inputs() []Node             { return []Node{n.Left, n.Right} }
func (n *Apply) Inputs() []Node            { return []Node{n.Left, n.Right} }
func (n *Recursive) Inputs() []Node        { return []Node{n.Seed, n.Step} }
func (n *WorkTable) Inputs() []Node        { return nil }
func (n *With) Inputs() []Node             { return []Node{n.Query, n.Input} }
func (n *CTEScan) Inputs() []Node          { return nil }
func (n *Sort) Inputs() []Node             { return []Node{n.Input} }
func (n *Limit) Inputs() []Node            { return []Node{n.Input} }
func (n *Append) Inputs() []Node           { return n.All }
func (n *DistinctOn) Inputs() []Node       { return []Node{n.Input} }
func (n *SingleRow) Inputs() []Node        { return []Node{n.Input} }
func (n *ProjectSet) Inputs() []Node       { return []Node{n.Input} }
func (n *Gather) Inputs() []Node           { return []Node{n.Input} }
func (n *Insert) Inputs() []Node           { return []Node{n.Input} }
func (n *Conflict) Inputs() []Node         { return []Node{n.Input} }
func (n *Upsert) Inputs() []Node           { return []Node{n.Input} }
func (n *Update) Inputs() []Node           { return []Node{n.Input} }
func (n *Delete) Inputs() []Node           { return []Node{n.Input} }
func (n *CreateTable) Inputs() []Node      { return nil }
func (n *Truncate) Inputs() []Node         { return nil }
func (n *Change) Inputs() []Node           { return nil }
func (n *CreateIndex) Inputs() []Node      { return nil }
func (n *CreateHypertable) Inputs() []Node { return nil }
