// How the values of a series move: counters and gauges as real exporters give them.

package main

import "math/rand/v2"

// movement is a way for values to change from sample to sample.
type movement int

const (
	// constant stays at 1: information series and `up`.
	constant movement = iota
	// rareCounter counts something that happens every few minutes.
	rareCounter
	// requestCounter counts whole things, some in each interval.
	requestCounter
	// byteCounter counts bytes: large, uneven steps.
	byteCounter
	// secondsCounter sums durations: fractions that fill the mantissa.
	secondsCounter
	// stepGauge walks by small whole numbers and often rests.
	stepGauge
	// pageGauge walks by whole memory pages.
	pageGauge
	// noisyGauge is a ratio that is new in every bit at each sample.
	noisyGauge
)

// signal gives one value after another.
type signal struct {
	moves  movement
	random *rand.PCG
	value  float64
}

// newSignal starts a signal at the given time (Unix milliseconds). Counters start about where
// their mean rate would have brought them since 1970, so that they go on from block to block.
func newSignal(moves movement, random *rand.PCG, start int64) signal {
	created := signal{moves: moves, random: random, value: 1}
	rate := 0.0
	intervals := float64(start / scrapeInterval)
	switch moves {
	case rareCounter:
		rate = 1.0 / 32
	case requestCounter:
		rate = 39.5
	case byteCounter:
		rate = 300_000
	case secondsCounter:
		rate = 2.5
	case stepGauge:
		created.value = 120
	case pageGauge:
		created.value = 64 << 20
	case noisyGauge:
		created.value = 0.25
	case constant:
	}
	if rate > 0 {
		created.value = float64(int64(rate * intervals))
	}
	return created
}

// next returns the value of the next sample.
func (s *signal) next() float64 {
	if s.moves == constant {
		return s.value
	}
	draw := s.random.Uint64()
	switch s.moves {
	case rareCounter:
		if draw&31 == 0 {
			s.value++
		}
	case requestCounter:
		s.value += 32 + float64(draw&15)
	case byteCounter:
		s.value += 200_000 + float64(draw%200_000)
	case secondsCounter:
		s.value += float64(draw%5_000_000) / 1e6
	case stepGauge:
		if draw&3 == 0 {
			s.value = max(1, s.value+float64(draw>>8&7)-3)
		}
	case pageGauge:
		if draw&1 == 0 {
			s.value = max(4096, s.value+4096*(float64(draw>>8&63)-31))
		}
	case noisyGauge:
		s.value = 0.9*s.value + 0.1*float64(draw>>11)/(1<<53)
	}
	return s.value
}

// jitter is how late a scrape was, in milliseconds: mostly not at all, because Prometheus
// aligns timestamps that are off by up to 2 ms.
func (s *signal) jitter() int64 {
	draw := s.random.Uint64()
	if draw&127 != 0 {
		return 0
	}
	return int64(draw >> 8 & 15)
}
