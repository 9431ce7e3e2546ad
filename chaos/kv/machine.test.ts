/** The machine on a real database: commands, images, what an interrupted process leaves behind. */

import { cpSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { groupId } from '../../src/base/ids.ts'
import type { ByteSource, Piece } from '../../src/base/source.ts'
import type { StateSpace } from '../../src/base/state.ts'
import { begin, told } from '../../src/io/level/testing/run.ts'
import { tempFolder } from '../../src/io/testing/folder.ts'
import { noMembers } from '../../src/raft/members/members.ts'
import { encodeCommand, type KvCommand, type KvResult, VALUE_BYTES_MAX } from './command.ts'
import { KvMachine } from './machine.ts'

let store: Awaited<ReturnType<typeof begin>>
let groups = 0

beforeAll(async () => {
  store = await begin(tempFolder())
})
afterAll(() => store.close())

const newSpace = () => store.space(groupId(++groups), 0)
const open = (space: StateSpace) => told<KvMachine>(done => KvMachine.open(space, done))
const utf8 = (text: string) => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array | undefined) =>
  bytes === undefined ? undefined : new TextDecoder().decode(bytes)

const write = (key: string, value: string): KvCommand => ({
  kind: 'write',
  key,
  value: utf8(value),
})
const append = (key: string, value: string): KvCommand => ({
  kind: 'append',
  key,
  value: utf8(value),
})
const cas = (key: string, expected: string | undefined, value: string): KvCommand => ({
  kind: 'cas',
  key,
  value: utf8(value),
  ...(expected === undefined ? {} : { expected: utf8(expected) }),
})

function run(machine: KvMachine, ...commands: readonly KvCommand[]) {
  const entries = commands.map((command, at) => ({
    index: machine.appliedIndex + at + 1,
    term: 1,
    kind: 'data' as const,
    data: encodeCommand(command),
  }))
  return told<readonly (KvResult | undefined)[]>(done => machine.apply(entries, done))
}

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
    if (piece.kind === 'broken') throw new Error(piece.why)
    if (piece.kind === 'end') break
    pieces.push(piece.bytes)
  }
  source.close()
  return new Uint8Array(Buffer.concat(pieces))
}

/** Bytes in pieces of any size; `tail` is how they end. */
function sourceOf(
  bytes: Uint8Array,
  pieceBytes: number,
  tail: Piece = { kind: 'end' },
): ByteSource {
  let at = 0
  return {
    next(done) {
      const from = at
      at += pieceBytes
      const piece: Piece = { kind: 'bytes', bytes: bytes.slice(from, at) }
      queueMicrotask(() => done(from < bytes.length ? piece : tail))
    },
    close() {},
  }
}

test('write, append and cas do what their names say', async () => {
  const machine = await open(newSpace())
  expect(textOf(machine.read('a'))).toBeUndefined()
  expect(await run(machine, write('a', '1'), append('a', '2'))).toEqual([
    { isDone: true },
    { isDone: true },
  ])
  expect(textOf(machine.read('a'))).toBe('12')
  expect(await run(machine, cas('a', '1', 'x'))).toEqual([{ isDone: false, found: utf8('12') }])
  expect(await run(machine, cas('a', '12', 'x'))).toEqual([{ isDone: true }])
  expect(await run(machine, cas('b', 'x', 'y'))).toEqual([{ isDone: false }])
  expect(await run(machine, cas('b', undefined, 'y'))).toEqual([{ isDone: true }])
  expect(await run(machine, cas('b', undefined, 'z'))).toEqual([
    { isDone: false, found: utf8('y') },
  ])
  expect(textOf(machine.read('b'))).toBe('y')
  expect(machine.appliedIndex).toBe(7)
})

test('an empty value is a value', async () => {
  const machine = await open(newSpace())
  await run(machine, write('a', ''))
  expect(textOf(machine.read('a'))).toBe('')
  expect(await run(machine, cas('a', undefined, 'x'))).toEqual([{ isDone: false, found: utf8('') }])
  expect(await run(machine, cas('a', '', 'x'))).toEqual([{ isDone: true }])
})

