/** The roster beside a real machine on a real database: entries, images, ends of processes. */

import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { encodeCommand } from '../../../chaos/kv/command.ts'
import { KvMachine } from '../../../chaos/kv/machine.ts'
import { groupId, nodeId, replicaId } from '../../base/ids.ts'
import type { ByteSource, Piece } from '../../base/source.ts'
import type { StateSpace } from '../../base/state.ts'
import { begin, told } from '../../io/level/testing/run.ts'
import { tempFolder } from '../../io/testing/folder.ts'
import { encodeMembers } from '../../raft/log/codec.ts'
import { noMembers } from '../../raft/members/members.ts'
import type { Entry, Members } from '../../raft/types.ts'
import { encodeDigest, encodeEnrol, encodeInner } from './codec.ts'
import { RosterMachine } from './machine.ts'
import { emptyRoster, type Introduction, type Roster } from './roster.ts'

let store: Awaited<ReturnType<typeof begin>>
let groups = 0

beforeAll(async () => {
  store = await begin(tempFolder())
})
afterAll(() => store.close())

interface Spaces {
  readonly inner: StateSpace
  readonly roster: StateSpace
}

function newSpaces(): Spaces {
  const group = groupId(++groups)
  return { inner: store.space(group, 0), roster: store.space(group, 1) }
}

const utf8 = (text: string) => new TextEncoder().encode(text)

async function open(spaces: Spaces) {
  const inner = await told<KvMachine>(done => KvMachine.open(spaces.inner, done))
  const seen: Roster[] = []
  const machine: RosterMachine = new RosterMachine({
    inner,
    space: spaces.roster,
    makeHasher() {
      const hash = createHash('sha256')
      return { update: bytes => hash.update(bytes), hex: () => hash.digest('hex') }
    },
    onRoster: roster => seen.push(roster),
    onDigest: index => machine.digests.onChain(index, 1000 + index),
  })
  return { machine, inner, seen }
}

const who = (node: string, storeId: string): Introduction => ({
  node: nodeId(node),
  store: storeId,
  boot: 1,
  opening: 'o',
  address: `${node}:1`,
  http: `${node}:2`,
})

const write = (key: string, value: string): Partial<Entry> => ({
  data: encodeInner(encodeCommand({ kind: 'write', key, value: utf8(value) })),
})
const enrolment = (node: string, storeId: string): Partial<Entry> => ({
  data: encodeEnrol(who(node, storeId)),
})
const digest: Partial<Entry> = { data: encodeDigest() }
const membersAre = (members: Members): Partial<Entry> => ({
  kind: 'members',
  data: encodeMembers(members),
})

function entriesFrom(index: number, parts: readonly Partial<Entry>[]): readonly Entry[] {
  return parts.map((part, at) => ({
    index: index + at,
    term: 1,
    kind: 'data',
    data: new Uint8Array(0),
    ...part,
  }))
}

const run = (machine: RosterMachine, ...parts: readonly Partial<Entry>[]) =>
  told<readonly unknown[]>(done =>
    machine.apply(entriesFrom(machine.appliedIndex + 1, parts), done),
  )

const imageAt = (index: number) => ({
  index,
  term: 1,
  members: noMembers,
  membersIndex: 0,
  chain: 0,
})

async function bytesOf(source: ByteSource): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for (;;) {
    const piece = await told<Piece>(done => source.next(done))
    if (piece.kind !== 'bytes') break
    pieces.push(piece.bytes)
  }
  source.close()
  return new Uint8Array(Buffer.concat(pieces))
}

function sourceOf(bytes: Uint8Array, pieceBytes: number): ByteSource {
  let at = 0
  return {
    next(done) {
      const from = at
      at += pieceBytes
      const piece: Piece = { kind: 'bytes', bytes: bytes.slice(from, at) }
      queueMicrotask(() => done(from < bytes.length ? piece : { kind: 'end' }))
    },
    close() {},
  }
}

test('each entry goes to whom it is for, and every result to its proposer', async () => {
  const { machine, inner } = await open(newSpaces())
  const results = await run(
    machine,
    enrolment('a', 's1'),
    write('k', 'v'),
    { kind: 'term' },
    enrolment('b', 's2'),
  )
  expect(results).toEqual([{ replica: 1 }, { isDone: true }, undefined, { replica: 2 }])
  expect(machine.appliedIndex).toBe(4)
  expect(inner.read('k')).toEqual(utf8('v'))
  expect(machine.roster.replicas.map(one => one.node)).toEqual(['a', 'b'])
})

test('changes are told, and only changes', async () => {
  const { machine, seen } = await open(newSpaces())
  await run(machine, enrolment('a', 's1'), write('k', 'v'))
  expect(seen).toHaveLength(1)
  await run(machine, write('k', 'w'), membersAre({ ...noMembers, voters: [replicaId(1)] }))
  expect(seen).toHaveLength(1)
})

test('members who are gone are forgotten where the log says so', async () => {
  const { machine } = await open(newSpaces())
  await run(machine, enrolment('a', 's1'), enrolment('b', 's2'), enrolment('b', 's3'))
  expect(machine.roster.replicas).toHaveLength(3)
  await run(machine, membersAre({ ...noMembers, voters: [replicaId(1), replicaId(3)] }))
  expect(machine.roster.replicas.map(one => one.replica)).toEqual([1, 3])
})

test('after the end of a process the roster is there again', async () => {
  const spaces = newSpaces()
  const first = await open(spaces)
  await run(first.machine, enrolment('a', 's1'), write('k', 'v'))
  const again = await open(spaces)
  expect(again.machine.roster).toEqual(first.machine.roster)
  expect(again.seen).toHaveLength(1)
  expect(again.machine.appliedIndex).toBe(2)
})

