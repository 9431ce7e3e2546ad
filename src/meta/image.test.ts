/** Commands and states in bytes: one form each, and nothing else is taken for it. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { WeirError } from '../base/errors.ts'
import { Prng } from '../base/prng.ts'
import type { ByteSource, Piece } from '../base/source.ts'
import { apply } from './apply.ts'
import { decodeMetaCommand, encodeMetaCommand } from './command-codec.ts'
import { decodeMeta, encodeMeta, imageOf, loadMeta } from './image.ts'
import { emptyMeta, type MetaState } from './state.ts'
import { commandOf, drawnSteps } from './testing/play.ts'

/** What a course of commands leads to, and the commands. */
function course(seed: number) {
  let state = emptyMeta
  const commands = drawnSteps(new Prng(seed)).map(step => {
    const command = commandOf(step, state)
    state = apply(state, command).state
    return command
  })
  return { state, commands }
}
const seeds = Array.from({ length: 40 }, (_, n) => n + 1)
const courses = seeds.map(course)
const full = courses.reduce((best, one) =>
  one.state.groups.length > best.state.groups.length ? one : best,
).state

/** In pieces of this size, and how they end. */
function sourceOf(bytes: Uint8Array, size: number, tail: Piece = { kind: 'end' }): ByteSource {
  let at = 0
  return {
    next(done) {
      const from = at
      at += size
      done(from < bytes.length ? { kind: 'bytes', bytes: bytes.slice(from, at) } : tail)
    },
    close: () => undefined,
  }
}
function bytesOf(source: ByteSource): Uint8Array {
  const bytes: number[] = []
  for (let isMore = true; isMore; ) {
    source.next(piece => {
      isMore = piece.kind === 'bytes'
      if (piece.kind === 'bytes') bytes.push(...piece.bytes)
    })
  }
  return Uint8Array.from(bytes)
}
function loaded(source: ByteSource): MetaState | undefined {
  let answer: MetaState | undefined
  loadMeta(source, state => {
    answer = state
  })
  return answer
}
function decodedOrRefused<T>(decode: () => T): T | undefined {
  try {
    return decode()
  } catch (error) {
    expect(error).toBeInstanceOf(WeirError)
    return undefined
  }
}

test('a command survives its bytes', () => {
  for (const { commands } of courses) {
    for (const command of commands) {
      expect(decodeMetaCommand(encodeMetaCommand(command))).toEqual(command)
    }
  }
})

test('a state survives its bytes and its image, in pieces of any size', () => {
  for (const { state } of courses) {
    expect(decodeMeta(encodeMeta(state))).toEqual(state)
    for (const size of [7, 4096]) {
      expect(loaded(sourceOf(bytesOf(imageOf(state)), size))).toEqual(state)
    }
  }
})

test('whatever bytes come, they are a command in its one form, or refused', () => {
  const byte = fc.oneof(fc.nat(10), fc.nat(0xff))
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 12 }), values => {
      const bytes = Uint8Array.from([1, ...values])
      const command = decodedOrRefused(() => decodeMetaCommand(bytes))
      if (command !== undefined) expect(encodeMetaCommand(command)).toEqual(bytes)
    }),
    { numRuns: 3000 },
  )
})

test('a state with any byte changed is another state, or refused', () => {
  const bytes = encodeMeta(full)
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
      const other = bytes.slice()
      other[at] = ((other[at] ?? 0) + by) % 256
      const state = decodedOrRefused(() => decodeMeta(other))
      if (state !== undefined) expect(encodeMeta(state)).toEqual(other)
    }),
    { numRuns: 2000 },
  )
})

test('an image that ends early, breaks off or goes on is void', () => {
  const bytes = bytesOf(imageOf(full))
  for (let size = 0; size < bytes.length; size += 5) {
    expect(loaded(sourceOf(bytes.subarray(0, size), 64))).toBeUndefined()
  }
  const broken: Piece = { kind: 'broken', why: 'test' }
  expect(loaded(sourceOf(bytes, 64, broken))).toBeUndefined()
  expect(loaded(sourceOf(Uint8Array.from([...bytes, 0]), 64))).toBeUndefined()
})

test('another version is refused by name', () => {
  const bytes = encodeMeta(emptyMeta)
  bytes[0] = 2
  expect(() => decodeMeta(bytes)).toThrow('unknown version of meta')
  expect(() => decodeMetaCommand(Uint8Array.of(2, 0))).toThrow('unknown version of meta')
})

test('rows that do not ascend, doubled replicas, ids beyond their counters are refused', () => {
  const [first, second] = full.groups
  if (first === undefined || second === undefined) throw new Error('the course led to no groups')
  const refused = (more: Partial<MetaState>, why: string) => {
    expect(() => decodeMeta(encodeMeta({ ...full, ...more }))).toThrow(why)
  }
  refused({ groups: [second, first] }, 'do not ascend')
  refused({ nodes: [...full.nodes].reverse() }, 'do not ascend')
  const replicas = full.groups.flatMap(one => one.replicas).slice(0, 1)
  const doubled = [first, second].map(one => ({ ...one, replicas }))
  refused({ groups: doubled }, 'a replica is double')
  refused({ nextReplica: 1 }, 'a replica is double')
  refused({ nextGroup: second.id }, 'a group is of no counter')
})
