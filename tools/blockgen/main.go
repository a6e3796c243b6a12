// Command blockgen writes real Prometheus TSDB blocks with Prometheus's own library, for tests and benchmarks.

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
)

func main() {
	err := run(context.Background(), os.Args[1:], os.Stdout)
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return
	}
	fmt.Fprintln(os.Stderr, "blockgen:", err)
	os.Exit(1)
}

// run writes the blocks and prints one line of JSON for each.
func run(ctx context.Context, arguments []string, output io.Writer) error {
	chosen, err := parseOptions(arguments)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(chosen.out, 0o755); err != nil {
		return fmt.Errorf("failed to make the folder for the blocks: %w", err)
	}
	// The library's own messages tell of routine work; only warnings would matter here.
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))

	write := writeHeadBlocks
	if chosen.mode == modeBulk {
		write = writeBulkBlocks
	}
	folders, err := write(ctx, logger, chosen)
	if err != nil {
		return err
	}
	if chosen.tombstones {
		if err := deleteRanges(ctx, logger, folders); err != nil {
			return err
		}
	}
	return report(output, folders)
}
