/** Metrics as a scraper reads them: their names, types and values, and what goes with its node. */

import { expect, test } from 'vitest'
import { nodeId } from '../base/ids.ts'
import type { Figures } from '../node/face.ts'
import { NodeMetrics } from './metrics.ts'
import { figures, report, ToldFace } from './testing/cluster.ts'

interface Metric {
  readonly type: string
  readonly help: string
  /** By name and labels, as written. */
  readonly samples: ReadonlyMap<string, number>
}

function parse(body: string): ReadonlyMap<string, Metric> {
  const metrics = new Map<string, { type: string; help: string; samples: Map<string, number> }>()
  let current = { type: '', help: '', samples: new Map<string, number>() }
  for (const line of body.split('\n').filter(one => one !== '')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? []
    if (kind === 'HELP') {
      expect(metrics.has(name)).toBe(false)
      current = { type: '', help: rest, samples: new Map() }
      metrics.set(name, current)
    } else if (kind === 'TYPE') current.type = rest
    else {
      const [, sample = '', value = ''] = /^(\S+(?:\{.*\})?) (\S+)$/.exec(line) ?? []
      current.samples.set(sample, Number(value))
    }
  }
  return metrics
}

async function scrape(metrics: NodeMetrics) {
  const { type, body } = await metrics.text()
  expect(type).toMatch(/^text\/plain; version=0\.0\.4/)
  return parse(body)
}

const version = { weir: '1.2.3' }
const types: Readonly<Record<string, string>> = {
  weir_build_info: 'gauge',
  weir_raft_has_leader: 'gauge',
  weir_raft_is_leader: 'gauge',
  weir_raft_term: 'gauge',
  weir_raft_commit_index: 'gauge',
  weir_raft_applied_index: 'gauge',
  weir_raft_leader_changes_total: 'counter',
  weir_raft_proposals_committed_total: 'counter',
  weir_raft_proposals_applied_total: 'counter',
  weir_raft_proposals_failed_total: 'counter',
  weir_raft_proposals_pending: 'gauge',
  weir_raft_read_index_failed_total: 'counter',
  weir_raft_heartbeat_send_failures_total: 'counter',
  weir_raft_loop_stalls_total: 'counter',
  weir_raft_log_size_bytes: 'gauge',
  weir_raft_snapshots_running: 'gauge',
  weir_raft_snapshots_waiting: 'gauge',
  weir_raft_connections_accepted: 'gauge',
  weir_raft_refused_total: 'counter',
  weir_raft_refused_by_peers_total: 'counter',
  weir_raft_peer_sent_bytes_total: 'counter',
  weir_raft_peer_received_bytes_total: 'counter',
  weir_raft_peer_up: 'gauge',
  weir_raft_peer_rtt_seconds: 'gauge',
  weir_raft_wal_fsync_duration_seconds: 'histogram',
  weir_raft_apply_duration_seconds: 'histogram',
  weir_raft_snapshot_save_duration_seconds: 'histogram',
  weir_raft_slow_apply_total: 'counter',
}

test('every metric of ours, with its type and a sentence, and none besides', async () => {
  const metrics = await scrape(new NodeMetrics(() => new ToldFace('a'), version))
  const ours = [...metrics].filter(([name]) => name.startsWith('weir_'))
  expect(Object.fromEntries(ours.map(([name, { type }]) => [name, type]))).toEqual(types)
  for (const [name, { help, type }] of ours) {
    expect(help).not.toBe('')
    // Prometheus' rule: counters end in _total, nothing else does.
    expect(name.endsWith('_total')).toBe(type === 'counter')
    if (type === 'histogram') expect(name.endsWith('_seconds')).toBe(true)
  }
})

test('what the node says is what is shown, in base units', async () => {
  const face = new ToldFace('a')
  face.known.push(report('a', 1, { role: 'leader', leader: nodeId('a'), term: 3, applied: 9 }))
  const metrics = await scrape(new NodeMetrics(() => face, version))
  const shown = (name: string, labels = '') =>
    metrics.get(`weir_${name}`)?.samples.get(`weir_${name}${labels}`)
  expect(shown('build_info', '{weir="1.2.3"}')).toBe(1)
  const group = '{group="kv/1"}'
  const ofGroup = ['has_leader', 'is_leader', 'term', 'commit_index', 'applied_index']
  expect(ofGroup.map(name => shown(`raft_${name}`, group))).toEqual([1, 1, 3, 10, 9])
  const ofNode = ['leader_changes_total', 'proposals_committed_total', 'proposals_applied_total']
  expect(ofNode.map(name => shown(`raft_${name}`))).toEqual([2, 30, 29])
  const troubles = ['proposals_failed_total', 'read_index_failed_total', 'loop_stalls_total']
  expect(troubles.map(name => shown(`raft_${name}`))).toEqual([1, 5, 7])
  expect(shown('raft_heartbeat_send_failures_total')).toBe(6)
  expect([shown('raft_proposals_pending'), shown('raft_log_size_bytes')]).toEqual([4, 8000])
  const ofImages = ['snapshots_running', 'snapshots_waiting', 'connections_accepted']
  expect(ofImages.map(name => shown(`raft_${name}`))).toEqual([8, 9, 12])
  const refused = (code: string) => shown('raft_refused_total', `{code="${code}"}`)
  expect(['malformed-bytes', 'unknown-group'].map(refused)).toEqual([13, 14])
  expect(shown('raft_refused_by_peers_total', '{code="old-incarnation"}')).toBe(15)
  const ofPeer = ['sent_bytes_total', 'received_bytes_total', 'up', 'rtt_seconds']
  const told = ofPeer.map(name => shown(`raft_peer_${name}`, '{peer="b"}'))
  expect(told).toEqual([10, 20, 1, 0.0005])
})

