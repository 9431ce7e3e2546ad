/** Whole nodes, simulated: the same every time, sound, and really put to their faults. */

import { expect, test } from 'vitest'
import { drawFleet } from './draw.ts'
import type { FleetFaultKind } from './kinds.ts'
import { runFleet } from './run.ts'
import type { FleetFault } from './scenario.ts'

test('a seed is one run, to the last event', () => {
  const [first, second] = [runFleet(drawFleet(5)), runFleet(drawFleet(5))]
  expect(first).toEqual(second)
  expect(first.failure).toBeUndefined()
  expect(runFleet(drawFleet(6)).traceHash).not.toBe(first.traceHash)
})

test('without a fault all groups serve, and a killed node is replaced', () => {
  const result = runFleet({ ...drawFleet(9), groups: 3, faults: [] })
  expect(result.failure).toBeUndefined()
  expect(result.operations).toBeGreaterThan(100)
  expect(result.killedMs).toBeGreaterThan(0)
  expect(result.cells['follower snapshot'] ?? 0).toBe(0)
})

test('a node that lost its disk is replaced in each of its groups', () => {
  const lost = { kind: 'lost-disk', who: 0, whom: 0, forMs: 0, amount: 0, salt: 1 } as const
  const scenario = { ...drawFleet(9), groups: 3, nodes: 3, replication: 3 }
  const result = runFleet({ ...scenario, faults: [{ ...lost, atMs: 8000 }] })
  expect(result.failure).toBeUndefined()
  expect(result.faults['lost-disk']).toBe(1)
  expect(result.cells['learner append']).toBeGreaterThan(0)
})

const fault = (kind: FleetFaultKind, atMs: number, more: Partial<FleetFault> = {}) => ({
  ...{ kind, atMs, who: 0, whom: 0, forMs: 0, amount: 0, salt: 1 },
  ...more,
})

/** Three nodes that keep their state, and no fault but these. */
function played(seed: number, faults: readonly FleetFault[]) {
  const lines: string[] = []
  const drawn = drawFleet(seed)
  const profile = { ...drawn.profile, state: { isKept: true, isBootKnown: true } }
  const scenario = { ...drawn, profile, groups: 2, nodes: 3, replication: 3, faults }
  return { lines, result: runFleet(scenario, { tell: line => lines.push(line) }) }
}

test('a node on an old disk is refused by each peer, and comes back as another replica', () => {
  const { lines, result } = played(9, [fault('old-disk', 5000, { forMs: 9000 })])
  expect(result.failure).toBeUndefined()
  expect(result.faults['old-disk']).toBe(1)
  expect(lines.some(line => line.includes('has lost its log: n1 comes with boot'))).toBe(true)
  expect(lines.some(line => line.includes('n1 starts, boot 1 of disk 2'))).toBe(true)
  expect(result.cells['learner append']).toBeGreaterThan(0)
})

test('a node whose newest segment is gone comes back as another replica', () => {
  const { lines, result } = played(9, [fault('lost-segment', 8000)])
  expect(result.failure).toBeUndefined()
  expect(result.faults['lost-segment']).toBe(1)
  const loss = /n1 has lost its log: there is no log-\d+, which was begun/
  expect(lines.some(line => loss.test(line))).toBe(true)
  expect(lines.some(line => line.includes('n1 starts, boot 1 of disk 2'))).toBe(true)
  expect(result.cells['learner append']).toBeGreaterThan(0)
})

test('a log that was cut short is given away by its note, by its state, or by nothing', () => {
  const whys = [
    /: malformed.* ends at byte/,
    /: the state of group \d+ holds/,
    /: it ends early, and/,
  ]
  const seen = new Set<number>()
  for (let salt = 1; salt <= 12; salt++) {
    const { lines, result } = played(9, [fault('cut-log', 8000 + 100 * salt, { salt })])
    expect(result.failure).toBeUndefined()
    expect(result.faults['cut-log']).toBe(1)
    const losses = lines.filter(line => line.includes('n1 has lost its log'))
    expect(losses).toHaveLength(1)
    seen.add(whys.findIndex(why => why.test(losses[0] ?? '')))
    expect(lines.some(line => line.includes('n1 starts, boot 1 of disk 2'))).toBe(true)
  }
  expect([...seen]).toContain(1)
  expect([...seen]).not.toContain(-1)
})

