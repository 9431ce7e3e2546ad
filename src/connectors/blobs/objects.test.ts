/** Objects as bytes: what was written is read, what is not ours or was changed is refused. */

import { expect, test } from 'vitest'
import { utf8Of } from '../../base/bytes.ts'
import { blocksOf, recordsOf } from '../log/state/block.ts'
import type { Op } from '../log/state/ops.ts'
import {
  decodeEntry,
  decodeImage,
  decodeName,
  encodeEntry,
  encodeImage,
  encodeName,
} from './objects.ts'
import { Replica } from './replica.ts'

const place = { log: 'abc', sequence: 'topics/t', number: 7 }
const record = (text: string) => ({
  key: null,
  value: utf8Of(text),
  headers: [],
  timestampMs: 5,
})
const send = (...texts: string[]): Op => ({
  kind: 'send',
  producer: 1,
  parts: [{ partition: 1, blocks: blocksOf(texts.map(record)) }],
})
const entry = (op: Op, number = 7) => ({ number, id: 'me', previous: 'you', op })

const code = (answer: { readonly error?: { readonly code: string; readonly message: string } }) => {
  if (answer.error !== undefined) expect(answer.error.message).toMatch(/object k .*; \w+/)
  return answer.error?.code ?? 'ok'
}

test('an entry is read as it was written, and its blocks know where they are', () => {
  const bytes = encodeEntry(place, entry(send('a', 'b')))
  for (const keepsBytes of [true, false]) {
    const read = decodeEntry('k', place, bytes, keepsBytes)
    if (read.error !== undefined || read.value.op.kind !== 'send') throw new Error('a send')
    expect([read.value.number, read.value.id, read.value.previous]).toEqual([7, 'me', 'you'])
    const [block] = read.value.op.parts[0]?.blocks ?? []
    if (block === undefined) throw new Error('a block')
    const { segment, at, sizeBytes } = block
    expect(segment).toBe(7)
    const body = bytes.slice(at, at + sizeBytes)
    expect(recordsOf(body, 3).map(({ offset, value }) => [offset, value])).toEqual([
      [3, utf8Of('a')],
      [4, utf8Of('b')],
    ])
    expect(block.bytes).toEqual(keepsBytes ? body : undefined)
  }
})

test('an entry that was cut or changed anywhere is refused', () => {
  const bytes = encodeEntry(place, entry(send('a')))
  for (let at = 0; at < bytes.length; at++) {
    const torn = bytes.slice(0, at)
    const changed = bytes.slice()
    changed[at] = (changed[at] ?? 0) ^ 1
    for (const bad of [torn, changed]) {
      expect(code(decodeEntry('k', place, bad, true))).toBe('unavailable')
    }
  }
})

test('an object of another log, sequence or number is not believed', () => {
  const bytes = encodeEntry(place, entry(send('a')))
  for (const change of [{ log: 'abd' }, { sequence: 'topics/u' }, { number: 8 }]) {
    expect(code(decodeEntry('k', { ...place, ...change }, bytes, true))).toBe('other-cluster')
  }
  expect(code(decodeEntry('k', place, utf8Of('{"hello": "world"}'), true))).toBe('unavailable')
  expect(code(decodeImage('k', place, bytes))).toBe('unavailable')
})

test('an object of another version is told from a damaged one', () => {
  expect(code(decodeEntry('k', place, encodeEntry(place, entry(send('a')), 2), true))).toBe(
    'unsupported',
  )
  expect(code(decodeName('k', encodeName('x', 2)))).toBe('unsupported')
  expect(decodeName('k', encodeName('x'))).toEqual({ value: 'x' })
  expect(code(decodeName('k', new Uint8Array(0)))).toBe('unavailable')
})

/** Some records, a transaction that was aborted, and one that is open. */
function replica(): Replica {
  const made = new Replica()
  const ops: readonly Op[] = [
    { kind: 'create', topic: 't', partitions: 2, settings: { 'retention.ms': '-1' } },
    { kind: 'append', parts: [{ partition: 1, blocks: blocksOf([record('a'), record('b')]) }] },
    { kind: 'begin', id: 'p', timeoutMs: 1000 },
    send('c'),
    { kind: 'end', producer: 1, verdict: 'abort' },
    { kind: 'forget', partition: 1, before: 1 },
    send('d'),
  ]
  for (const [i, op] of ops.entries()) {
    const at = { ...place, number: i + 1 }
    const written = { number: i + 1, id: `id ${i + 1}`, previous: `id ${i}`, op }
    const read = decodeEntry('k', at, encodeEntry(at, written), false)
    if (read.error !== undefined) throw new Error(read.error.message)
    expect(made.apply(read.value, 50)).toBeDefined()
  }
  return made
}

test('an image stands for all entries before it', () => {
  const before = replica()
  const read = decodeImage('k', place, encodeImage(place, before.image))
  if (read.error !== undefined) throw new Error(read.error.message)
  const after = Replica.from(read.value, 50)
  expect(after?.number).toBe(7)
  expect([after?.id, after?.imageAt]).toEqual(['id 7', 7])
  expect(after?.image).toEqual(before.image)
  const next = { number: 8, id: 'id 8', previous: 'id 7', op: send('e') }
  expect(after?.isFollowedBy([next])).toBe(true)
  const end: Op = { kind: 'end', producer: 1, verdict: 'commit' }
  for (const one of [before, after]) one?.apply({ ...next, op: end }, 70)
  const seen = (one: Replica | undefined) => {
    const [partition] = one?.ledger.topic('t')?.partitions ?? []
    return partition?.find(1, 'committed', 1000)
  }
  expect(seen(after)).toEqual(seen(before))
  expect(seen(after)?.blocks).toHaveLength(2)
})

test('an image that was changed, or speaks of what there is not, is refused', () => {
  const { image } = replica()
  const bytes = encodeImage(place, image)
  for (let at = 0; at < bytes.length; at += 3) {
    const changed = bytes.slice()
    changed[at] = (changed[at] ?? 0) ^ 8
    expect(code(decodeImage('k', place, changed))).toBe('unavailable')
  }
  expect(code(decodeImage('k', { ...place, log: 'z' }, bytes))).toBe('other-cluster')
  const [, blocks = []] = image.blocks[0] ?? []
  expect(Replica.from({ ...image, blocks: [[9, blocks]] }, 0)).toBeUndefined()
})

test('entries follow each other by number and by who wrote the one before', () => {
  const made = replica()
  const next = { number: 8, id: 'x', previous: 'id 7', op: send('e') }
  const last = { number: 9, id: 'y', previous: 'x', op: send('f') }
  expect(made.isFollowedBy([])).toBe(true)
  expect(made.isFollowedBy([next, last])).toBe(true)
  expect(made.isFollowedBy([last])).toBe(false)
  expect(made.isFollowedBy([next, { ...last, previous: 'z' }])).toBe(false)
  expect(made.isFollowedBy([{ ...next, previous: 'id 6' }, last])).toBe(false)
  const drop: Op = { kind: 'drop', topic: 'nobody knows it' }
  expect(made.apply({ ...next, op: drop }, 0)).toBeUndefined()
})
