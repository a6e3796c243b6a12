// Gigabytes of blocks in seconds: which blocks there are, and how many series fill the bytes asked for.

package main

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"time"
)

// hour is in milliseconds.
const hour = int64(time.Hour / time.Millisecond)

// compactionRanges are the ranges of the blocks of a server that keeps 15 days, longest first.
var compactionRanges = []int64{18 * hour, 6 * hour, 2 * hour}

// timeRange is half-open, in Unix milliseconds.
type timeRange struct{ start, end int64 }

// writeBulkBlocks writes blocks as compaction would have left them, several at a time. What it
// writes depends on the options alone, never on how the work was spread.
func writeBulkBlocks(ctx context.Context, logger *slog.Logger, chosen options) ([]string, error) {
	ranges := compactedRanges(chosen.start, chosen.end)
	seriesCount, err := seriesFor(chosen)
	if err != nil {
		return nil, err
	}
	folders := make([]string, len(ranges))
	failures := make([]error, len(ranges))
	var group sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, within := range ranges {
		group.Add(1)
		slots <- struct{}{}
		go func() {
			defer group.Done()
			defer func() { <-slots }()
			folders[i], failures[i] = writeBulkBlock(ctx, logger, chosen, within, i, seriesCount)
		}()
	}
	group.Wait()
	for i, failure := range failures {
		if failure != nil {
			return nil, fmt.Errorf("failed to write block %d of %d: %w", i+1, len(ranges), failure)
		}
	}
	return folders, nil
}

// compactedRanges covers [start, end) with the longest ranges that are aligned and fit.
func compactedRanges(start, end int64) []timeRange {
	var ranges []timeRange
	for start < end {
		for _, length := range compactionRanges {
			if start%length == 0 && start+length <= end {
				ranges = append(ranges, timeRange{start, start + length})
				start += length
				break
			}
		}
	}
	return ranges
}

// seriesFor is the number of series whose chunks and index take about the bytes asked for. It
// encodes two hours of a few pods to learn what a series costs.
func seriesFor(chosen options) (int, error) {
	const pods = 8
	// Beside its chunks a series costs its labels and references in the index of each block,
	// and each chunk a reference; measured with `promtool tsdb analyze` and ls.
	const bytesPerChunkOverhead, bytesPerSeriesOverhead = 7 + 6, 190
	within := timeRange{chosen.start, chosen.start + blockRange}
	var chunkBytes, chunkCount int64
	for i := range pods * len(podMetrics) {
		encoded, _, err := encodeSeries(newSeries(chosen.seed, i/len(podMetrics), 0, i%len(podMetrics), within.start), within)
		if err != nil {
			return 0, err
		}
		for _, chunk := range encoded {
			chunkBytes += int64(len(chunk.Chunk.Bytes())) + bytesPerChunkOverhead
			chunkCount++
		}
	}
	blocks := int64(len(compactedRanges(chosen.start, chosen.end)))
	perSeries := chunkBytes*((chosen.end-chosen.start)/blockRange)/(pods*int64(len(podMetrics))) + blocks*bytesPerSeriesOverhead
	// At least every metric once.
	return max(len(podMetrics), int(chosen.bytes/perSeries)), nil
}
