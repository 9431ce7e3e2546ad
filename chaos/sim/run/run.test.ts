/** Whole runs: the same for the same seed, green, and red when a checker objects. */

import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import type { ReplicaView } from '../checkers/checker.ts'
import { Rule } from '../checkers/rule.ts'
import { faultKinds } from '../world/faults.ts'
import { drawScenario } from './draw.ts'
import { failureReport, report, summary } from './report.ts'
import { run } from './run.ts'
import { Totals } from './totals.ts'

const seed = 7

test('a run without faults is green, and long enough', () => {
  const result = run({ ...drawScenario(seed), faults: [] })
  expect(result.failure).toBeUndefined()
  expect(result.simulatedMs).toBeGreaterThanOrEqual(60_000)
  expect(result.operations).toBeGreaterThanOrEqual(200)
  expect(result.checks['RAFT-1 election safety']).toBeGreaterThan(0)
  expect(result.checks['RAFT-21 linearizability']).toBeGreaterThan(0)
  expect(result.checks['LIVE-5 a killed leader is replaced in time']).toBeGreaterThan(0)
})

/** Whatever a test gave to the core or got from it, and somebody changes later, throws. */
function freeze(value: object): void {
  for (const part of Object.values(value)) {
    // Bytes cannot be frozen.
    if (typeof part === 'object' && part !== null && !ArrayBuffer.isView(part)) freeze(part)
  }
  Object.freeze(value)
}

test('messages that cannot be changed change nothing', () => {
  const scenario = drawScenario(seed)
  const usual = run(scenario)
  expect(usual.failure).toBeUndefined()
  expect(run(scenario, { onSend: freeze })).toEqual(usual)
})

test('lines for people change nothing, and tell who did what', () => {
  const scenario = drawScenario(seed)
  const lines: string[] = []
  expect(run(scenario, { tell: line => lines.push(line) })).toEqual(run(scenario))
  expect(lines.join('\n')).toMatch(/n0 r1 +\w+ +t\d+ leader \d+ commit \d+ last \d+ {2}apply/)
})

test('one seed is one run, in whatever process', { timeout: 60_000 }, () => {
  const say = (arg: string) => {
    const args = ['scripts/run.mjs', 'chaos/sim/main.ts', '--seed', arg]
    const said = execFileSync(process.execPath, args, { encoding: 'utf8' })
    return /trace hash (\d+)/.exec(said)?.[1]
  }
  const hash = say(String(seed))
  expect(hash).toBe(String(run(drawScenario(seed)).traceHash))
  expect(say(String(seed))).toBe(hash)
  expect(say(String(seed + 1))).not.toBe(hash)
})

class NobodyLeads extends Rule {
  readonly name = 'TEST-1 nobody leads'

  stepped({ raft }: ReplicaView): void {
    this.must(raft.status().role !== 'leader', () => 'somebody leads')
  }
}

test('a checker that objects ends the run, and says how to see it again', () => {
  const result = run(drawScenario(seed), { checkers: [new NobodyLeads()] })
  expect(result.failure).toEqual({ checker: 'TEST-1 nobody leads', detail: 'somebody leads' })
  expect(result.simulatedMs).toBeLessThan(60_000)
  const told = failureReport(result, 'npm run sim -- --seed 7 --verbose')
  expect(told).toContain('seed 7 FAILED')
  expect(told).toContain('TEST-1 nobody leads')
  expect(told).toContain('npm run sim -- --seed 7 --verbose')
})

test('totals do not depend on the order of the runs, and the report names every kind', () => {
  const results = [1, 2, 3].map(n => run(drawScenario(n)))
  const forth = new Totals()
  const back = new Totals()
  for (const result of results) forth.add(result)
  for (const result of results.reverse()) back.add(result)
  expect(forth.failed).toEqual([])
  expect(back.hash()).toBe(forth.hash())
  const told = report(forth, faultKinds)
  for (const kind of faultKinds) expect(told).toContain(kind)
  expect(summary(forth, 1000)).toContain('3 seeds, 0 failed\n3.0 seeds per second')
})

test('as many disks are lost or damaged as a majority can heal, and no more', () => {
  const scenario = drawScenario(seed)
  const kinds = ['lost-disk', 'bit-flip'] as const
  const faults = Array.from({ length: 100 }, (_, i) => ({
    atMs: 2000 + i * 500,
    kind: kinds[i % 2] ?? 'lost-disk',
    who: i * 7,
    whom: 0,
    forMs: 100,
    amount: 0,
    salt: i,
  }))
  const result = run({ ...scenario, faults })
  expect(result.failure).toBeUndefined()
  expect(result.faults['lost-disk']).toBeGreaterThan(3)
  expect(result.faults['bit-flip']).toBeGreaterThan(3)
  expect((result.faults['lost-disk'] ?? 0) + (result.faults['bit-flip'] ?? 0)).toBeLessThan(100)
})
