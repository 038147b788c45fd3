// Package sqlerr is the error that a client sees: a message with SQLSTATE and
// the optional fields of PostgreSQL's ErrorResponse.
package sqlerr

import (
	"errors"
	"fmt"
)

// The SQLSTATEs we raise, by their names in PostgreSQL's errcodes.txt.
const (
	SuccessfulCompletion         = "00000"
	Warning                      = "01000"
	ConnectionFailure            = "08006"
	TransactionResolutionUnknown = "08007"
	ProtocolViolation            = "08P01"
	FeatureNotSupported          = "0A000"
	CardinalityViolation         = "21000"
	StringDataRightTruncation    = "22001"
	NumericValueOutOfRange       = "22003"
	NullValueNotAllowed          = "22004"
	InvalidDatetimeFormat        = "22007"
	DatetimeFieldOverflow        = "22008"
	InvalidTimeZoneDisplacement  = "22009"
	SubstringError               = "22011"
	DivisionByZero               = "22012"
	InvalidPrecedingOrFollowing  = "22013"
	InvalidArgumentForNtile      = "22014"
	IntervalFieldOverflow        = "22015"
	InvalidArgumentForNthValue   = "22016"
	InvalidArgumentForLogarithm  = "2201E"
	InvalidArgumentForPower      = "2201F"
	InvalidRowCountInLimit       = "2201W"
	InvalidRowCountInOffset      = "2201X"
	InvalidRegularExpression     = "2201B"
	StringDataLengthMismatch     = "22026"
	CharacterNotInRepertoire     = "22021"
	InvalidParameterValue        = "22023"
	InvalidEscapeSequence        = "22025"
	InvalidUseOfEscapeCharacter  = "2200C"
	ArraySubscriptError          = "2202E"
	InvalidTextRepresentation    = "22P02"
	InvalidBinaryRepresentation  = "22P03"
	BadCopyFileFormat            = "22P04"
	UntranslatableCharacter      = "22P05"
	NotNullViolation             = "23502"
	UniqueViolation              = "23505"
	CheckViolation               = "23514"
	ActiveSQLTransaction         = "25001"
	NoActiveSQLTransaction       = "25P01"
	InFailedSQLTransaction       = "25P02"
	ReadOnlySQLTransaction       = "25006"
	InvalidSQLStatementName      = "26000"
	InvalidAuthorization         = "28000"
	InvalidCursorName            = "34000"
	InvalidSavepoint             = "3B001"
	InvalidCatalogName           = "3D000"
	InvalidSchemaName            = "3F000"
	SerializationFailure         = "40001"
	StatementCompletionUnknown   = "40003"
	DeadlockDetected             = "40P01"
	SyntaxError                  = "42601"
	InsufficientPrivilege        = "42501"
	CannotCoerce                 = "42846"
	GroupingError                = "42803"
	WindowingError               = "42P20"
	DatatypeMismatch             = "42804"
	WrongObjectType              = "42809"
	UndefinedColumn              = "42703"
	UndefinedFunction            = "42883"
	UndefinedTable               = "42P01"
	UndefinedParameter           = "42P02"
	UndefinedObject              = "42704"
	DuplicateColumn              = "42701"
	DuplicateCursor              = "42P03"
	InvalidCursorDefinition      = "42P11"
	DuplicatePreparedStatement   = "42P05"
	DuplicateTable               = "42P07"
	DuplicateAlias               = "42712"
	DuplicateObject              = "42710"
	DuplicateSchema              = "42P06"
	ReservedName                 = "42939"
	DependentObjectsStillExist   = "2BP01"
	InvalidObjectDefinition      = "42P17"
	SequenceLimitExceeded        = "2200H"
	GeneratedAlways              = "428C9"
	InvalidGrantOperation        = "0LP01"
	AmbiguousColumn              = "42702"
	AmbiguousFunction            = "42725"
	AmbiguousParameter           = "42P08"
	AmbiguousAlias               = "42P09"
	InvalidColumnReference       = "42P10"
	InvalidRecursion             = "42P19"
	InvalidTableDefinition       = "42P16"
	IndeterminateDatatype        = "42P18"
	InvalidName                  = "42602"
	NameTooLong                  = "42622"
	DiskFull                     = "53100"
	OutOfMemory                  = "53200"
	TooManyConnections           = "53300"
	ConfigurationLimitExceeded   = "53400"
	ProgramLimitExceeded         = "54000"
	StatementTooComplex          = "54001"
	TooManyColumns               = "54011"
	TooManyArguments             = "54023"
	ObjectNotInPrerequisiteState = "55000"
	CantChangeRuntimeParam       = "55P02"
	LockNotAvailable             = "55P03"
	QueryCanceled                = "57014"
	AdminShutdown                = "57P01"
	CannotConnectNow             = "57P03"
	IOError                      = "58030"
	SnapshotTooOld               = "72000"
	InternalError                = "XX000"
	DataCorrupted                = "XX001"
)

// Error is one ErrorResponse or NoticeResponse. The zero value of a field means
// that the field is not sent.
type Error struct {
	Code, Message, Detail, Hint, Context string
	// Pos is the 1-based byte position in the statement's text; 0 means none.
	// The session turns it into characters.
	Pos int
	// Severity is "" for ERROR; "FATAL", "WARNING" or "NOTICE" otherwise.
	Severity                                    string
	Schema, Table, Column, DataType, Constraint string
	// Cause is what errors.Is and errors.As see below this error.
	Cause error
}

// New returns an ERROR with a formatted message.
func New(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// NotSupported returns the 0A000 for what is not there: "X is not supported".
func NotSupported(what string, args ...any) *Error {
	return &Error{Code: FeatureNotSupported, Message: fmt.Sprintf(what, args...) + " is not supported"}
}

func (e *Error) Error() string { return e.Message + " (SQLSTATE " + e.Code + ")" }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// At sets the 0-based byte offset of the error in the text, unless it is known
// already, and returns e.
func (e *Error) At(offset int) *Error {
	if e.Pos == 0 {
		e.Pos = offset + 1
	}
	return e
}

// WithDetail, WithHint and WithContext set a field and return e.
func (e *Error) WithDetail(format string, args ...any) *Error {
	e.Detail = fmt.Sprintf(format, args...)
	return e
}

// WithHint sets the hint and returns e.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// WithContext sets the context and returns e.
func (e *Error) WithContext(format string, args ...any) *Error {
	e.Context = fmt.Sprintf(format, args...)
	return e
}

// Code returns the SQLSTATE of err: that of the *Error it wraps, "" for nil and
// XX000 for any other error.
func Code(err error) string {
	var e *Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return e.Code
	}
	return InternalError
}
