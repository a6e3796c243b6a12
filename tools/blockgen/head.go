// Small blocks through a real database: appended to its head, then compacted, as a server does.

package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
)

// appendFunc appends the samples of every series whose nominal scrape time is the given one.
type appendFunc func(appender storage.Appender, at int64) error

// writeHeadBlocks writes one block for every two hours, and in the out-of-order mode the
// overlapping ones beside them. It returns the blocks' folders.
func writeHeadBlocks(ctx context.Context, logger *slog.Logger, chosen options) (folders []string, err error) {
	// A dot in front keeps the folder out of sight of whoever lists the blocks meanwhile.
	scratch, err := os.MkdirTemp(chosen.out, ".blockgen-")
	if err != nil {
		return nil, fmt.Errorf("failed to make a scratch folder: %w", err)
	}
	defer func() {
		if removed := os.RemoveAll(scratch); err == nil && removed != nil {
			err = fmt.Errorf("failed to remove the scratch folder: %w", removed)
		}
	}()
	if err := fillDatabase(ctx, logger, chosen, scratch); err != nil {
		return nil, err
	}
	return moveBlocks(scratch, chosen.out)
}

// fillDatabase appends everything and compacts it into blocks below folder.
func fillDatabase(ctx context.Context, logger *slog.Logger, chosen options, folder string) (err error) {
	database, err := tsdb.Open(folder, logger, nil, databaseOptions(chosen), nil)
	if err != nil {
		return fmt.Errorf("failed to open a scratch database: %w", err)
	}
	defer func() {
		if closed := database.Close(); err == nil && closed != nil {
			err = fmt.Errorf("failed to close the scratch database: %w", closed)
		}
	}()
	// Compactions happen where this program asks for them and nowhere else.
	database.DisableCompactions()

	appendAt := newFloatSource(chosen)
	if chosen.mode == modeHistogram {
		appendAt = newHistogramSource(chosen)
	}
	if err := appendRange(ctx, database, chosen.start, chosen.end, appendAt); err != nil {
		return err
	}
	if chosen.mode == modeOutOfOrder {
		if err := appendLate(ctx, database, chosen); err != nil {
			return err
		}
	}
	for start := chosen.start; start < chosen.end; start += blockRange {
		if err := database.CompactHead(tsdb.NewRangeHead(database.Head(), start, start+blockRange-1)); err != nil {
			return fmt.Errorf("failed to compact the head: %w", err)
		}
	}
	if chosen.mode == modeOutOfOrder {
		if err := database.CompactOOOHead(ctx); err != nil {
			return fmt.Errorf("failed to compact the out-of-order head: %w", err)
		}
	}
	return nil
}

func databaseOptions(chosen options) *tsdb.Options {
	settings := tsdb.DefaultOptions()
	settings.RetentionDuration = 0
	settings.EnableOverlappingCompaction = false
	settings.NoLockfile = true
	if chosen.mode == modeOutOfOrder {
		settings.OutOfOrderTimeWindow = chosen.end - chosen.start
	}
	if chosen.newEncodings {
		settings.XOR2EncodingAllowed = true
		settings.FloatChunkEncoding = chunkenc.EncXOR2
		settings.EnableHistogramSTEncoding = true
	}
	return settings
}

// appendRange commits one scrape after another over [start, end).
func appendRange(ctx context.Context, database *tsdb.DB, start, end int64, appendAt appendFunc) error {
	for at := start; at < end; at += scrapeInterval {
		appender := database.Appender(ctx)
		if err := appendAt(appender, at); err != nil {
			return fmt.Errorf("failed to append a sample at %d: %w", at, err)
		}
		if err := appender.Commit(); err != nil {
			return fmt.Errorf("failed to commit the samples at %d: %w", at, err)
		}
	}
	return nil
}

// moveBlocks moves every block of the scratch database to its final place.
func moveBlocks(scratch, out string) ([]string, error) {
	metas, err := filepath.Glob(filepath.Join(scratch, "*", "meta.json"))
	if err != nil {
		return nil, fmt.Errorf("failed to list the blocks: %w", err)
	}
	folders := make([]string, 0, len(metas))
	for _, meta := range metas {
		folder := filepath.Dir(meta)
		target := filepath.Join(out, filepath.Base(folder))
		if err := os.Rename(folder, target); err != nil {
			return nil, fmt.Errorf("failed to move a finished block: %w", err)
		}
		folders = append(folders, target)
	}
	return folders, nil
}
