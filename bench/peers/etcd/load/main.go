// Puts of one size into etcd through its own client: so many outstanding at any moment, for so
// long. Says begin and end when they are there, then its figures as one line of JSON. All of it
// goes to the leader, as a client that knows him would do.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

var (
	endpoints   = flag.String("endpoints", "", "client addresses of the members, with commas")
	outstanding = flag.Int("outstanding", 1, "puts on their way at any moment")
	connections = flag.Int("connections", 1, "connections that they are spread over")
	seconds     = flag.Float64("seconds", 5, "how long is measured")
	warmSeconds = flag.Float64("warm-seconds", 1, "how long is not, before")
	sizeBytes   = flag.Int("size-bytes", 256, "of a value")
	keys        = flag.Int("keys", 10000, "different keys")
)

const callTimeout = 30 * time.Second

type result struct {
	Done             int     `json:"done"`
	Failed           int     `json:"failed"`
	Seconds          float64 `json:"seconds"`
	P50Ms            float64 `json:"p50Ms"`
	P99Ms            float64 `json:"p99Ms"`
	MaxMs            float64 `json:"maxMs"`
	ClientCpuSeconds float64 `json:"clientCpuSeconds"`
}

func main() {
	flag.Parse()
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func connect(addresses []string) (*clientv3.Client, error) {
	return clientv3.New(clientv3.Config{Endpoints: addresses, DialTimeout: callTimeout})
}

func leaderOf(addresses []string) (string, error) {
	client, err := connect(addresses)
	if err != nil {
		return "", err
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	for _, address := range addresses {
		status, err := client.Status(ctx, address)
		if err != nil {
			return "", err
		}
		if status.Header.MemberId == status.Leader {
			return address, nil
		}
	}
	return "", fmt.Errorf("none of %v leads", addresses)
}

func run() error {
	leader, err := leaderOf(strings.Split(*endpoints, ","))
	if err != nil {
		return err
	}
	clients := make([]*clientv3.Client, *connections)
	for i := range clients {
		if clients[i], err = connect([]string{leader}); err != nil {
			return err
		}
		defer clients[i].Close()
	}
	printed, err := json.Marshal(load(clients))
	if err != nil {
		return err
	}
	fmt.Println(string(printed))
	return nil
}

// What one worker saw inside the measured time.
type tally struct {
	latencies []time.Duration
	failed    int
}

func load(clients []*clientv3.Client) result {
	value := strings.Repeat("v", *sizeBytes)
	begin := time.Now().Add(time.Duration(*warmSeconds * float64(time.Second)))
	end := begin.Add(time.Duration(*seconds * float64(time.Second)))
	tallies := make([]tally, *outstanding)
	var next atomic.Int64
	var workers sync.WaitGroup
	var cpuAtBegin time.Duration
	time.AfterFunc(time.Until(begin), func() {
		fmt.Println("begin")
		cpuAtBegin = cpuTime()
	})
	ended := make(chan struct{})
	time.AfterFunc(time.Until(end), func() {
		fmt.Println("end")
		close(ended)
	})
	for i := range tallies {
		workers.Add(1)
		go func() {
			defer workers.Done()
			client := clients[i%len(clients)]
			for time.Now().Before(end) {
				key := fmt.Sprintf("key-%08d", next.Add(1)%int64(*keys))
				put(client, key, value, begin, end, &tallies[i])
			}
		}()
	}
	workers.Wait()
	<-ended
	runtime.KeepAlive(clients)
	return summed(tallies, cpuTime()-cpuAtBegin)
}

// Counts what was answered within the measured time, whenever it was asked.
func put(client *clientv3.Client, key, value string, begin, end time.Time, t *tally) {
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	asked := time.Now()
	_, err := client.Put(ctx, key, value)
	answered := time.Now()
	if answered.Before(begin) || answered.After(end) {
		return
	}
	if err != nil {
		t.failed++
		return
	}
	t.latencies = append(t.latencies, answered.Sub(asked))
}

func summed(tallies []tally, cpu time.Duration) result {
	all := []time.Duration{}
	failed := 0
	for _, t := range tallies {
		all = append(all, t.latencies...)
		failed += t.failed
	}
	sort.Slice(all, func(i, j int) bool { return all[i] < all[j] })
	at := func(share float64) float64 {
		if len(all) == 0 {
			return 0
		}
		return float64(all[int(share*float64(len(all)-1))].Microseconds()) / 1000
	}
	return result{len(all), failed, *seconds, at(0.5), at(0.99), at(1), cpu.Seconds()}
}

func cpuTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