test('a copy that is not older than the peers remember is not put back', () => {
  const cut = fault('isolate', 5500, { forMs: 20_000 })
  const { result } = played(9, [fault('old-disk', 5000, { forMs: 9000 }), cut])
  expect(result.failure).toBeUndefined()
  expect(result.faults['old-disk']).toBe(0)
})

test.each(['damaged-frame', 'twice-hello', 'lost-hello'] as const)(
  'a %s costs its connection, and nothing else',
  kind => {
    const faults = [5000, 9000, 13_000].map((atMs, salt) => fault(kind, atMs, { salt }))
    const { result } = played(11, faults)
    expect(result.failure).toBeUndefined()
    expect(result.faults[kind]).toBeGreaterThanOrEqual(3)
  },
)

test('a way that swallows all costs its connections, and nothing else', () => {
  const faults = [5000, 12_000, 19_000].map((atMs, salt) => fault('swallow', atMs, { salt }))
  const { result } = played(9, faults)
  expect(result.failure).toBeUndefined()
  expect(result.faults['swallow']).toBe(3)
})

test('a machine of which nobody says that it fell is let in again, and nothing is left', () => {
  const faults = [5000, 12_000, 19_000].map((atMs, salt) =>
    fault('silent-cut', atMs, { forMs: 500, salt }),
  )
  const { lines, result } = played(9, faults)
  expect(result.failure).toBeUndefined()
  expect(result.faults['silent-cut']).toBe(3)
  expect(lines.some(line => line.includes('boot 4'))).toBe(true)
})

test('a stranger whose machine at the other end fell leads nobody astray', () => {
  expect(runFleet(drawFleet(985_199_175)).failure).toBeUndefined()
})

test('a read that fails ends a process and loses nothing: the next one reads again', () => {
  const faults = [5000, 12_000].map((atMs, at) =>
    fault('read-fails', atMs, { amount: 1 + at, salt: 2 }),
  )
  const { lines, result } = played(9, faults)
  expect(result.failure).toBeUndefined()
  expect(result.faults['read-fails']).toBe(3)
  const ends = lines.filter(line => line.includes('ends itself: the disk failed (io-error)'))
  expect(ends).toHaveLength(3)
  expect(lines.some(line => line.includes('has lost its log'))).toBe(false)
})

test('state is kept over the end of a process, not over the end of a machine', () => {
  const crash = fault('crash', 8000, { forMs: 500 })
  /** Of the second boot of the node that is hit; in the end another one is killed. */
  const why = (lines: readonly string[]) =>
    lines.find(line => line.includes('n1 starts, boot 2'))?.split('its state: ')[1]
  expect(why(played(9, [crash]).lines)).toBe('the machine ran on')
  expect(why(played(9, [{ ...crash, kind: 'power-cut' }]).lines)).toBe('the machine went down')
  const stop = { ...crash, kind: 'stop' as const }
  expect(why(played(9, [stop]).lines)).toBe('closed in peace')
})

test('what happens is told in lines when somebody listens', () => {
  const lines: string[] = []
  const crash = { kind: 'crash', who: 0, whom: 0, forMs: 500, amount: 0, salt: 1 } as const
  runFleet({ ...drawFleet(9), faults: [{ ...crash, atMs: 8000 }] }, { tell: l => lines.push(l) })
  expect(lines.some(line => line.includes('fault') && line.includes('crash'))).toBe(true)
  expect(lines.some(line => line.includes('boot 2'))).toBe(true)
})
