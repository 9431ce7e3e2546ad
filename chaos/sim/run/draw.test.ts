/** Scenarios: as large as a run must be, plain, and the same for the same seed. */

import { expect, test } from 'vitest'
import { faultKinds } from '../world/faults.ts'
import { drawScenario, SAFETY_MS_MIN } from './draw.ts'

const scenarios = Array.from({ length: 300 }, (_, seed) => drawScenario(seed))

test('one seed is one scenario, and plain JSON', () => {
  for (const scenario of scenarios.slice(0, 20)) {
    expect(drawScenario(scenario.seed)).toEqual(scenario)
    expect(JSON.parse(JSON.stringify(scenario))).toEqual(scenario)
  }
  expect(scenarios[0]).not.toEqual({ ...scenarios[1], seed: 0 })
})

test('every scenario is as large as a run must be', () => {
  for (const { voters, safetyMs, profile, replicasMax, votersMin } of scenarios) {
    expect(voters).toBeGreaterThanOrEqual(3)
    expect(voters).toBeLessThanOrEqual(7)
    expect(safetyMs).toBeGreaterThanOrEqual(SAFETY_MS_MIN)
    expect(profile.workload.operations).toBeGreaterThanOrEqual(200)
    expect(replicasMax).toBeGreaterThan(voters)
    expect(votersMin).toBeLessThanOrEqual(voters)
  }
})

test('faults come in order of time, within the safety phase', () => {
  for (const { faults, safetyMs } of scenarios) {
    const times = faults.map(({ atMs }) => atMs)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(times.every(at => at >= 0 && at < safetyMs)).toBe(true)
    for (const { forMs, amount } of faults) {
      expect(forMs).toBeGreaterThanOrEqual(0)
      expect(Number.isFinite(amount)).toBe(true)
    }
  }
})

test('every kind that is scheduled comes often, and some runs leave a family out', () => {
  const unscheduled = [
    'loss',
    'duplicate',
    'reorder',
    'overflow',
    'slow-read',
    'unsynced-lost',
    'torn-tail',
  ]
  const counts = new Map<string, number>()
  for (const { faults } of scenarios) {
    for (const { kind } of faults) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  for (const kind of faultKinds) {
    if (unscheduled.includes(kind)) expect(counts.get(kind)).toBeUndefined()
    else expect(counts.get(kind), kind).toBeGreaterThan(50)
  }
  const calm = scenarios.filter(({ faults }) => !faults.some(({ kind }) => kind === 'crash'))
  expect(calm.length).toBeGreaterThan(50)
})
