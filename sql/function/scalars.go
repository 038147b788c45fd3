package function

import "strings"

// regTypes print objects by name; they cast into each other as their numbers do.
var regTypes = []string{
	"regclass", "regproc", "regprocedure", "regoper", "regoperator", "regtype", "regnamespace", "regrole",
	"regconfig", "regdictionary", "regcollation",
}

// comparisonOperators are the six of a type with an order.
var comparisonOperators = []string{"=", "<>", "<", "<=", ">", ">="}

// addScalars adds the operators and functions of char(n), "char", the times of
// day, network addresses and bit strings.
func (t *table) addScalars() {
	var b strings.Builder
	for _, op := range comparisonOperators {
		for _, ty := range []string{"bpchar", "char", "time", "timetz", "inet", "bit", "varbit"} {
			b.WriteString(op + "(" + ty + "," + ty + ") bool t\n")
		}
	}
	for _, op := range []string{"~<~", "~<=~", "~>~", "~>=~"} {
		b.WriteString(op + "(text,text) bool t\n" + op + "(bpchar,bpchar) bool t\n")
	}
	for _, op := range []string{"~~", "!~~", "~~*", "!~~*", "~", "!~", "~*", "!~*"} {
		b.WriteString(op + "(bpchar,text) bool\n")
	}
	for _, op := range []string{"<<", "<<=", ">>", ">>=", "&&"} {
		b.WriteString(op + "(inet,inet) bool t\n")
	}
	t.addLines(Scalar, b.String())
	t.addLines(Scalar, scalarFunctions)
	t.addLines(Scalar, lengthFunctions)
}

const scalarFunctions = `
length(bpchar) int4 t
char_length(bpchar) int4 t
character_length(bpchar) int4 t
octet_length(bpchar) int4 t

+(date,time) timestamp
+(time,date) timestamp
+(date,timetz) timestamptz
+(timetz,date) timestamptz
+(time,interval) time t
+(interval,time) time t
-(time,interval) time t
-(time,time) interval t
+(timetz,interval) timetz t
+(interval,timetz) timetz t
-(timetz,interval) timetz t
timestamp(date,time) timestamp
timestamptz(date,time) timestamptz s
timestamptz(date,timetz) timestamptz
make_time(int4,int4,float8) time
date_part(text,time) float8
date_part(text,timetz) float8
extract(text,time) numeric
extract(text,timetz) numeric
timezone(text,timetz) timetz s
timezone(interval,timetz) timetz
current_time() timetz s t
localtime() time s t

~(inet) inet t
&(inet,inet) inet
|(inet,inet) inet
+(inet,int8) inet
+(int8,inet) inet
-(inet,int8) inet
-(inet,inet) int8
abbrev(inet) text t
abbrev(cidr) text t
broadcast(inet) inet t
family(inet) int4 t
host(inet) text t
hostmask(inet) inet t
masklen(inet) int4 t
netmask(inet) inet t
network(inet) cidr t
set_masklen(inet,int4) inet
set_masklen(cidr,int4) cidr
inet_same_family(inet,inet) bool t
inet_merge(inet,inet) cidr
inet_client_addr() inet s n t
inet_client_port() int4 s n t
inet_server_addr() inet s n t
inet_server_port() int4 s n t

&(bit,bit) bit
|(bit,bit) bit
#(bit,bit) bit
~(bit) bit t
<<(bit,int4) bit t
>>(bit,int4) bit t
||(varbit,varbit) varbit
bit_count(bit) int8 t
bit_length(bit) int4 t
octet_length(bit) int4 t
length(bit) int4 t
get_bit(bit,int4) int4
set_bit(bit,int4,int4) bit
position(bit,bit) int4 t
substring(bit,int4) bit t
substring(bit,int4,int4) bit
overlay(bit,bit,int4) bit
overlay(bit,bit,int4,int4) bit
`

// scalarCasts is the part of pgCast of these types; see there.
const scalarCasts = `
text bpchar i t
varchar bpchar i t
name bpchar a t
bpchar bpchar i
bpchar text i t
bpchar varchar i t
bpchar name i t
bool bpchar a t
text char a t
varchar char a t
bpchar char a t
char text i t
char varchar a t
char bpchar a t
char int4 e t
int4 char e
time interval i t
time time i t
time timetz i s t
timetz time a t
timetz timetz i t
interval time a t
timestamp time a
timestamptz time a s
timestamptz timetz a s
cidr inet i t
inet cidr a t
inet text a t
inet varchar a t
inet bpchar a t
cidr text a t
cidr varchar a t
cidr bpchar a t
bit bit i
bit varbit i t
varbit bit i t
varbit varbit i
int4 bit e
int8 bit e
bit int4 e
bit int8 e
text regclass i s
varchar regclass i s
regproc regprocedure i t
regprocedure regproc i t
regoper regoperator i t
regoperator regoper i t
`

// regCasts are those that every reg type has.
func regCasts() string {
	var b strings.Builder
	for _, r := range regTypes {
		b.WriteString("int2 " + r + " i t\nint4 " + r + " i t\nint8 " + r + " i\noid " + r + " i t\n")
		b.WriteString(r + " int4 a t\n" + r + " int8 a t\n" + r + " oid i t\n")
	}
	return b.String()
}

// scalarIO is the part of ioTypes of these types; see there.
const scalarIO = `
time
timetz s
inet
cidr
bit
varbit
char
`

// lengthFunctions apply a modifier as a function.
const lengthFunctions = `
bpchar(bpchar,int4,bool) bpchar
varchar(varchar,int4,bool) varchar
bit(bit,int4,bool) bit
varbit(varbit,int4,bool) varbit
numeric(numeric,int4) numeric
time(time,int4) time t
timetz(timetz,int4) timetz t
timestamp(timestamp,int4) timestamp
timestamptz(timestamptz,int4) timestamptz
interval(interval,int4) interval
bit(int4,int4) bit
bit(int8,int4) bit
`
