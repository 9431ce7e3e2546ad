/** Metrics as a scraper sees them: their form, their types, and what they are without a node. */

import { expect, test } from 'vitest'
import { nodeId } from '../base/ids.ts'
import type { NodeFace } from '../node/face.ts'
import { SLOW_APPLY_MS } from '../node/meter.ts'
import { NodeMetrics } from './metrics.ts'
import { figures, report, ToldFace } from './testing/cluster.ts'

const version = { weir: '1.2.3', node: '20' }

async function textOf(metrics: NodeMetrics): Promise<string> {
  return (await metrics.text()).body
}

/** Values of one name, by their labels. */
function valuesOf(text: string, name: string): Readonly<Record<string, number>> {
  const lines = text
    .split('\n')
    .filter(line => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
  return Object.fromEntries(
    lines.map(line => {
      const at = line.lastIndexOf(' ')
      return [line.slice(name.length, at), Number(line.slice(at + 1))]
    }),
  )
}

test('every metric of ours has its prefix, its help and the ending of its type', async () => {
  const face = new ToldFace('a')
  face.known.push(report('a', 1))
  const text = await textOf(new NodeMetrics(() => face, version))
  const types = [...text.matchAll(/^# TYPE (weir_\S+) (\S+)$/gm)]
  expect(types.length).toBeGreaterThan(20)
  for (const [, name = '', type] of types) {
    expect(text).toMatch(new RegExp(`^# HELP ${name} \\S`, 'm'))
    expect(name.endsWith('_total')).toBe(type === 'counter')
    if (type === 'histogram') expect(name.endsWith('_seconds')).toBe(true)
  }
})

test('a node that has not joined has no groups and no peers', async () => {
  const text = await textOf(new NodeMetrics(() => undefined, version))
  expect(valuesOf(text, 'weir_raft_has_leader')).toEqual({})
  expect(valuesOf(text, 'weir_raft_peer_up')).toEqual({})
  expect(valuesOf(text, 'weir_raft_leader_changes_total')).toEqual({ '': 0 })
  expect(valuesOf(text, 'weir_build_info')).toEqual({ '{weir="1.2.3",node="20"}': 1 })
})

test('groups and peers that are gone are gone from the metrics', async () => {
  const face = new ToldFace('a')
  let links = figures.links
  const told: NodeFace = Object.assign(face, { figures: () => ({ ...figures, links }) })
  const metrics = new NodeMetrics(() => told, version)
  face.known.push(report('a', 1), report('a', 2, { leader: nodeId('b'), role: 'leader' }))
  let text = await textOf(metrics)
  expect(valuesOf(text, 'weir_raft_has_leader')).toEqual({
    '{group="kv/1"}': 0,
    '{group="kv/2"}': 1,
  })
  expect(valuesOf(text, 'weir_raft_peer_sent_bytes_total')).toEqual({ '{peer="b"}': 10 })
  face.known.shift()
  links = []
  text = await textOf(metrics)
  expect(valuesOf(text, 'weir_raft_has_leader')).toEqual({ '{group="kv/2"}': 1 })
  expect(valuesOf(text, 'weir_raft_peer_sent_bytes_total')).toEqual({})
})

test('a peer that is down, and one whose way was never measured', async () => {
  const face = new ToldFace('a')
  const link = { sentBytes: 0, receivedBytes: 0, rttMs: undefined, isUp: false }
  const links = [{ ...link, peer: nodeId('c') }]
  const told: NodeFace = Object.assign(face, { figures: () => ({ ...figures, links }) })
  const text = await textOf(new NodeMetrics(() => told, version))
  expect(valuesOf(text, 'weir_raft_peer_up')).toEqual({ '{peer="c"}': 0 })
  expect(valuesOf(text, 'weir_raft_peer_rtt_seconds')).toEqual({})
})

test('durations fall where they belong', async () => {
  const metrics = new NodeMetrics(() => undefined, version)
  for (const ms of [0.1, 0.2, 1, 5000]) metrics.onSync(ms)
  const buckets = valuesOf(await textOf(metrics), 'weir_raft_wal_fsync_duration_seconds_bucket')
  expect(buckets['{le="0.000125"}']).toBe(1)
  expect(buckets['{le="0.00025"}']).toBe(2)
  expect(buckets['{le="0.001"}']).toBe(3)
  expect(buckets['{le="4.096"}']).toBe(3)
  expect(buckets['{le="+Inf"}']).toBe(4)
})

test('an apply is slow beyond its bound', async () => {
  const metrics = new NodeMetrics(() => undefined, version)
  metrics.onApply(SLOW_APPLY_MS)
  metrics.onApply(SLOW_APPLY_MS + 1)
  metrics.onImage(10)
  const text = await textOf(metrics)
  expect(valuesOf(text, 'weir_raft_slow_apply_total')).toEqual({ '': 1 })
  expect(valuesOf(text, 'weir_raft_apply_duration_seconds_count')).toEqual({ '': 2 })
  expect(valuesOf(text, 'weir_raft_snapshot_save_duration_seconds_sum')).toEqual({ '': 0.01 })
})

test('two nodes in one process do not share their metrics', async () => {
  const one = new NodeMetrics(() => undefined, version)
  const other = new NodeMetrics(() => undefined, version)
  one.onSync(1)
  const count = 'weir_raft_wal_fsync_duration_seconds_count'
  expect(valuesOf(await textOf(one), count)).toEqual({ '': 1 })
  expect(valuesOf(await textOf(other), count)).toEqual({ '': 0 })
})
