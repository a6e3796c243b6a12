// Claims about what blockgen writes: what it says is what is there, and a seed repeats it.

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
)

func generate(t *testing.T, arguments ...string) (string, []blockLine) {
	t.Helper()
	folder := t.TempDir()
	var output bytes.Buffer
	if err := run(context.Background(), append(arguments, "-out", folder), &output); err != nil {
		t.Fatal(err)
	}
	var lines []blockLine
	for decoder := json.NewDecoder(&output); decoder.More(); {
		var line blockLine
		if err := decoder.Decode(&line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	return folder, lines
}

// samplesByEncoding decodes every chunk of a block.
func samplesByEncoding(t *testing.T, folder string) map[chunkenc.Encoding]uint64 {
	t.Helper()
	block, err := tsdb.OpenBlock(nil, folder, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer block.Close()
	indexReader, err := block.Index()
	if err != nil {
		t.Fatal(err)
	}
	defer indexReader.Close()
	chunkReader, err := block.Chunks()
	if err != nil {
		t.Fatal(err)
	}
	defer chunkReader.Close()
	counted := map[chunkenc.Encoding]uint64{}
	var builder labels.ScratchBuilder
	var metas []chunks.Meta
	for postings := tsdb.AllSortedPostings(context.Background(), indexReader); postings.Next(); {
		if err := indexReader.Series(postings.At(), &builder, &metas); err != nil {
			t.Fatal(err)
		}
		for _, meta := range metas {
			chunk, _, err := chunkReader.ChunkOrIterable(meta)
			if err != nil {
				t.Fatal(err)
			}
			iterator := chunk.Iterator(nil)
			for iterator.Next() != chunkenc.ValNone {
				counted[chunk.Encoding()]++
			}
			if iterator.Err() != nil {
				t.Fatal(iterator.Err())
			}
		}
	}
	return counted
}

func TestEveryModeWritesAsManySamplesAsItSaysInTheEncodingsOfItsMode(t *testing.T) {
	old := []chunkenc.Encoding{chunkenc.EncXOR, chunkenc.EncHistogram, chunkenc.EncFloatHistogram}
	cases := map[string][]chunkenc.Encoding{
		"-mode=float":                     old[:1],
		"-mode=histogram":                 old,
		"-mode=outoforder":                old[:1],
		"-mode=bulk -bytes=1MB -hours=10": old[:1],
		"-mode=histogram -new-encodings":  {chunkenc.EncXOR2, chunkenc.EncHistogramST, chunkenc.EncFloatHistogramST},
		"-mode=histogram -custom-buckets": old,
	}
	for arguments, encodings := range cases {
		t.Run(arguments, func(t *testing.T) {
			folder, lines := generate(t, strings.Fields(arguments)...)
			for _, line := range lines {
				var total uint64
				for encoding, samples := range samplesByEncoding(t, filepath.Join(folder, line.ULID)) {
					if !slices.Contains(encodings, encoding) {
						t.Errorf("unexpected encoding %s", encoding)
					}
					total += samples
				}
				if total != line.Samples || total == 0 {
					t.Errorf("block %s has %d samples and claims %d", line.ULID, total, line.Samples)
				}
			}
		})
	}
}

func TestOutOfOrderBlocksOverlapTheOthersAndSaySo(t *testing.T) {
	folder, lines := generate(t, "-mode", "outoforder", "-hours", "4")
	if len(lines) != 4 {
		t.Fatalf("%d blocks instead of two in order and two out of order", len(lines))
	}
	for i, line := range lines[2:] {
		meta, err := readMeta(filepath.Join(folder, line.ULID))
		if err != nil {
			t.Fatal(err)
		}
		if !meta.Compaction.FromOutOfOrder() || line.MinTime != lines[i].MinTime {
			t.Errorf("block %s is not out of order beside block %s", line.ULID, lines[i].ULID)
		}
	}
}

func TestDeletionsAreCountedInTheMetaAndWrittenToTheTombstones(t *testing.T) {
	folder, lines := generate(t, "-tombstones", "-hours", "2")
	information, err := os.Stat(filepath.Join(folder, lines[0].ULID, "tombstones"))
	if err != nil {
		t.Fatal(err)
	}
	// Magic, version and checksum alone take nine bytes.
	if lines[0].Tombstones == 0 || information.Size() <= 9 {
		t.Errorf("%d tombstones in %d bytes", lines[0].Tombstones, information.Size())
	}
}

func TestASeedRepeatsABulkRunByteForByteAndAnotherDoesNot(t *testing.T) {
	arguments := []string{"-mode", "bulk", "-bytes", "1MB", "-hours", "8", "-seed"}
	first, _ := generate(t, append(arguments, "5")...)
	second, _ := generate(t, append(arguments, "5")...)
	other, _ := generate(t, append(arguments, "6")...)
	if contents(t, first) != contents(t, second) {
		t.Error("the same seed gave other bytes")
	}
	if contents(t, first) == contents(t, other) {
		t.Error("another seed gave the same bytes")
	}
}

// contents is every file with its name, in order.
func contents(t *testing.T, folder string) string {
	t.Helper()
	var all bytes.Buffer
	if err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		all.WriteString(path[len(folder):])
		all.Write(content)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return all.String()
}

func TestABulkRunWritesAboutTheBytesAskedFor(t *testing.T) {
	_, lines := generate(t, "-mode", "bulk", "-bytes", "30MB")
	var total int64
	for _, line := range lines {
		total += line.Bytes
	}
	if total < 27_000_000 || total > 33_000_000 {
		t.Errorf("%d bytes instead of about 30,000,000", total)
	}
}

func TestBlocksCoverTheTimeAskedForWithoutGaps(t *testing.T) {
	ranges := compactedRanges(2*hour, 66*hour)
	at := 2 * hour
	for _, current := range ranges {
		if current.start != at || current.start%(current.end-current.start) != 0 {
			t.Errorf("range %v does not follow %d on its own boundary", current, at)
		}
		at = current.end
	}
	if at != 66*hour {
		t.Errorf("the ranges end at %d", at)
	}
}

func TestSizesAndTimesAreReadOrRefused(t *testing.T) {
	for text, want := range map[string]int64{"2GB": 2e9, "512MiB": 512 << 20, "1.5KB": 1500, "7": 7, "7B": 7} {
		if size, err := parseSize(text); err != nil || size != want {
			t.Errorf("%s is %d (%v) instead of %d", text, size, err, want)
		}
	}
	for _, text := range []string{"", "GB", "-1GB", "0", "1TBB", "NaN"} {
		if size, err := parseSize(text); err == nil {
			t.Errorf("%q was read as %d", text, size)
		}
	}
	for _, text := range []string{"2026-10-01T10:00:00Z", "1790848800000"} {
		if at, err := parseTime(text); err != nil || at != defaultEnd.UnixMilli() {
			t.Errorf("%s is %d (%v)", text, at, err)
		}
	}
	if _, err := parseTime("tomorrow"); err == nil {
		t.Error("tomorrow was read as a time")
	}
}
