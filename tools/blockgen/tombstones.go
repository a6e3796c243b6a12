// Deletions after the fact, as `POST /api/v1/admin/tsdb/delete_series` makes them.

package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/tsdb"
)

// deleteRanges deletes the middle quarter of the series of every second pod from each block,
// and a short range near its end from the first pod once more, so that a series has two intervals.
func deleteRanges(ctx context.Context, logger *slog.Logger, folders []string) error {
	secondPods := labels.MustNewMatcher(labels.MatchRegexp, "pod", ".*[02468]")
	firstPod := labels.MustNewMatcher(labels.MatchRegexp, "pod", ".*-0")
	for _, folder := range folders {
		block, err := tsdb.OpenBlock(logger, folder, nil, nil)
		if err != nil {
			return fmt.Errorf("failed to open the block %s to delete from it: %w", folder, err)
		}
		quarter := (block.MaxTime() - block.MinTime()) / 4
		middle := block.MinTime() + quarter
		err = block.Delete(ctx, middle, middle+quarter, secondPods)
		if err == nil {
			err = block.Delete(ctx, middle+2*quarter, middle+2*quarter+quarter/2, firstPod)
		}
		closed := block.Close()
		if err != nil {
			return fmt.Errorf("failed to delete a range from the block %s: %w", folder, err)
		}
		if closed != nil {
			return fmt.Errorf("failed to close the block %s: %w", folder, closed)
		}
	}
	return nil
}
