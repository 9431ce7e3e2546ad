/** Digests of sources, and how many fingerprints are made and kept. */

import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { ByteSource, Piece } from '../../base/source.ts'
import { Digests, type Hasher } from './digest.ts'

function newHasher(): Hasher {
  const hash = createHash('sha256')
  return { update: bytes => hash.update(bytes), hex: () => hash.digest('hex') }
}

const utf8 = (text: string) => new TextEncoder().encode(text)
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const text = (piece: string): Piece => ({ kind: 'bytes', bytes: utf8(piece) })

/** A source that answers when it is told to. */
function heldSource(pieces: readonly Piece[]) {
  const left = [...pieces]
  let waiting: ((piece: Piece) => void) | undefined
  const held = {
    closed: 0,
    step(): boolean {
      const tell = waiting
      waiting = undefined
      tell?.(left.shift() ?? { kind: 'end' })
      return tell !== undefined
    },
  }
  const source: ByteSource = {
    next(done) {
      waiting = done
    },
    close() {
      held.closed++
    },
  }
  return { source, held }
}

test('the chain may be known before the digest, or after it', () => {
  const digests = new Digests(newHasher)
  const { source, held } = heldSource([text('a')])
  digests.maybeTake(7, () => source)
  expect(digests.at(7)).toBeUndefined()
  digests.onChain(7, 99)
  expect(digests.at(7)).toEqual({ index: 7, chain: 99, digest: undefined })
  while (held.step());
  expect(digests.at(7)).toEqual({ index: 7, chain: 99, digest: sha256('a') })
  const other = heldSource([text('b')])
  digests.maybeTake(8, () => other.source)
  while (other.held.step());
  expect(digests.at(8)).toEqual({ index: 8, chain: undefined, digest: sha256('b') })
  digests.onChain(8, 100)
  expect(digests.at(8)).toEqual({ index: 8, chain: 100, digest: sha256('b') })
})

test('a cut that breaks leaves what was known, and makes room for the next', () => {
  const digests = new Digests(newHasher)
  for (let index = 1; index <= 5; index++) {
    const { source, held } = heldSource([{ kind: 'broken', why: 'gone' }])
    digests.maybeTake(index, () => source)
    expect(held.step()).toBe(true)
    expect(digests.at(index)).toBeUndefined()
  }
})

test('two cuts are held at a time: a third is not even made', () => {
  const digests = new Digests(newHasher)
  const first = heldSource([text('a')])
  const second = heldSource([text('b')])
  let cuts = 0
  const third = () => {
    cuts++
    return heldSource([text('c')]).source
  }
  digests.maybeTake(1, () => first.source)
  digests.maybeTake(2, () => second.source)
  digests.maybeTake(3, third)
  expect(cuts).toBe(0)
  while (second.held.step());
  digests.maybeTake(4, third)
  expect(cuts).toBe(1)
  digests.maybeTake(5, third)
  expect(cuts).toBe(1)
  expect(digests.at(2)?.digest).toBe(sha256('b'))
  expect(digests.at(3)).toBeUndefined()
})

test('the last four are kept, by when they were first heard of', () => {
  const digests = new Digests(newHasher)
  for (let index = 1; index <= 6; index++) digests.onChain(index, index)
  expect([1, 2, 3, 4, 5, 6].map(index => digests.at(index)?.chain)).toEqual([
    undefined,
    undefined,
    3,
    4,
    5,
    6,
  ])
  digests.onChain(3, 33)
  digests.onChain(7, 7)
  expect(digests.at(3)).toBeUndefined()
  expect(digests.at(4)?.chain).toBe(4)
})
