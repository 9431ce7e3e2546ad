/**
 * Metrics in Prometheus' form, named after etcd's for Raft: same meaning, prefix `weir_`. Gauges
 * are read from the node when somebody scrapes; durations are counted as they happen. The label
 * `group` has as many values as replicas live here, `peer` as many as there are other nodes, `code`
 * a few dozen.
 */

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Counted, Figures, GroupReport, LinkFigures, NodeFace } from '../node/face.ts'
import { type Meter, SLOW_APPLY_MS } from '../node/meter.ts'

export interface MetricsText {
  text(): Promise<{ readonly type: string; readonly body: string }>
}

/** From 1/8 ms, doubling: disks and applies alike. */
const SECONDS = Array.from({ length: 16 }, (_, power) => 0.000_125 * 2 ** power)

export class NodeMetrics implements MetricsText, Meter {
  readonly #registry = new Registry()
  readonly #sync = this.#histogram(
    'weir_raft_wal_fsync_duration_seconds',
    'How long the log was being synced',
  )
  readonly #apply = this.#histogram(
    'weir_raft_apply_duration_seconds',
    'How long entries were being applied',
  )
  readonly #image = this.#histogram(
    'weir_raft_snapshot_save_duration_seconds',
    'How long an image was being written',
  )
  readonly #slowApplies = new Counter({
    name: 'weir_raft_slow_apply_total',
    help: `Applies that took longer than ${SLOW_APPLY_MS} ms`,
    registers: [this.#registry],
  })

  /** `face`: undefined while the node is not yet started. */
  constructor(face: () => NodeFace | undefined, version: Readonly<Record<string, string>>) {
    collectDefaultMetrics({ register: this.#registry })
    const build = this.#gauge('weir_build_info', 'Always 1; the labels say what runs', [
      ...Object.keys(version),
    ])
    build.set({ ...version }, 1)
    this.#ofGroups(() => face()?.reports() ?? [])
    this.#ofNode(() => face()?.figures())
    this.#ofLinks(() => face()?.figures().links ?? [])
    this.#ofRefusals(() => face()?.figures())
  }

  onSync(ms: number): void {
    this.#sync.observe(ms / 1000)
  }

  onApply(ms: number): void {
    this.#apply.observe(ms / 1000)
    if (ms > SLOW_APPLY_MS) this.#slowApplies.inc()
  }

  onImage(ms: number): void {
    this.#image.observe(ms / 1000)
  }

  async text() {
    return { type: this.#registry.contentType, body: await this.#registry.metrics() }
  }

  #ofGroups(reports: () => readonly GroupReport[]): void {
    const gauge = (name: string, help: string, value: (report: GroupReport) => number) => {
      this.#gauge(`weir_raft_${name}`, help, ['group'], self => {
        self.reset()
        for (const report of reports()) self.set({ group: report.group }, value(report))
      })
    }
    gauge('has_leader', '1: a leader is known here', one => Number(one.leader !== null))
    gauge('is_leader', '1: the replica here leads', one => Number(one.role === 'leader'))
    gauge('term', 'The term of the replica here', one => one.term)
    gauge('commit_index', 'Up to which entry the log is committed', one => one.commit)
    gauge('applied_index', 'Up to which entry the log is applied', one => one.applied)
  }

  #ofNode(figures: () => Figures | undefined): void {
    const counter = (name: string, help: string, value: (figures: Figures) => number) => {
      this.#counter(`weir_raft_${name}`, help, [], self => {
        self.reset()
        const now = figures()
        if (now !== undefined) self.inc(value(now))
      })
    }
    counter('leader_changes_total', 'Leaders that replicas here came to know', f => f.leaderChanges)
    counter('proposals_committed_total', 'Entries committed by replicas here', f => f.committed)
    counter('proposals_applied_total', 'Entries applied by replicas here', f => f.applied)
    counter('proposals_failed_total', 'Proposals refused or of unknown fate', f => f.failed)
    counter('read_index_failed_total', 'Reads refused or lost', f => f.readsFailed)
    counter(
      'heartbeat_send_failures_total',
      'Frames to peers that were dropped',
      f => f.framesDropped,
    )
    counter('loop_stalls_total', 'Times when the event loop stood still for long', f => f.stalls)
    const gauge = (name: string, help: string, value: (figures: Figures) => number) => {
      this.#gauge(`weir_raft_${name}`, help, [], self => {
        const now = figures()
        if (now !== undefined) self.set(value(now))
      })
    }
    gauge('proposals_pending', 'Proposals on their way', f => f.pending)
    gauge('log_size_bytes', 'Bytes of all segments of the log', f => f.logBytes)
    gauge('snapshots_running', 'Images that are being written', f => f.imagesRunning)
    gauge('snapshots_waiting', 'Images that wait to be written', f => f.imagesWaiting)
    gauge('connections_accepted', 'Connections of others that are open', f => f.accepted)
  }

  #ofRefusals(figures: () => Figures | undefined): void {
    const counter = (
      name: string,
      help: string,
      values: (figures: Figures) => readonly Counted[],
    ) => {
      this.#counter(`weir_raft_${name}`, help, ['code'], self => {
        self.reset()
        const now = figures()
        for (const { code, count } of now === undefined ? [] : values(now)) {
          self.inc({ code }, count)
        }
      })
    }
    counter('refused_total', 'What others sent and was not taken here', f => f.refused)
    counter('refused_by_peers_total', 'What peers said that they do not take', f => {
      return f.refusedByPeers
    })
  }

  #ofLinks(links: () => readonly LinkFigures[]): void {
    const counter = (name: string, help: string, value: (link: LinkFigures) => number) => {
      this.#counter(`weir_raft_peer_${name}`, help, ['peer'], self => {
        self.reset()
        for (const link of links()) self.inc({ peer: link.peer }, value(link))
      })
    }
    counter('sent_bytes_total', 'Bytes sent to a peer', link => link.sentBytes)
    counter('received_bytes_total', 'Bytes received from a peer', link => link.receivedBytes)
    this.#gauge('weir_raft_peer_up', '1: the connection to the peer stands', ['peer'], self => {
      self.reset()
      for (const link of links()) self.set({ peer: link.peer }, Number(link.isUp))
    })
    this.#gauge('weir_raft_peer_rtt_seconds', 'The last way there and back', ['peer'], self => {
      self.reset()
      for (const { peer, rttMs } of links()) {
        if (rttMs !== undefined) self.set({ peer }, rttMs / 1000)
      }
    })
  }

  #histogram(name: string, help: string): Histogram {
    return new Histogram({ name, help, buckets: SECONDS, registers: [this.#registry] })
  }

  #gauge(
    name: string,
    help: string,
    labelNames: string[],
    collect: (self: Gauge) => void = () => {},
  ): Gauge {
    const collected = function (this: Gauge) {
      collect(this)
    }
    return new Gauge({ name, help, labelNames, registers: [this.#registry], collect: collected })
  }

  #counter(
    name: string,
    help: string,
    labelNames: string[],
    collect: (self: Counter) => void,
  ): Counter {
    const collected = function (this: Counter) {
      collect(this)
    }
    return new Counter({ name, help, labelNames, registers: [this.#registry], collect: collected })
  }
}
