// Float samples: in order, with a stale series and gaps, and late ones for the out-of-order mode.

package main

import (
	"context"
	"math"

	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
)

// buildSeries makes the first count series, pod after pod.
func buildSeries(chosen options, count int) []series {
	built := make([]series, count)
	for i := range built {
		built[i] = newSeries(chosen.seed, i/len(podMetrics), 0, i%len(podMetrics), chosen.start)
	}
	return built
}

// newFloatSource appends floats. Every eleventh series goes stale for a while in each hour, and
// in the out-of-order mode every second one leaves a gap of half an hour in each two hours.
func newFloatSource(chosen options) appendFunc {
	all := buildSeries(chosen, chosen.series)
	return func(appender storage.Appender, at int64) error {
		for i := range all {
			current := &all[i]
			sample := current.signal.next()
			scraped := at + current.offset + current.signal.jitter()
			if scraped >= chosen.end {
				continue
			}
			if i%11 == 10 {
				switch minute := at / 60_000 % 60; {
				case minute == 40 && at%60_000 == 0:
					sample = math.Float64frombits(value.StaleNaN)
				case minute >= 40 && minute < 50:
					continue
				}
			}
			if chosen.mode == modeOutOfOrder && comesLate(i, at) {
				continue
			}
			if _, err := appender.Append(0, current.labels, scraped, sample); err != nil {
				return err
			}
		}
		return nil
	}
}

// comesLate says whether a sample is left out at first and appended out of order later.
func comesLate(seriesIndex int, at int64) bool {
	return seriesIndex%2 == 0 && at%blockRange >= blockRange/2 && at%blockRange < blockRange*3/4
}

// appendLate fills the gaps that the out-of-order mode left, newest range first, and in the
// first two hours puts extra samples between those that are there, so that chunks overlap.
func appendLate(ctx context.Context, database *tsdb.DB, chosen options) error {
	all := buildSeries(chosen, chosen.series)
	for start := chosen.end - blockRange; start >= chosen.start; start -= blockRange {
		fillGaps := func(appender storage.Appender, at int64) error {
			for i := range all {
				current := &all[i]
				scraped := at + current.offset
				switch {
				case comesLate(i, at):
				case i%3 == 0 && start == chosen.start && at%(4*scrapeInterval) == 0:
					scraped += scrapeInterval / 2
				default:
					continue
				}
				if _, err := appender.Append(0, current.labels, scraped, current.signal.next()); err != nil {
					return err
				}
			}
			return nil
		}
		if err := appendRange(ctx, database, start, start+blockRange, fillGaps); err != nil {
			return err
		}
	}
	return nil
}
