// Native histogram samples of every kind, beside floats and in one series with them.

package main

import (
	"fmt"
	"math/rand/v2"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
)

// seriesShapes are the kinds of series in turn.
func seriesShapes(chosen options) []string {
	shapes := []string{"counter", "float_counter", "counter_with_resets", "gauge", "float_gauge", "float_then_histogram", "float"}
	if chosen.customBuckets {
		shapes = append(shapes, "custom_buckets")
	}
	return shapes
}

type histogramSeries struct {
	labels       labels.Labels
	shape        string
	distribution distribution
}

func newHistogramSource(chosen options) appendFunc {
	shapes := seriesShapes(chosen)
	all := make([]histogramSeries, chosen.series)
	for i := range all {
		shape := shapes[i%len(shapes)]
		all[i] = histogramSeries{
			labels: labels.FromStrings(
				labels.MetricName, "http_request_duration_seconds",
				"instance", fmt.Sprintf("10.0.0.%d:8080", i/len(shapes)),
				"job", "checkout",
				"namespace", "checkout",
				"pod", fmt.Sprintf("checkout-%d", i/len(shapes)),
				"shape", shape,
			),
			shape:        shape,
			distribution: distribution{random: rand.New(rand.NewPCG(chosen.seed, uint64(i)))},
		}
	}
	return func(appender storage.Appender, at int64) error {
		for i := range all {
			if err := all[i].append(appender, at); err != nil {
				return err
			}
		}
		return nil
	}
}

func (s *histogramSeries) append(appender storage.Appender, at int64) error {
	current := &s.distribution
	current.observe()
	intervals := at / scrapeInterval
	var integer *histogram.Histogram
	var float *histogram.FloatHistogram
	switch s.shape {
	case "counter_with_resets":
		if intervals%300 == 0 {
			current.reset()
		}
		integer = current.integer()
	case "gauge", "float_gauge":
		if intervals%20 == 0 {
			current.decay()
		}
		integer = current.integer()
		integer.CounterResetHint = histogram.GaugeType
	case "custom_buckets":
		integer = current.custom()
	case "float", "float_then_histogram":
		if s.shape == "float" || at%blockRange < blockRange/2 {
			_, err := appender.Append(0, s.labels, at, current.sum)
			return err
		}
		integer = current.integer()
	default:
		integer = current.integer()
	}
	if s.shape == "float_counter" || s.shape == "float_gauge" {
		integer, float = nil, integer.ToFloat(nil)
	}
	_, err := appender.AppendHistogram(0, s.labels, at, integer, float)
	return err
}
