package logictest

import (
	"testing"

	"github.com/dejaq/fasti/e2e/fastitest"
)

func TestMain(m *testing.M) { fastitest.Main(m) }
