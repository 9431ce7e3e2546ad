/** The simulated machine keeps the host's interface: pieces make a whole, cuts do not move. */

import { expect, test } from 'vitest'
import { Prng } from '../../../src/base/prng.ts'
import type { ByteSource, Piece } from '../../../src/base/source.ts'
import type { Entry, Image } from '../../../src/raft/types.ts'
import { encodeCommand } from '../command.ts'
import { Life } from '../host/life.ts'
import { TestMachine } from '../machine.ts'
import { EventQueue } from '../world/clock.ts'
import { FleetMachine } from './machine.ts'

function rig(seed = 1) {
  const queue = new EventQueue()
  const life = new Life()
  const applied: number[] = []
  const work = { begun: 0 }
  const onApplied = ({ index }: Entry) => applied.push(index)
  const machine = new FleetMachine(
    { delayUs: 100, pieceBytesMax: 3, looks: 0 },
    {
      ...{ queue, life, prng: new Prng(seed), state: new TestMachine(), onApplied },
      onBusy: () => work.begun++,
    },
  )
  const settle = (): void => {
    while (queue.step());
  }
  return { queue, life, machine, applied, settle, work }
}

const write = (index: number, key: number, value: number): Entry => ({
  index,
  term: 1,
  kind: 'data',
  data: encodeCommand({
    ...{ name: 'write', serial: index, expectedTerm: 1, key, value },
    ...{ expected: 0, paddingBytes: 0 },
  }),
})

const image: Image = {
  ...{ index: 2, term: 1, membersIndex: 0, chain: 0 },
  members: { voters: [], outgoing: [], learners: [] },
}

function piecesOf(source: ByteSource, settle: () => void): readonly Piece[] {
  const pieces: Piece[] = []
  const pull = (): void =>
    source.next(piece => {
      pieces.push(piece)
      if (piece.kind === 'bytes') pull()
    })
  pull()
  settle()
  return pieces
}

const fed = (pieces: readonly Piece[]): ByteSource => {
  const left = [...pieces]
  return { next: done => done(left.shift() ?? { kind: 'end' }), close: () => {} }
}

test('entries are applied in order, later, with one result each', () => {
  const { machine, applied, settle } = rig()
  const results: (readonly unknown[])[] = []
  machine.apply([write(1, 0, 7), write(2, 3, 8)], more => results.push(more))
  expect(machine.appliedIndex).toBe(0)
  settle()
  expect(results).toEqual([[{ ok: true }, { ok: true }]])
  expect(applied).toEqual([1, 2])
  expect(machine.state.read(0)).toBe(7)
})

test('a cut is the state of its moment, and another machine that loads it is equal', () => {
  const { machine, settle } = rig()
  machine.apply([write(1, 0, 7), write(2, 3, 8)], () => {})
  settle()
  const hash = machine.state.stateHash()
  const source = machine.cut()
  machine.apply([write(3, 0, 9)], () => {})
  const pieces = piecesOf(source, settle)
  expect(pieces.at(-1)).toEqual({ kind: 'end' })
  expect(pieces.length).toBeGreaterThan(2)
  const other = rig(2)
  let isWhole: boolean | undefined
  other.machine.restore(image, fed(pieces), whole => {
    isWhole = whole
  })
  other.settle()
  expect(other.work.begun).toBe(1)
  expect(isWhole).toBe(true)
  expect(other.machine.appliedIndex).toBe(2)
  expect(other.machine.state.stateHash()).toBe(hash)
})

test('an image that breaks off is not loaded, and what was there before is gone', () => {
  const { machine, settle, work } = rig()
  machine.apply([write(1, 0, 7)], () => {})
  settle()
  expect(work.begun).toBe(1)
  let isWhole: boolean | undefined
  const broken: Piece[] = [
    { kind: 'bytes', bytes: Uint8Array.of(1) },
    { kind: 'broken', why: 'a test' },
  ]
  machine.restore(image, fed(broken), whole => {
    isWhole = whole
  })
  expect(machine.appliedIndex).toBe(0)
  expect(machine.state.read(0)).toBe(0)
  settle()
  expect(isWhole).toBe(false)
})

test('the dead hear nothing', () => {
  const { machine, life, settle } = rig()
  let isTold = false
  machine.apply([write(1, 0, 7)], () => {
    isTold = true
  })
  life.end()
  settle()
  expect(isTold).toBe(false)
})
