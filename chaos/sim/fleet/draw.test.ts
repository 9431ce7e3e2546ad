/** Scenarios of whole nodes: plain, the same for the same seed, and of every kind. */

import { expect, test } from 'vitest'
import { completed, drawFleet } from './draw.ts'
import { fleetFaultKinds } from './kinds.ts'
import type { FleetScenario } from './scenario.ts'

const scenarios = Array.from({ length: 300 }, (_, seed) => drawFleet(seed))

test('one seed is one scenario, and plain JSON', () => {
  for (const scenario of scenarios.slice(0, 20)) {
    expect(drawFleet(scenario.seed)).toEqual(scenario)
    expect(JSON.parse(JSON.stringify(scenario))).toEqual(scenario)
  }
  expect(scenarios[0]).not.toEqual({ ...scenarios[1], seed: 0 })
})

test('a group has as many voters as there are nodes for, and beats fall on the grid', () => {
  for (const { nodes, replication, groups, profile } of scenarios) {
    expect(replication).toBeGreaterThanOrEqual(3)
    expect(replication).toBeLessThanOrEqual(nodes)
    expect(groups).toBeGreaterThan(0)
    expect(profile.times.heartbeatMs % 10).toBe(0)
    expect(profile.links.queuedBytesMax).toBeGreaterThanOrEqual(profile.links.frameBytesMax)
  }
})

test('faults come in order of time, within the safety phase', () => {
  for (const { faults, safetyMs } of scenarios) {
    const times = faults.map(({ atMs }) => atMs)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(times.every(at => at >= 0 && at < safetyMs)).toBe(true)
  }
})

test('every kind that is scheduled comes often', () => {
  const unscheduled = ['unsynced-lost', 'torn-tail', 'slow-read', 'state-gap']
  const counts = new Map<string, number>()
  for (const { faults } of scenarios) {
    for (const { kind } of faults) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  for (const kind of fleetFaultKinds) {
    if (unscheduled.includes(kind)) expect(counts.get(kind)).toBeUndefined()
    else expect(counts.get(kind), kind).toBeGreaterThan(50)
  }
})

test('what was kept before a bound or a time existed has the usual one', () => {
  const drawn = drawFleet(1)
  expect(completed(drawn)).toEqual(drawn)
  const { probeMs, ...links } = drawn.profile.links
  const kept = { ...drawn, profile: { ...drawn.profile, links } } as FleetScenario
  expect(completed(kept).profile.links.probeMs).toBe(probeMs)
})
