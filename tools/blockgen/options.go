// What the command line asks for, read and checked before anything is written.

package main

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

const (
	modeFloat      = "float"
	modeHistogram  = "histogram"
	modeOutOfOrder = "outoforder"
	modeBulk       = "bulk"

	// blockRange is the range of the blocks that a Prometheus head cuts, in milliseconds.
	blockRange = int64(2 * time.Hour / time.Millisecond)
	// scrapeInterval is the distance between two samples of a series, in milliseconds.
	scrapeInterval = int64(15 * time.Second / time.Millisecond)
)

// defaultEnd lies ten hours after a boundary of 18 hours, so that the default 64 hours of a
// bulk run fall into blocks of 18, 18, 18, 6, 2 and 2 hours as a real server would have them.
var defaultEnd = time.Date(2026, time.October, 1, 10, 0, 0, 0, time.UTC)

// options are the checked settings of one run. Times are Unix milliseconds; start and end lie
// on boundaries of two hours, and the samples lie in [start, end).
type options struct {
	mode          string
	out           string
	series        int
	start         int64
	end           int64
	bytes         int64
	seed          uint64
	tombstones    bool
	customBuckets bool
	newEncodings  bool
}

// parseOptions reads the command line. Defaults depend on the mode: a bulk run spans 64 hours,
// the others six.
func parseOptions(arguments []string) (options, error) {
	flags := flag.NewFlagSet("blockgen", flag.ContinueOnError)
	var parsed options
	var hours int
	var end, size string
	flags.StringVar(&parsed.mode, "mode", modeFloat, "what to write: float, histogram, outoforder or bulk")
	flags.StringVar(&parsed.out, "out", "", "folder that receives the blocks; made if it is not there")
	flags.IntVar(&parsed.series, "series", 40, "number of series (bulk works it out from -bytes)")
	flags.IntVar(&hours, "hours", 0, "hours of data, an even number (default 6, bulk 64)")
	flags.StringVar(&end, "end", "", "end of the data, RFC 3339 or Unix milliseconds, cut down to two hours (default "+defaultEnd.Format(time.RFC3339)+")")
	flags.StringVar(&size, "bytes", "2GB", "about how much a bulk run writes, for example 500MB, 2GB or 512MiB")
	flags.Uint64Var(&parsed.seed, "seed", 1, "the same seed gives the same samples; in bulk the same bytes")
	flags.BoolVar(&parsed.tombstones, "tombstones", false, "delete some ranges afterwards, so that tombstones files have content")
	flags.BoolVar(&parsed.customBuckets, "custom-buckets", false, "add native histograms with custom buckets, which Prometheus 2 cannot read")
	flags.BoolVar(&parsed.newEncodings, "new-encodings", false, "write the chunk encodings that Prometheus 3 keeps off by default and Prometheus 2 cannot read (XOR2, histograms with start times)")
	if err := flags.Parse(arguments); err != nil {
		return options{}, err
	}
	if flags.NArg() > 0 {
		return options{}, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	return parsed.complete(hours, end, size)
}

func (o options) complete(hours int, end, size string) (options, error) {
	switch o.mode {
	case modeFloat, modeHistogram, modeOutOfOrder, modeBulk:
	default:
		return options{}, fmt.Errorf("unknown mode %q: use float, histogram, outoforder or bulk", o.mode)
	}
	if o.out == "" {
		return options{}, errors.New("-out is missing: name the folder that receives the blocks")
	}
	if o.series < 1 {
		return options{}, errors.New("-series must be at least 1")
	}
	if o.newEncodings && o.mode == modeBulk {
		return options{}, errors.New("-new-encodings does not go with -mode bulk")
	}
	if o.customBuckets && o.mode != modeHistogram {
		return options{}, errors.New("-custom-buckets goes with -mode histogram only")
	}
	if hours == 0 {
		hours = 6
		if o.mode == modeBulk {
			hours = 64
		}
	}
	if hours < 2 || hours%2 != 0 {
		return options{}, fmt.Errorf("-hours must be an even number of at least 2, not %d", hours)
	}
	endTime, err := parseTime(end)
	if err != nil {
		return options{}, err
	}
	o.end = endTime - endTime%blockRange
	o.start = o.end - int64(hours)*int64(time.Hour/time.Millisecond)
	o.bytes, err = parseSize(size)
	return o, err
}

// parseTime reads RFC 3339 or Unix milliseconds; nothing means defaultEnd.
func parseTime(text string) (int64, error) {
	if text == "" {
		return defaultEnd.UnixMilli(), nil
	}
	if milliseconds, err := strconv.ParseInt(text, 10, 64); err == nil && milliseconds > 0 {
		return milliseconds, nil
	}
	instant, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return 0, fmt.Errorf("-end %q is neither RFC 3339 nor Unix milliseconds", text)
	}
	return instant.UnixMilli(), nil
}

// parseSize reads a number of bytes with an optional unit, decimal (GB) or binary (GiB).
func parseSize(text string) (int64, error) {
	units := []struct {
		suffix string
		factor float64
	}{
		{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30},
		{"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"B", 1}, {"", 1},
	}
	for _, unit := range units {
		number, found := strings.CutSuffix(text, unit.suffix)
		if !found {
			continue
		}
		value, err := strconv.ParseFloat(number, 64)
		if err != nil || !(value*unit.factor >= 1 && value*unit.factor < math.MaxInt64) {
			break
		}
		return int64(value * unit.factor), nil
	}
	return 0, fmt.Errorf("-bytes %q is not a size such as 500MB or 2GB", text)
}
