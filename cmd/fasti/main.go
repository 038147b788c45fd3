// Command fasti is the Fasti database: one node as a server process.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // time zones where the system has none

	"github.com/dejaq/fasti/server/config"
	"github.com/dejaq/fasti/server/node"
)

const usage = `fasti is a distributed SQL time-series store that speaks the Postgres protocol.

  fasti start [flags]   run a node; fasti start --help lists the flags
  fasti version         print the version

`

func main() { os.Exit(run(os.Args[1:])) }

// run returns the exit code: 0 after an orderly end, 1 when the node cannot start
// or go on, 2 for a wrong command line.
func run(args []string) int {
	command := ""
	if len(args) > 0 {
		command = args[0]
	}
	switch command {
	case "start":
		return start(args[1:])
	case "version", "--version":
		fmt.Println("fasti " + node.Version)
		return 0
	case "help", "--help", "-h":
		fmt.Print(usage)
		return 0
	}
	fmt.Fprint(os.Stderr, usage)
	return 2
}

func start(args []string) int {
	// Signals first: one that comes during start-up is not lost.
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)

	c, err := config.Parse(args, os.LookupEnv, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(os.Stderr, "fasti:", err)
		return 2
	}
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	// The first signal ends start-up or the node in good order, the second the
	// process.
	stop := make(chan struct{})
	go func() {
		s := <-signals
		logger.Info("stopping", slog.String("signal", s.String()))
		cancel()
		close(stop)
		<-signals
		os.Exit(1)
	}()
	n, err := node.Start(ctx, node.Options{Config: c, Logger: logger, OnFatal: func(err error) {
		logger.Error("cannot go on", slog.Any("error", err))
		os.Exit(1)
	}})
	if err != nil {
		if ctx.Err() != nil {
			return 0
		}
		fmt.Fprintln(os.Stderr, "fasti:", err)
		return 1
	}
	fmt.Println(n.ReadyLine())
	<-stop
	if err := n.Close(context.Background()); err != nil {
		logger.Error("close", slog.Any("error", err))
		return 1
	}
	return 0
}
