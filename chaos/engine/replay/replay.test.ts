/**
 * Groups as leaders run them, and their logs replayed: a few random plans here, thousands by
 * `npm run engine`; and a log that was tampered with is objected to.
 */

import { describe, expect, test } from 'vitest'
import { ByteWriter } from '../../../src/base/bytes.ts'
import { Prng } from '../../../src/base/prng.ts'
import { type Batch, batchOf, decodeEntry, writeEntry } from '../../../src/engine/batch/entry.ts'
import { schemasOf } from '../../../src/engine/plan/schemas.ts'
import { sitesOf } from '../../../src/engine/plan/sites.ts'
import { answered } from '../../oracle/oracle.ts'
import { drawCase } from '../generate/case.ts'
import { enginePlan, expressionsOf } from '../run/texts.ts'
import { treeCompiler } from '../run/trees.ts'
import { replayed } from './check.ts'
import type { Course, LoggedGroup } from './group.ts'
import { disagreement } from './member.ts'
import { Network } from './network.ts'
import { NO_TROUBLE } from './wire.ts'

const PLANS = 20

test('random plans in groups, thrown away, begun anew, replayed', () => {
  for (let seed = 0; seed < PLANS; seed++) {
    expect(replayed(drawCase(seed)), `seed ${seed}`).toBe(undefined)
  }
})

test.each(['skip', 'fail'] as const)('a job that is to %s is one in groups, too', errors => {
  const stopped = Array.from({ length: PLANS }, (_, seed) => {
    const one = drawCase(seed)
    const other = { ...one, setting: { ...one.setting, errors } }
    expect(replayed(other), `seed ${seed}`).toBe(undefined)
    return Object.values(answered(one.plan, one.input).failed).some(count => count > 0)
  })
  expect(stopped).toContain(true)
})

const CALM = {
  ...{ rowsMax: 1e6, trouble: NO_TROUBLE, discard: 0, lead: 0 },
  ...{ epochs: 0.3, spread: 0 },
}
const ROUGH = {
  ...{ rowsMax: 4, trouble: { lost: 0.3, repeated: 0.3, deposed: 0.3 } },
  ...{ discard: 0.4, lead: 0.3, epochs: 0.5, spread: 3 },
}

function ran(seed: number, course: Omit<Course, 'prng'>): Network {
  const one = drawCase(seed)
  const plan = enginePlan(one.plan)
  const compiler = treeCompiler(expressionsOf(one.plan))
  const schemas = schemasOf(plan, compiler)
  const parts = { plan, compiler, schemas, sites: sitesOf(plan) }
  const network = new Network(one, { ...parts, course: { ...course, prng: new Prng(seed) } })
  for (const batch of one.input.batches) {
    network.pass(batch)
    for (const group of network.groups) group.cut()
  }
  return network
}

/** A group with at least three batches and something said in them. */
function busy(course: Omit<Course, 'prng'>): LoggedGroup {
  for (let seed = 0; ; seed++) {
    const found = ran(seed, course).groups.find(({ log }) => {
      const batches = log.map(bytes => decodeEntry(bytes))
      return batches.length > 3 && batches.filter(({ outputs }) => outputs.length > 0).length > 1
    })
    if (found !== undefined) return found
  }
}

function tampered(group: LoggedGroup, change: (batch: Batch) => Batch, at: number): void {
  const batch = change(decodeEntry(group.log[at] as Uint8Array))
  const out = new ByteWriter()
  writeEntry(out, batchOf(batch, batch))
  group.log[at] = out.finish()
}

const objectionTo = (group: LoggedGroup) => disagreement(group, new Prng(1))?.checker

describe('objections', () => {
  test('none to what was logged, in whatever weather', () => {
    expect(objectionTo(busy(CALM))).toBe(undefined)
    expect(objectionTo(busy(ROUGH))).toBe(undefined)
  })

  test('to outputs that have other numbers', () => {
    const group = busy(CALM)
    const at = group.log.findLastIndex(bytes => decodeEntry(bytes).outputs.length > 0)
    const later = (batch: Batch): Batch => ({
      ...batch,
      outputs: batch.outputs.map(one => ({ ...one, first: one.first + 1 })),
    })
    tampered(group, later, at)
    expect(objectionTo(group)).toMatch(/^REPLAY-1/)
  })

  test('to a batch that is missing', () => {
    const group = busy(CALM)
    group.log.splice(1, 1)
    expect(objectionTo(group)).toMatch(/^REPLAY-[12]/)
  })

  test('to a delta that is not what the rows come of', () => {
    const group = busy(CALM)
    tampered(group, batch => ({ ...batch, delta: new Uint8Array(0) }), group.log.length - 1)
    expect(objectionTo(group)).toMatch(/^REPLAY-3/)
  })

  test('to a time that was another', () => {
    const group = busy(CALM)
    const last = group.log.length - 1
    tampered(group, batch => ({ ...batch, now: batch.now + 1 }), last)
    expect(objectionTo(group)).toMatch(/^REPLAY-4/)
  })
})

describe('epochs', () => {
  const cutIn = (course: Omit<Course, 'prng'>) =>
    Array.from({ length: 12 }, (_, seed) => ran(seed, course).groups).flat()

  test('are all cut where nothing is lost, also where channels wait for each other', () => {
    for (const course of [CALM, { ...CALM, rowsMax: 3, spread: 3 }]) {
      const groups = cutIn(course)
      expect(groups.flatMap(({ cuts }) => cuts).length).toBeGreaterThan(10)
      for (const { givenUp, uncut } of groups) expect([givenUp, uncut]).toEqual([0, undefined])
    }
  })

  test('are mostly cut in any weather', () => {
    const groups = cutIn(ROUGH)
    const cuts = groups.flatMap(one => one.cuts).length
    expect(cuts).toBeGreaterThan(groups.reduce((sum, { givenUp }) => sum + givenUp, 0))
  })

  test('are objected to where their image holds what came later, or lacks what came before', () => {
    for (const by of [1, -1]) {
      const group = busy({ ...CALM, epochs: 1 })
      const isOther = (seq = -1, other = seq) => seq !== other
      const at = group.cuts.findIndex(({ seq }, i) => isOther(seq, group.cuts[i + by]?.seq))
      const [cut, other] = [group.cuts[at], group.cuts[at + by]]
      if (cut === undefined || other === undefined) throw new Error('too few epochs')
      group.cuts[at] = { ...cut, slices: other.slices }
      expect(objectionTo(group)).toMatch(/^REPLAY-3/)
    }
  })
})

test('what leaders lose is lost, and others go on', () => {
  const networks = Array.from({ length: 20 }, (_, seed) => [ran(seed, CALM), ran(seed, ROUGH)])
  const longer = networks.filter(([calm, rough]) => batchesOf(rough) > batchesOf(calm))
  expect(longer.length).toBeGreaterThan(5)
})

function batchesOf(network: Network | undefined): number {
  return network?.groups.reduce((sum, { log }) => sum + log.length, 0) ?? 0
}
