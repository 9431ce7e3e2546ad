/** The order of a run: who is started when, and that everybody is stopped, whatever happens. */

import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Bench } from './bench.ts'
import type { Contestant, Load } from './contestant.ts'
import { choiceOf, runBench } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const options = {
  rounds: 2,
  seconds: 3,
  warmSeconds: 1,
  heatSeconds: 9,
  peerProgram: undefined,
  profiles: undefined,
}

function contestant(name: string, log: string[], onLoad = (_: Load) => {}): Contestant {
  const note = (text: string) => {
    log.push(`${name} ${text}`)
    return Promise.resolve()
  }
  return {
    name,
    start: groups => note(`start ${groups}`).then(() => `${name} 1.0`),
    load: async load => {
      await note(`load ${load.outstanding} ${load.seconds} ${load.sizeBytes}`)
      onLoad(load)
      const times = { p50Ms: 1, p99Ms: 2, maxMs: 3 }
      const { seconds } = load
      return { ...times, done: 100, failed: 0, seconds, cpuSeconds: [1], clientCpuSeconds: 1 }
    },
    stop: () => note('stop'),
  }
}

const bench = (parts: Partial<Bench>): Bench => ({
  name: 'test',
  about: '',
  cases: [{ outstanding: 7, groups: 4 }],
  sizeBytes: 256,
  contestants: () => Promise.resolve([]),
  targets: [],
  trials: () => Promise.resolve([]),
  ...parts,
})

const place = (...only: string[]) => ({ folder, choice: choiceOf(only), say: () => {} })

test('one after the other, each started for its turn and stopped behind it', async () => {
  const log: string[] = []
  const subject = bench({
    contestants: () => Promise.resolve([contestant('a', log), contestant('b', log)]),
  })
  const { results, versions } = await runBench(subject, options, place())
  const turn = (name: string) => [
    `${name} start 4`,
    `${name} load 64 9 256`,
    `${name} load 7 3 256`,
    `${name} stop`,
  ]
  expect(log).toEqual(['a', 'b', 'b', 'a'].flatMap(turn))
  expect(results.measured).toHaveLength(4)
  expect(versions).toEqual({ a: 'a 1.0', b: 'b 1.0' })
})

test('one that fails is stopped, and the run fails', async () => {
  const log: string[] = []
  const failing = () => {
    throw new Error('no disk')
  }
  const subject = bench({ contestants: () => Promise.resolve([contestant('a', log, failing)]) })
  await expect(runBench(subject, options, place())).rejects.toThrow('no disk')
  expect(log.at(-1)).toBe('a stop')
})

test('only what was chosen runs; targets are judged, trials speak', async () => {
  const log: string[] = []
  const judgement = { name: 't', wanted: '1', unit: '', measured: 1, outcome: 'met' } as const
  const trial = (name: string) => ({
    name,
    run: () => {
      log.push(name)
      return Promise.resolve({ trial: name, lines: ['line'], judgements: [judgement] })
    },
  })
  const target = { name: 'x', wanted: '', unit: '', measure: () => undefined, isMet: () => true }
  const subject = bench({
    contestants: () => Promise.resolve([contestant('a', log), contestant('b', log)]),
    targets: [target],
    trials: () => Promise.resolve([trial('idle'), trial('restart')]),
  })
  const report = await runBench(subject, options, place('idle'))
  expect(log).toEqual(['idle'])
  expect(report.results.measured).toEqual([])
  expect(report.findings).toEqual([{ trial: 'idle', lines: ['line'] }])
  expect(report.judgements.map(({ outcome }) => outcome)).toEqual(['not measured', 'met'])
})

test('what ran for all trials is ended, also when one of them fails', async () => {
  const log: string[] = []
  const close = () => {
    log.push('close')
    return Promise.resolve()
  }
  await runBench(bench({ close }), options, place())
  const failing = { name: 'f', run: () => Promise.reject(new Error('no broker')) }
  const subject = bench({ close, trials: () => Promise.resolve([failing]) })
  await expect(runBench(subject, options, place())).rejects.toThrow('no broker')
  expect(log).toEqual(['close', 'close'])
})

test('the conditions are really taken, and leave no file', async () => {
  const { before, after } = await runBench(bench({}), options, place())
  for (const { fsync, loopDelay, loadAverage, processors } of [before, after]) {
    expect(fsync.p50Ms).toBeGreaterThan(0)
    expect(fsync.p99Ms).toBeGreaterThanOrEqual(fsync.p50Ms)
    expect(loopDelay.p99Ms).toBeGreaterThanOrEqual(0)
    expect(loadAverage).toHaveLength(3)
    expect(processors).toBeGreaterThan(0)
  }
  expect(existsSync(folder)).toBe(true)
  expect(readdirSync(folder)).toEqual([])
})
