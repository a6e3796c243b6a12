// The line of JSON printed for each block, read back from what was written.

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/prometheus/prometheus/tsdb"
)

// blockLine is one printed line. Times are Unix milliseconds, half-open; bytes counts every
// file of the block.
type blockLine struct {
	ULID       string `json:"ulid"`
	MinTime    int64  `json:"minTime"`
	MaxTime    int64  `json:"maxTime"`
	Bytes      int64  `json:"bytes"`
	Series     uint64 `json:"series"`
	Samples    uint64 `json:"samples"`
	Tombstones uint64 `json:"tombstones"`
}

func report(output io.Writer, folders []string) error {
	encoder := json.NewEncoder(output)
	for _, folder := range folders {
		meta, err := readMeta(folder)
		if err != nil {
			return err
		}
		size, err := folderSize(folder)
		if err != nil {
			return err
		}
		line := blockLine{
			ULID:       meta.ULID.String(),
			MinTime:    meta.MinTime,
			MaxTime:    meta.MaxTime,
			Bytes:      size,
			Series:     meta.Stats.NumSeries,
			Samples:    meta.Stats.NumSamples,
			Tombstones: meta.Stats.NumTombstones,
		}
		if err := encoder.Encode(line); err != nil {
			return fmt.Errorf("failed to print the line of block %s: %w", meta.ULID, err)
		}
	}
	return nil
}

func readMeta(folder string) (*tsdb.BlockMeta, error) {
	content, err := os.ReadFile(filepath.Join(folder, "meta.json"))
	if err != nil {
		return nil, fmt.Errorf("failed to read the block's meta.json: %w", err)
	}
	meta := &tsdb.BlockMeta{}
	if err := json.Unmarshal(content, meta); err != nil {
		return nil, fmt.Errorf("failed to parse the meta.json of %s: %w", folder, err)
	}
	return meta, nil
}

func folderSize(folder string) (int64, error) {
	var total int64
	err := filepath.WalkDir(folder, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		information, err := entry.Info()
		if err != nil {
			return err
		}
		total += information.Size()
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("failed to measure the block %s: %w", folder, err)
	}
	return total, nil
}