test('a process that ends between the two rows applies again, enrols nobody twice', async () => {
  const spaces = newSpaces()
  const first = await open(spaces)
  await run(first.machine, enrolment('a', 's1'))
  // The roster's row is written; the inner machine never gets to its own.
  const stuck: StateSpace = { ...bound(spaces.inner), write: () => {} }
  const second = await open({ ...spaces, inner: stuck })
  second.machine.apply(entriesFrom(2, [enrolment('b', 's2'), write('k', 'v')]), () => {})
  await told<void>(done => spaces.roster.write([], done))
  const third = await open(spaces)
  expect(third.machine.appliedIndex).toBe(1)
  expect(third.machine.roster.nextReplica).toBe(3)
  const results = await run(third.machine, enrolment('b', 's2'), write('k', 'v'))
  expect(results).toEqual([{ replica: 2 }, { isDone: true }])
  expect(third.machine.roster.nextReplica).toBe(3)
})

function bound(space: StateSpace): StateSpace {
  return {
    get: key => space.get(key),
    write: (changes, done) => space.write(changes, done),
    clear: done => space.clear(done),
    cut: () => space.cut(),
  }
}

test('an image holds both parts, in pieces of any size', async () => {
  const { machine } = await open(newSpaces())
  await run(machine, enrolment('a', 's1'), write('k', 'v'), enrolment('b', 's2'))
  const bytes = await bytesOf(machine.cut())
  for (const pieceBytes of [1, 7, bytes.length - 1, bytes.length + 1]) {
    const twin = await open(newSpaces())
    const isWhole = await told<boolean>(done =>
      twin.machine.restore(imageAt(3), sourceOf(bytes, pieceBytes), done),
    )
    expect(isWhole).toBe(true)
    expect(twin.machine.roster).toEqual(machine.roster)
    expect(twin.inner.read('k')).toEqual(utf8('v'))
    expect(await bytesOf(twin.machine.cut())).toEqual(bytes)
  }
})

test('what was enrolled behind the image is enrolled again when it is applied again', async () => {
  const { machine } = await open(newSpaces())
  await run(machine, enrolment('a', 's1'))
  const bytes = await bytesOf(machine.cut())
  await run(machine, enrolment('b', 's2'))
  await told<boolean>(done => machine.restore(imageAt(1), sourceOf(bytes, 9), done))
  expect(machine.roster.replicas).toHaveLength(1)
  expect(await run(machine, enrolment('b', 's2'))).toEqual([{ replica: 2 }])
})

test.each([
  ['ends in its size', (bytes: Uint8Array) => bytes.slice(0, 3)],
  ['ends in its roster', (bytes: Uint8Array) => bytes.slice(0, 9)],
  ['claims a head beyond every bound', (bytes: Uint8Array) => bytes.with(3, 0xff)],
  ['holds no roster', (bytes: Uint8Array) => bytes.with(4, 0xff)],
  ['ends in its tail', (bytes: Uint8Array) => bytes.slice(0, -1)],
])('an image that %s leaves a void state', async (_, damage) => {
  const spaces = newSpaces()
  const { machine } = await open(spaces)
  await run(machine, enrolment('a', 's1'), write('k', 'v'))
  const bytes = await bytesOf(machine.cut())
  const isWhole = await told<boolean>(done =>
    machine.restore(imageAt(2), sourceOf(damage(bytes), 5), done),
  )
  expect(isWhole).toBe(false)
  expect(machine.appliedIndex).toBe(0)
  const again = await open(spaces)
  expect(again.machine.appliedIndex).toBe(0)
  expect(again.machine.roster).toEqual(emptyRoster)
})

test('equal states have equal digests at the same entry, whatever follows', async () => {
  const parts = [enrolment('a', 's1'), write('k', 'v'), digest, write('k', 'w')]
  const [one, two] = [await open(newSpaces()), await open(newSpaces())]
  await run(one.machine, ...parts)
  for (const part of parts) await run(two.machine, part)
  await expect.poll(() => one.machine.digests.at(3)?.digest).toMatch(/^[0-9a-f]{64}$/)
  await expect.poll(() => two.machine.digests.at(3)).toEqual(one.machine.digests.at(3))
  expect(one.machine.digests.at(3)).toMatchObject({ index: 3, chain: 1003 })
})

test('different states have different digests: of rows, and of rosters', async () => {
  const seen = new Set<string | undefined>()
  for (const part of [write('k', 'v'), write('k', 'w'), enrolment('a', 's'), enrolment('a', 't')]) {
    const { machine } = await open(newSpaces())
    await run(machine, part, digest)
    await expect.poll(() => machine.digests.at(2)?.digest).toBeDefined()
    seen.add(machine.digests.at(2)?.digest)
  }
  expect(seen.size).toBe(4)
})

test('several digests in one batch are each of their own moment', async () => {
  const { machine } = await open(newSpaces())
  await run(machine, write('k', '1'), digest, write('k', '2'), digest)
  await expect.poll(() => machine.digests.at(4)?.digest).toBeDefined()
  await expect.poll(() => machine.digests.at(2)?.digest).toBeDefined()
  expect(machine.digests.at(2)?.digest).not.toBe(machine.digests.at(4)?.digest)
})

test('only the last digests are kept', async () => {
  const { machine } = await open(newSpaces())
  for (let index = 1; index <= 6; index++) {
    await run(machine, digest)
    await expect.poll(() => machine.digests.at(index)?.digest).toBeDefined()
  }
  expect(machine.digests.at(2)).toBeUndefined()
  expect(machine.digests.at(3)).toBeDefined()
})

test('closing is passed on', async () => {
  const { machine } = await open(newSpaces())
  await told<void>(done => machine.close(done))
  expect(machine.appliedIndex).toBe(0)
})
