// One block written straight with Prometheus's chunk and index writers, without a head.

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"github.com/oklog/ulid/v2"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
	"github.com/prometheus/prometheus/tsdb/index"
	"github.com/prometheus/prometheus/tsdb/tombstones"
)

// samplesPerChunk is where Prometheus cuts float chunks.
const samplesPerChunk = 120

// writeBulkBlock writes one block and returns its folder. The block appears under its name only
// when it is whole.
func writeBulkBlock(ctx context.Context, logger *slog.Logger, chosen options, within timeRange, number, seriesCount int) (string, error) {
	meta := newMeta(chosen.seed, within)
	folder := filepath.Join(chosen.out, meta.ULID.String())
	unfinished := folder + ".tmp-for-creation"
	if err := os.MkdirAll(unfinished, 0o755); err != nil {
		return "", fmt.Errorf("failed to make the block's folder: %w", err)
	}
	all := bulkSeries(chosen.seed, within, number, seriesCount)
	if err := writeContent(ctx, unfinished, all, within, &meta.Stats); err != nil {
		return "", errors.Join(err, os.RemoveAll(unfinished))
	}
	if _, err := tombstones.WriteFile(logger, unfinished, tombstones.NewMemTombstones()); err != nil {
		return "", fmt.Errorf("failed to write the empty tombstones: %w", err)
	}
	content, err := json.MarshalIndent(meta, "", "\t")
	if err != nil {
		return "", fmt.Errorf("failed to render meta.json: %w", err)
	}
	if err := os.WriteFile(filepath.Join(unfinished, "meta.json"), content, 0o644); err != nil {
		return "", fmt.Errorf("failed to write meta.json: %w", err)
	}
	if err := os.Rename(unfinished, folder); err != nil {
		return "", fmt.Errorf("failed to give the block its name: %w", err)
	}
	return folder, nil
}

// newMeta names the block after its end and the seed, with the compaction level of its range.
func newMeta(seed uint64, within timeRange) *tsdb.BlockMeta {
	random := rand.NewPCG(seed, uint64(within.start)^uint64(within.end)<<20)
	identity := func() ulid.ULID {
		entropy := ulid.ULID{}
		for i := 6; i < len(entropy); i++ {
			entropy[i] = byte(random.Uint64())
		}
		// Cannot fail: the time of a block fits into 48 bits.
		_ = entropy.SetTime(uint64(within.end))
		return entropy
	}
	meta := &tsdb.BlockMeta{ULID: identity(), MinTime: within.start, MaxTime: within.end, Version: 1}
	meta.Compaction.Level = 1
	meta.Compaction.Sources = []ulid.ULID{meta.ULID}
	if sources := (within.end - within.start) / blockRange; sources > 1 {
		meta.Compaction.Level = 1 + len(compactionRanges) - 1 - slices.Index(compactionRanges, within.end-within.start)
		meta.Compaction.Sources = nil
		for range sources {
			meta.Compaction.Sources = append(meta.Compaction.Sources, identity())
		}
	}
	return meta
}

// bulkSeries are the block's series in the order in which an index wants them. A fifth of the
// pods belong to a generation of their own in each block, as rollouts make them.
func bulkSeries(seed uint64, within timeRange, number, count int) []series {
	all := make([]series, count)
	for i := range all {
		pod, generation := i/len(podMetrics), 0
		if pod%5 == 4 {
			generation = number + 1
		}
		all[i] = newSeries(seed, pod, generation, i%len(podMetrics), within.start)
	}
	slices.SortFunc(all, func(a, b series) int { return labels.Compare(a.labels, b.labels) })
	return all
}

// writeContent writes chunks and index and counts what it wrote.
func writeContent(ctx context.Context, folder string, all []series, within timeRange, stats *tsdb.BlockStats) (err error) {
	chunkWriter, err := chunks.NewWriter(filepath.Join(folder, "chunks"))
	if err != nil {
		return fmt.Errorf("failed to open the chunk writer: %w", err)
	}
	defer func() { err = errors.Join(err, chunkWriter.Close()) }()
	indexWriter, err := index.NewWriter(ctx, filepath.Join(folder, "index"))
	if err != nil {
		return fmt.Errorf("failed to open the index writer: %w", err)
	}
	defer func() { err = errors.Join(err, indexWriter.Close()) }()

	for _, symbol := range symbols(all) {
		if err := indexWriter.AddSymbol(symbol); err != nil {
			return fmt.Errorf("failed to add a symbol: %w", err)
		}
	}
	for i, current := range all {
		encoded, samples, err := encodeSeries(current, within)
		if err != nil {
			return err
		}
		if err := chunkWriter.WriteChunks(encoded...); err != nil {
			return fmt.Errorf("failed to write chunks: %w", err)
		}
		if err := indexWriter.AddSeries(storage.SeriesRef(i), current.labels, encoded...); err != nil {
			return fmt.Errorf("failed to add a series: %w", err)
		}
		stats.NumSeries++
		stats.NumChunks += uint64(len(encoded))
		stats.NumSamples += samples
		stats.NumFloatSamples += samples
	}
	return nil
}

// symbols are all label names and values, each once, sorted.
func symbols(all []series) []string {
	seen := map[string]struct{}{}
	for _, current := range all {
		current.labels.Range(func(label labels.Label) {
			seen[label.Name] = struct{}{}
			seen[label.Value] = struct{}{}
		})
	}
	sorted := make([]string, 0, len(seen))
	for symbol := range seen {
		sorted = append(sorted, symbol)
	}
	slices.Sort(sorted)
	return sorted
}

// encodeSeries encodes one series' samples of a range as XOR chunks and counts them.
func encodeSeries(current series, within timeRange) ([]chunks.Meta, uint64, error) {
	var encoded []chunks.Meta
	var appender chunkenc.Appender
	var samples uint64
	for at := within.start; at < within.end; at += scrapeInterval {
		value := current.signal.next()
		scraped := at + current.offset + current.signal.jitter()
		if scraped >= within.end {
			continue
		}
		if samples%samplesPerChunk == 0 {
			chunk := chunkenc.NewXORChunk()
			var err error
			if appender, err = chunk.Appender(); err != nil {
				return nil, 0, fmt.Errorf("failed to start a chunk: %w", err)
			}
			encoded = append(encoded, chunks.Meta{Chunk: chunk, MinTime: scraped})
		}
		appender.Append(0, scraped, value)
		encoded[len(encoded)-1].MaxTime = scraped
		samples++
	}
	return encoded, samples, nil
}