test('a node that is not yet started measures, and claims nothing of groups', async () => {
  const node = new NodeMetrics(() => undefined, version)
  node.onSync(1)
  const metrics = await scrape(node)
  expect(metrics.get('weir_raft_has_leader')?.samples.size).toBe(0)
  expect(metrics.get('weir_raft_peer_up')?.samples.size).toBe(0)
  const changes = metrics.get('weir_raft_leader_changes_total')?.samples
  expect(changes?.get('weir_raft_leader_changes_total')).toBe(0)
  const syncs = metrics.get('weir_raft_wal_fsync_duration_seconds')?.samples
  expect(syncs?.get('weir_raft_wal_fsync_duration_seconds_count')).toBe(1)
})

test('groups that went are not shown any more, nor peers', async () => {
  const face = new ToldFace('a')
  face.known.push(report('a', 1), report('a', 2, { role: 'leader', leader: nodeId('a') }))
  const node = new NodeMetrics(() => face, version)
  const before = await scrape(node)
  expect(Object.fromEntries(before.get('weir_raft_has_leader')?.samples ?? [])).toEqual({
    'weir_raft_has_leader{group="kv/1"}': 0,
    'weir_raft_has_leader{group="kv/2"}': 1,
  })
  face.known.shift()
  const without: Figures = { ...figures, links: [] }
  face.figures = () => without
  const after = await scrape(node)
  expect([...(after.get('weir_raft_term')?.samples.keys() ?? [])]).toEqual([
    'weir_raft_term{group="kv/2"}',
  ])
  for (const name of ['sent_bytes_total', 'received_bytes_total', 'up', 'rtt_seconds']) {
    expect(after.get(`weir_raft_peer_${name}`)?.samples.size).toBe(0)
  }
})

test('a way there and back that was never measured is left out', async () => {
  const face = new ToldFace('a')
  const [link] = figures.links
  const links = [{ ...link, rttMs: undefined, isUp: false }] as Figures['links']
  face.figures = () => ({ ...figures, links })
  const metrics = await scrape(new NodeMetrics(() => face, version))
  expect(metrics.get('weir_raft_peer_rtt_seconds')?.samples.size).toBe(0)
  expect(metrics.get('weir_raft_peer_up')?.samples.get('weir_raft_peer_up{peer="b"}')).toBe(0)
})

test('buckets double from an eighth of a millisecond, and count upwards', async () => {
  const node = new NodeMetrics(() => undefined, version)
  for (const ms of [0.1, 0.3, 5, 10_000]) node.onImage(ms)
  const name = 'weir_raft_snapshot_save_duration_seconds'
  const samples = (await scrape(node)).get(name)?.samples ?? new Map<string, number>()
  const buckets = [...samples].filter(([sample]) => sample.includes('_bucket'))
  expect(buckets).toHaveLength(17)
  expect(samples.get(`${name}_bucket{le="0.000125"}`)).toBe(1)
  expect(samples.get(`${name}_bucket{le="0.0005"}`)).toBe(2)
  expect(samples.get(`${name}_bucket{le="0.008"}`)).toBe(3)
  expect(samples.get(`${name}_bucket{le="+Inf"}`)).toBe(4)
  expect(samples.get(`${name}_sum`)).toBeCloseTo(10.0054, 4)
})

test('slow is what took longer than the bound, not what took as long', async () => {
  const node = new NodeMetrics(() => undefined, version)
  for (const ms of [99, 100, 100.5, 4000]) node.onApply(ms)
  const metrics = await scrape(node)
  const slow = metrics.get('weir_raft_slow_apply_total')?.samples
  expect(slow?.get('weir_raft_slow_apply_total')).toBe(2)
})

test('two nodes in one process do not share a registry', async () => {
  const one = new NodeMetrics(() => undefined, version)
  const two = new NodeMetrics(() => undefined, version)
  one.onSync(1)
  const name = 'weir_raft_wal_fsync_duration_seconds'
  expect((await scrape(two)).get(name)?.samples.get(`${name}_count`)).toBe(0)
})
