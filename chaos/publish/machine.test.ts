/** The machine on a real database: what it takes, what is there when it is opened again, images. */

import { afterAll, beforeAll, expect, test } from 'vitest'
import { groupId } from '../../src/base/ids.ts'
import { Prng } from '../../src/base/prng.ts'
import type { ByteSource, Piece } from '../../src/base/source.ts'
import type { StateSpace } from '../../src/base/state.ts'
import { begin, told } from '../../src/io/level/testing/run.ts'
import { tempFolder } from '../../src/io/testing/folder.ts'
import { encodeOutbox, encodeProgress } from '../../src/journal/outbox-codec.ts'
import { noMembers } from '../../src/raft/members/members.ts'
import type { Entry } from '../../src/raft/types.ts'
import { outputsOf } from '../oracle/outputs.ts'
import {
  encodeBeginning,
  encodeInput,
  encodeProgressEntry,
  type Input,
} from '../sim/publish/entry.ts'
import { SINKS } from '../sim/publish/output.ts'
import { StoredMachine, type TakenInput } from './machine.ts'
import { rendered } from './render.ts'

let store: Awaited<ReturnType<typeof begin>>
let groups = 0
beforeAll(async () => {
  store = await begin(tempFolder())
})
afterAll(() => store.close())

const newSpace = () => store.space(groupId(++groups), 0)
const applied: StoredMachine[] = []
const open = (space: StateSpace) =>
  told<StoredMachine>(done =>
    StoredMachine.open({ generation: 3, space, onApplied: one => applied.push(one) }, done),
  )

const nothing = { journaled: 0, offset: 0, published: [] }
const beginning = encodeBeginning({ before: nothing, replayed: [], known: nothing })
const input = (id: number, home: number, away: number, side = 0): Input => {
  return { id, home, side, away, bytes: 9 }
}

/** undefined: an entry of another kind. */
function run(machine: StoredMachine, ...datas: readonly (Uint8Array | undefined)[]) {
  const entries = datas.map((data, at): Entry => {
    const common = { index: machine.appliedIndex + at + 1, term: 7 }
    if (data === undefined) return { ...common, kind: 'term', data: new Uint8Array(0) }
    return { ...common, kind: 'data', data }
  })
  return told<readonly TakenInput[]>(done => machine.apply(entries, done))
}

function stateOf(machine: StoredMachine) {
  const { outbox, inputs, appliedIndex } = machine
  return { appliedIndex, inputs, outbox: outbox === undefined ? '' : encodeOutbox(outbox) }
}

const imageAt = (index: number) => ({
  index,
  term: 1,
  members: noMembers,
  membersIndex: 0,
  chain: 0,
})

/** Once, in pieces as they come. */
async function sourceOf(cut: ByteSource): Promise<ByteSource> {
  const pieces: Piece[] = []
  for (let hasMore = true; hasMore; ) {
    const piece = await told<Piece>(done => cut.next(done))
    pieces.push(piece)
    hasMore = piece.kind === 'bytes'
  }
  cut.close()
  return {
    next: done => setImmediate(() => done(pieces.shift() ?? { kind: 'end' })),
    close: () => {},
  }
}

test('inputs become numbered outputs, and are told their places', async () => {
  const machine = await open(newSpace())
  expect(machine.outbox).toBe(undefined)
  const results = await run(
    ...([machine, undefined, beginning, undefined] as const),
    ...[encodeInput(input(5, 2, 0)), encodeInput(input(9, 1, 3, 2))],
  )
  expect(results.slice(3)).toEqual([
    { seq: 1, home: 2, side: 0, away: 0 },
    { seq: 2, home: 3, side: 2, away: 3 },
  ])
  expect(machine.inputs).toMatchObject([input(5, 2, 0), input(9, 1, 3, 2)])
  expect(machine.appliedTerm).toBe(7)
  expect(applied.at(-1)).toBe(machine)
})

test('an input before the beginning is not taken', async () => {
  const machine = await open(newSpace())
  const [result] = await run(machine, encodeInput(input(5, 2, 0)))
  expect(result).toEqual({ seq: 0, home: 0, side: 0, away: 0 })
  expect(machine.inputs).toEqual([])
})

async function filled(space: StateSpace): Promise<StoredMachine> {
  const machine = await open(space)
  await run(machine, undefined, beginning, encodeInput(input(1, 2, 2)), undefined)
  const published = [{ sink: 'home', upTo: 1, offset: 0 }]
  const progress = encodeProgress({ journaled: 1, offset: 4, published })
  await run(machine, encodeInput(input(2, 1, 0)), encodeProgressEntry(progress), undefined)
  return machine
}

test('who opens it again finds it as it was left', async () => {
  const space = newSpace()
  const before = stateOf(await filled(space))
  const again = await open(space)
  expect(stateOf(again)).toEqual(before)
  expect(again.outbox?.progress.journaled).toBe(1)
  await run(again, encodeInput(input(3, 1, 1)))
  expect(again.inputs.map(({ id }) => id)).toEqual([1, 2, 3])
})

test('an image makes another the same', async () => {
  const machine = await filled(newSpace())
  const other = await open(newSpace())
  await run(other, beginning, encodeInput(input(77, 3, 3)))
  const outbox = other.outbox
  const source = await sourceOf(machine.cut())
  const { appliedIndex } = machine
  expect(await told<boolean>(done => other.restore(imageAt(appliedIndex), source, done))).toBe(true)
  expect(stateOf(other)).toEqual(stateOf(machine))
  // Whoever held the old one must not go on with it.
  expect(other.outbox).not.toBe(outbox)
  expect(applied.at(-1)).toBe(other)
})

test('an image of something else leaves nothing', async () => {
  const space = newSpace()
  const machine = await filled(space)
  const source = await sourceOf(machine.cut())
  expect(await told<boolean>(done => machine.restore(imageAt(99), source, done))).toBe(false)
  expect(stateOf(machine)).toEqual({ appliedIndex: 0, inputs: [], outbox: '' })
  expect((await open(space)).appliedIndex).toBe(0)
  await told<void>(done => machine.close(done))
})

test('what comes out is what the oracle says', async () => {
  const group = groupId(4)
  for (let seed = 0; seed < 300; seed++) {
    const random = new Prng(seed)
    const inputs = Array.from({ length: 1 + random.below(5) }, (_, id) =>
      input(id, random.below(4), random.below(4), random.below(3)),
    )
    const machine = await open(newSpace())
    await run(machine, beginning, ...inputs.map(encodeInput))
    const made = SINKS.flatMap(sink =>
      (machine.outbox?.runs(sink)?.items ?? []).flatMap(held =>
        rendered(held, group, sink).map(({ partition, record }) => {
          return { sink, partition, text: new TextDecoder().decode(record.value ?? undefined) }
        }),
      ),
    )
    const due = outputsOf(group, inputs).map(({ identity: _, ...output }) => output)
    expect(made).toEqual(due)
  }
})
