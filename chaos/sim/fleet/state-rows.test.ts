/** A simulated machine whose state outlives it: where it goes on, and where it must not. */

import { expect, test } from 'vitest'
import { groupId } from '../../../src/base/ids.ts'
import { Prng } from '../../../src/base/prng.ts'
import type { Entry, Image } from '../../../src/raft/types.ts'
import { type CommandName, encodeCommand } from '../command.ts'
import { Life } from '../host/life.ts'
import { TestMachine } from '../machine.ts'
import { EventQueue } from '../world/clock.ts'
import { SimDisk } from '../world/disk.ts'
import { SimRows } from '../world/rows.ts'
import { SimState } from '../world/state.ts'
import { coreTally } from '../world/tally.ts'
import { FleetMachine } from './machine.ts'
import { stateRows } from './state-rows.ts'

class Lives {
  readonly #queue = new EventQueue()
  readonly #prng = new Prng(1)
  readonly #rows = new SimRows({ prng: this.#prng, tally: { hit: () => {} } })
  readonly #disk: SimDisk

  constructor() {
    const profile = { syncMinUs: 10, syncMeanUs: 100, readUs: 10, otherUs: 10 }
    this.#disk = new SimDisk(profile, { queue: this.#queue, tally: coreTally(), prng: this.#prng })
  }

  /** A process begins on what the one before left. */
  next() {
    const [queue, life, prng] = [this.#queue, new Life(), this.#prng]
    const states: SimState[] = []
    SimState.begin(
      {
        ...{ disk: this.#disk, rows: this.#rows, store: 'log-1', bootId: 'boot-1' },
        log: { foundEnd: { segment: 1, bytes: 9 }, end: { segment: 1, bytes: 9 } },
        later: happen => life.later(queue, 50, happen),
        onFailed: () => {},
        onLogLost: () => {},
      },
      state => states.push(state),
    )
    this.settle()
    const space = states[0]?.space(groupId(1), 0)
    stateRows.ready(space, () => {})
    this.settle()
    const profile = { delayUs: 100, pieceBytesMax: 3, looks: 0 }
    const state = new TestMachine()
    const machine = new FleetMachine(profile, {
      queue,
      state,
      life,
      prng,
      space,
      onApplied: () => {},
      onBusy: () => {},
    })
    return { machine, state, life, space }
  }

  settle(): void {
    while (this.#queue.step());
  }

  step(times: number): void {
    for (let i = 0; i < times; i++) this.#queue.step()
  }
}

const entry = (index: number, name: CommandName, key: number): Entry => ({
  ...{ index, term: 1, kind: 'data' },
  data: encodeCommand({
    ...{ name, serial: index, expectedTerm: 1, key, value: index, expected: 0, paddingBytes: 0 },
  }),
})

const image: Image = {
  ...{ index: 4, term: 1, membersIndex: 0, chain: 0 },
  members: { voters: [], outgoing: [], learners: [] },
}

/** A register, a list and a queue of which something was taken. */
const entries = [
  entry(1, 'write', 0),
  entry(2, 'append', 1),
  entry(3, 'enqueue', 2),
  entry(4, 'dequeue', 2),
]

test('the index that is kept is the one of the last entry; none is 0', () => {
  const lives = new Lives()
  const first = lives.next()
  const { space } = first
  expect(space && stateRows.applied(space)).toBe(0)
  first.machine.apply(entries, () => {})
  lives.settle()
  expect(space && stateRows.applied(space)).toBe(4)
})

test('the next process goes on where the rows are, with the same state', () => {
  const lives = new Lives()
  const first = lives.next()
  first.machine.apply(entries, () => {})
  lives.settle()
  const hash = first.machine.state.stateHash()
  first.life.end()
  const { machine } = lives.next()
  expect(machine.appliedIndex).toBe(4)
  expect(machine.state.stateHash()).toBe(hash)
  expect(machine.state.recomputedHash()).toBe(hash)
  machine.apply([entry(5, 'append', 1)], () => {})
  lives.settle()
  expect(machine.state.read(1)).toEqual([2, 5])
})

test('a load that is cut short leaves nothing, one that ends leaves the image', () => {
  const [source, target] = [new Lives(), new Lives()]
  const from = source.next().machine
  from.apply(entries, () => {})
  source.settle()
  const first = target.next()
  first.machine.apply([entry(1, 'write', 3)], () => {})
  target.settle()
  const bytes = from.state.snapshot()
  const load = (machine: FleetMachine) => {
    const pieces = [{ kind: 'bytes', bytes } as const, { kind: 'end' } as const]
    let at = 0
    const next = (done: (piece: (typeof pieces)[number]) => void) => {
      done(pieces[at++] ?? { kind: 'end' })
    }
    machine.restore(image, { next, close: () => {} }, () => {})
  }
  load(first.machine)
  target.step(1)
  first.life.end()
  const second = target.next()
  expect(second.machine.appliedIndex).toBe(0)
  expect(second.state.keys()).toEqual([])
  load(second.machine)
  target.settle()
  second.life.end()
  const { machine } = target.next()
  expect(machine.appliedIndex).toBe(4)
  expect(machine.state.stateHash()).toBe(from.state.stateHash())
})
