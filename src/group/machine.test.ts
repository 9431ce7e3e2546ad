/** A group of a job as the host feeds it: entries of every kind, images, and who is told what. */

import { beforeEach, describe, expect, test } from 'vitest'
import type { ByteSource } from '../base/source.ts'
import type { Entry, Image } from '../raft/types.ts'
import { encodeEnd, encodeGeneration } from './command.ts'
import { JobMachine } from './machine.ts'
import { frameOf, headOf, leaderOf, outputsOf } from './testing/job.ts'

const NOTHING = new Uint8Array(0)
const imageAt = (index: number): Image => {
  const members = { voters: [], outgoing: [], learners: [] }
  return { index, term: 7, members, membersIndex: 0, chain: 0 }
}

let told: string[]
let machine: JobMachine

function newMachine(): JobMachine {
  return new JobMachine(0, {
    onEntry: (term, { kind }, outcome) => told.push(`${term} ${kind} ${outcome}`),
    onApplied: () => told.push('applied'),
    onRestored: () => told.push('restored'),
    beforeCut: done => {
      told.push('before cut')
      done()
    },
  })
}

beforeEach(() => {
  told = []
  machine = newMachine()
})

function applied(...parts: readonly Partial<Entry>[]): readonly unknown[] {
  const before = machine.appliedIndex
  const entries = parts.map((part, at): Entry => {
    return { index: before + 1 + at, term: 7, kind: 'data', data: NOTHING, ...part }
  })
  let results: readonly unknown[] = []
  machine.apply(entries, all => {
    results = all
  })
  return results
}

/** As a leader of this term hands it out; missing: it opens channel 0. */
function batch(term: number, frame?: readonly [number, number]): Uint8Array {
  const leader = leaderOf(machine.state, term)
  leader.channels.open(0, 0)
  leader.duties(0)
  if (frame !== undefined) leader.channels.onFrame(frameOf(0, frame), 100, 0)
  const bytes = leader.next({ wallMs: 1000, atMs: 1e6 })
  if (bytes === undefined) throw new Error('nothing was taken')
  return bytes
}

function restored(from: ByteSource, index: number): boolean {
  let isWhole = false
  machine.restore(imageAt(index), from, answer => {
    isWhole = answer
  })
  return isWhole
}

describe('an entry', () => {
  test('is told with its term and what became of it, and answered', () => {
    const term = { kind: 'term' } as const
    const results = applied(term, { data: encodeGeneration(1) }, { data: encodeEnd(9) })
    expect(results).toEqual(['done', 'done', 'older'])
    expect(told).toEqual(['7 generation done', '7 end older', 'applied'])
    expect([machine.appliedIndex, machine.appliedTerm]).toEqual([3, 7])
  })

  test('of the host changes nothing but how far it is', () => {
    applied({ data: encodeGeneration(1) })
    const before = headOf(machine.state)
    applied({ kind: 'members', data: Uint8Array.of(1, 2, 3), term: 8 })
    expect(headOf(machine.state)).toEqual(before)
    expect([machine.appliedIndex, machine.appliedTerm]).toEqual([2, 8])
  })

  test('comes in its place', () => {
    expect(() => applied({ index: 2 })).toThrow('GROUP applies without a gap')
  })

  test('that makes no sense is not passed over', () => {
    expect(() => applied({ data: Uint8Array.of(99) })).toThrow('malformed-bytes')
  })
})

describe('a batch', () => {
  test('is applied where it stands in its own term', () => {
    applied({ data: encodeGeneration(1) })
    expect(applied({ data: batch(7) })).toEqual(['done'])
    expect(applied({ data: batch(7, [0, 5]) })).toEqual(['done'])
    expect(outputsOf(machine.state)).toEqual([0, 1, 3, 4])
  })

  test('of another term than it was computed in is never applied', () => {
    applied({ data: encodeGeneration(1) })
    expect(() => applied({ data: batch(6) })).toThrow('GROUP a batch stands in the term')
  })
})

describe('an image', () => {
  test('takes the place of all there was', () => {
    applied({ data: encodeGeneration(1) })
    applied({ data: batch(7) })
    applied({ data: batch(7, [0, 5]) })
    const source = machine.cut()
    const { state } = machine
    machine = newMachine()
    told = []
    expect(restored(source, 40)).toBe(true)
    expect(told).toEqual(['restored', 'restored'])
    expect([machine.appliedIndex, machine.appliedTerm]).toEqual([40, 0])
    expect(headOf(machine.state)).toEqual(headOf(state))
    applied({ data: batch(7, [5, 7]) })
    expect(outputsOf(machine.state)).toEqual([0, 1, 3, 4, 6])
  })

  test('that breaks off leaves nothing', () => {
    applied({ data: encodeGeneration(1) })
    const broken: ByteSource = {
      next: done => done({ kind: 'broken', why: 'gone' }),
      close: () => undefined,
    }
    expect(restored(broken, 40)).toBe(false)
    expect([machine.appliedIndex, machine.state.generation]).toEqual([0, 0])
  })
})

test('closing it keeps nobody waiting', () => {
  let isClosed = false
  machine.close(() => {
    isClosed = true
  })
  expect(isClosed).toBe(true)
})