test('an append that would grow beyond the bound is not done', async () => {
  const machine = await open(newSpace())
  const full: KvCommand = { kind: 'write', key: 'a', value: new Uint8Array(VALUE_BYTES_MAX) }
  const [, result] = await run(machine, full, append('a', 'x'))
  expect(result?.isDone).toBe(false)
})

test('entries of other kinds move the index alone, and a gap is not passed over', async () => {
  const machine = await open(newSpace())
  const data = new Uint8Array(0)
  const term = { index: 1, term: 1, kind: 'term' as const, data }
  expect(await told(done => machine.apply([term], done))).toEqual([undefined])
  expect(machine.appliedIndex).toBe(1)
  expect(() => machine.apply([{ ...term, index: 3 }], () => {})).toThrow('without a gap')
})

test('after the end of a process it goes on where its rows are', async () => {
  const space = newSpace()
  await run(await open(space), write('a', '1'), write('b', '2'))
  const again = await open(space)
  expect(again.appliedIndex).toBe(2)
  await run(again, append('a', '+'))
  expect(textOf(again.read('a'))).toBe('1+')
})

const key = fc.constantFrom('a', 'b', 'c', 'ä')
const value = fc.string({ maxLength: 3 })
const anyCommand = fc.oneof(
  fc.tuple(key, value).map(([k, v]) => write(k, v)),
  fc.tuple(key, value).map(([k, v]) => append(k, v)),
  fc.tuple(key, fc.option(value, { nil: undefined }), value).map(([k, e, v]) => cas(k, e, v)),
)

/** What the machine must be: the same commands on a Map. */
function oracle(commands: readonly KvCommand[]): Map<string, string> {
  const map = new Map<string, string>()
  for (const command of commands) {
    const [found, told] = [map.get(command.key), textOf(command.value) ?? '']
    if (command.kind === 'append') map.set(command.key, (found ?? '') + told)
    if (command.kind === 'write') map.set(command.key, told)
    if (command.kind === 'cas' && textOf(command.expected) === found) map.set(command.key, told)
  }
  return map
}

test('batches of any size make the state that a Map makes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(anyCommand, { maxLength: 6 }), { maxLength: 5 }),
      async all => {
        const machine = await open(newSpace())
        for (const batch of all) await run(machine, ...batch)
        const expected = oracle(all.flat())
        for (const name of ['a', 'b', 'c', 'ä']) {
          expect(textOf(machine.read(name))).toBe(expected.get(name))
        }
      },
    ),
    { numRuns: 40 },
  )
})

test('equal states have equal images, however they came about', async () => {
  const [one, two] = [await open(newSpace()), await open(newSpace())]
  await run(one, write('a', '1'), write('b', '2'), write('a', '3'))
  await run(two, write('b', 'x'))
  await run(two, cas('b', 'x', '2'), write('a', '3'))
  expect(await bytesOf(one.cut())).toEqual(await bytesOf(two.cut()))
  await run(two, append('a', ''))
  expect(await bytesOf(one.cut())).not.toEqual(await bytesOf(two.cut()))
})

test('an image is of the moment of the cut', async () => {
  const machine = await open(newSpace())
  await run(machine, ...Array.from({ length: 1500 }, (_, i) => write(`key-${i}`, 'before')))
  const cut = machine.cut()
  const first = await told<Piece>(done => cut.next(done))
  expect(first.kind).toBe('bytes')
  for (let i = 0; i < 1500; i += 300) await run(machine, write(`key-${i}`, 'after'))
  const rest = await bytesOf(cut)
  const bytes = first.kind === 'bytes' ? Buffer.concat([first.bytes, rest]) : Buffer.alloc(0)
  expect(bytes.includes('after')).toBe(false)
  const twin = await open(newSpace())
  const isWhole = await told<boolean>(done =>
    twin.restore(imageAt(1500), sourceOf(new Uint8Array(bytes), 4000), done),
  )
  expect(isWhole).toBe(true)
  expect(twin.appliedIndex).toBe(1500)
  expect(textOf(twin.read('key-300'))).toBe('before')
})

