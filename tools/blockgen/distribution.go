// A distribution of observations that grows bucket by bucket, rendered as native histograms.

package main

import (
	"math"
	"math/rand/v2"

	"github.com/prometheus/prometheus/model/histogram"
)

const (
	// exponentialSchema makes each bucket's bound 2^(1/8) times the one before.
	exponentialSchema = 3
	zeroThreshold     = 1e-6
	// bucketCount bounds how far the buckets spread; new ones keep appearing on the way.
	bucketCount = 48
)

// customBounds are the bounds of a classic histogram that a server converts on ingestion.
var customBounds = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}

// distribution counts observations in positive and negative buckets.
type distribution struct {
	random   *rand.Rand
	positive [bucketCount]int64
	negative [bucketCount]int64
	zero     uint64
	sum      float64
	observed int
}

// observe adds a scrape interval's worth of observations around a slowly moving middle.
func (d *distribution) observe() {
	middle := 8 + d.observed/60%(bucketCount-16)
	for range 6 {
		bucket := min(bucketCount-1, max(0, middle+int(d.random.NormFloat64()*3)))
		d.positive[bucket]++
		d.sum += math.Exp2(float64(bucket) / 8)
	}
	if d.observed%4 == 0 {
		d.negative[d.random.IntN(4)*2]++
		d.zero++
	}
	d.observed++
}

// decay halves every count, as a gauge histogram may do.
func (d *distribution) decay() {
	for i := range d.positive {
		d.positive[i] /= 2
		d.negative[i] /= 2
	}
	d.zero /= 2
	d.sum /= 2
}

// reset is what a restart of the target does.
func (d *distribution) reset() {
	*d = distribution{random: d.random, observed: d.observed}
}

func (d *distribution) integer() *histogram.Histogram {
	rendered := &histogram.Histogram{
		Schema:        exponentialSchema,
		ZeroThreshold: zeroThreshold,
		ZeroCount:     d.zero,
		Count:         d.zero,
		Sum:           d.sum,
	}
	rendered.PositiveSpans, rendered.PositiveBuckets = spans(d.positive[:])
	rendered.NegativeSpans, rendered.NegativeBuckets = spans(d.negative[:])
	for i := range d.positive {
		rendered.Count += uint64(d.positive[i] + d.negative[i])
	}
	return rendered
}

// custom renders the positive side with custom bounds.
func (d *distribution) custom() *histogram.Histogram {
	counts := make([]int64, len(customBounds)+1)
	rendered := &histogram.Histogram{Schema: histogram.CustomBucketsSchema, Sum: d.sum, CustomValues: customBounds}
	for i, count := range d.positive {
		counts[i*len(counts)/bucketCount] += count
		rendered.Count += uint64(count)
	}
	rendered.PositiveSpans, rendered.PositiveBuckets = spans(counts)
	return rendered
}

// spans renders absolute counts as spans of buckets that are in use, with delta-encoded counts.
func spans(counts []int64) ([]histogram.Span, []int64) {
	var rendered []histogram.Span
	var deltas []int64
	previous, end := int64(0), 0
	for i, count := range counts {
		if count == 0 {
			continue
		}
		if len(rendered) == 0 || i > end {
			rendered = append(rendered, histogram.Span{Offset: int32(i - end)})
		}
		rendered[len(rendered)-1].Length++
		deltas = append(deltas, count-previous)
		previous, end = count, i+1
	}
	return rendered, deltas
}
