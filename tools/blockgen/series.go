// The series that a small Kubernetes cluster would have: names, labels and how each one moves.

package main

import (
	"fmt"
	"math/rand/v2"

	"github.com/prometheus/prometheus/model/labels"
)

// metric is one series of a pod: its name, one label of its own (may be empty) and its movement.
type metric struct {
	name  string
	label string
	value string
	moves movement
}

// podMetrics are the series of each pod, so mixed that XOR chunks of 120 samples take a few
// hundred bytes on average: constants and slow counters cost little, fractions cost most.
var podMetrics = []metric{
	{"container_cpu_usage_seconds_total", "", "", secondsCounter},
	{"container_memory_working_set_bytes", "", "", pageGauge},
	{"container_memory_rss", "", "", pageGauge},
	{"container_network_receive_bytes_total", "interface", "eth0", byteCounter},
	{"container_network_transmit_bytes_total", "interface", "eth0", byteCounter},
	{"container_fs_reads_total", "device", "/dev/nvme0n1", rareCounter},
	{"container_fs_writes_total", "device", "/dev/nvme0n1", requestCounter},
	{"go_goroutines", "", "", stepGauge},
	{"go_memstats_gc_cpu_fraction", "", "", noisyGauge},
	{"http_request_duration_seconds_bucket", "le", "0.005", requestCounter},
	{"http_request_duration_seconds_bucket", "le", "0.05", requestCounter},
	{"http_request_duration_seconds_bucket", "le", "0.5", requestCounter},
	{"http_request_duration_seconds_bucket", "le", "5", requestCounter},
	{"http_request_duration_seconds_bucket", "le", "+Inf", requestCounter},
	{"http_request_duration_seconds_count", "", "", requestCounter},
	{"http_request_duration_seconds_sum", "", "", secondsCounter},
	{"http_requests_total", "code", "200", requestCounter},
	{"http_requests_total", "code", "404", rareCounter},
	{"http_requests_total", "code", "503", rareCounter},
	{"kube_pod_container_status_restarts_total", "", "", rareCounter},
	{"kube_pod_info", "", "", constant},
	{"kube_pod_status_ready", "condition", "true", constant},
	{"process_open_fds", "", "", stepGauge},
	{"up", "", "", constant},
}

var namespaces = []string{"billing", "catalogue", "checkout", "identity", "ingress", "media", "monitoring", "search"}

// series is one time series with the state from which its samples come.
type series struct {
	labels labels.Labels
	metric metric
	signal signal
	// offset is how far after the full interval this series' target is scraped, in milliseconds.
	offset int64
}

// newSeries builds the series of one pod and one metric. A pod of a later generation has
// another name, as after a rollout. The signal starts at the given time (Unix milliseconds)
// and depends on nothing but the arguments.
func newSeries(seed uint64, pod, generation, metricIndex int, start int64) series {
	chosen := podMetrics[metricIndex]
	namespace := namespaces[pod%len(namespaces)]
	application := fmt.Sprintf("%s-%02d", namespace, pod/len(namespaces)%50)
	pairs := []string{
		labels.MetricName, chosen.name,
		"container", application,
		"instance", fmt.Sprintf("10.%d.%d.%d:8080", pod>>16&255, pod>>8&255, pod&255),
		"job", namespace + "/" + application,
		"namespace", namespace,
		"node", fmt.Sprintf("node-%03d.cluster.internal", pod/30),
		"pod", fmt.Sprintf("%s-%s-%d", application, replicaSet(seed, pod, generation), pod),
	}
	if chosen.label != "" {
		pairs = append(pairs, chosen.label, chosen.value)
	}
	identity := uint64(pod)<<16 | uint64(generation)<<8 | uint64(metricIndex)
	return series{
		labels: labels.FromStrings(pairs...),
		metric: chosen,
		signal: newSignal(chosen.moves, rand.NewPCG(seed^identity*0x9E3779B97F4A7C15, uint64(start)), start),
		offset: int64(pod) * 7919 % scrapeInterval,
	}
}

// replicaSet is the hash that a ReplicaSet puts into its pods' names.
func replicaSet(seed uint64, pod, generation int) string {
	random := rand.NewPCG(seed, uint64(pod)<<8|uint64(generation))
	return fmt.Sprintf("%010x", random.Uint64()>>24)
}