test('pieces may be cut anywhere', async () => {
  const machine = await open(newSpace())
  await run(machine, write('a', '1'), write('key', 'value'), write('empty', ''))
  const bytes = await bytesOf(machine.cut())
  for (let pieceBytes = 1; pieceBytes < bytes.length; pieceBytes += 3) {
    const twin = await open(newSpace())
    await told<boolean>(done => twin.restore(imageAt(3), sourceOf(bytes, pieceBytes), done))
    expect(await bytesOf(twin.cut())).toEqual(bytes)
  }
})

test('what is restored takes the place of everything', async () => {
  const [from, to] = [await open(newSpace()), await open(newSpace())]
  await run(from, write('a', '1'))
  await run(to, write('a', 'x'), write('b', 'y'), write('c', 'z'))
  const bytes = await bytesOf(from.cut())
  await told<boolean>(done => to.restore(imageAt(1), sourceOf(bytes, 100), done))
  expect(await bytesOf(to.cut())).toEqual(bytes)
  await run(to, append('a', '2'))
  expect(textOf(to.read('a'))).toBe('12')
})

test('an image of many turns', async () => {
  const machine = await open(newSpace())
  const value = 'x'.repeat(100_000)
  await run(machine, ...Array.from({ length: 12 }, (_, i) => write(`k${i}`, value)))
  const bytes = await bytesOf(machine.cut())
  const twin = await open(newSpace())
  await told<boolean>(done => twin.restore(imageAt(12), sourceOf(bytes, 700_000), done))
  // `toEqual` would compare a million numbers one by one.
  expect(Buffer.compare(await bytesOf(twin.cut()), bytes)).toBe(0)
})

test.each([
  ['cut short', (bytes: Uint8Array) => sourceOf(bytes.slice(0, -1), 10), 1],
  ['empty', () => sourceOf(new Uint8Array(0), 10), 1],
  ['broken off', (bytes: Uint8Array) => sourceOf(bytes, 10, { kind: 'broken', why: 'gone' }), 1],
  ['of another index', (bytes: Uint8Array) => sourceOf(bytes, 10), 2],
  ['of another format', (bytes: Uint8Array) => sourceOf(bytes.with(0, 9), 10), 1],
  ['of a row beyond every bound', (bytes: Uint8Array) => sourceOf(bytes.with(12, 0xff), 10), 1],
])('an image that is %s is refused, and the state is void', async (_, damaged, index) => {
  const space = newSpace()
  const machine = await open(space)
  await run(machine, write('a', '1'))
  const bytes = await bytesOf(machine.cut())
  const isWhole = await told<boolean>(done => machine.restore(imageAt(index), damaged(bytes), done))
  expect(isWhole).toBe(false)
  expect(machine.appliedIndex).toBe(0)
  const again = await open(space)
  expect(again.appliedIndex).toBe(0)
  expect(textOf(again.read('a'))).toBeUndefined()
})

test('a process that ends while an image is loaded leaves a void state', async () => {
  const folder = tempFolder()
  const own = await begin(folder)
  const space = own.space(groupId(1), 0)
  const machine = await open(space)
  await run(machine, ...Array.from({ length: 100 }, (_, i) => write(`k${i}`, 'v')))
  const bytes = await bytesOf(machine.cut())
  const left = tempFolder()
  const source = sourceOf(bytes, 200)
  let pieces = 0
  await new Promise<void>(resolve => {
    machine.restore(
      imageAt(100),
      {
        close: () => source.close(),
        next(done) {
          if (++pieces === 5) {
            cpSync(folder, left, { recursive: true })
            resolve()
          } else source.next(done)
        },
      },
      () => {},
    )
  })
  const after = await begin(left)
  expect(after.verdict.keep).toBe(true)
  const voided = await open(after.space(groupId(1), 0))
  expect(voided.appliedIndex).toBe(0)
  expect((await bytesOf(voided.cut())).length).toBe(9)
  await after.close()
  await own.close()
})

test('closing is answered', async () => {
  const machine = await open(newSpace())
  await told<void>(done => machine.close(done))
  expect(machine.appliedIndex).toBe(0)
})
