/** No message, however damaged, throws or changes anything. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeMembers } from './log/codec.ts'
import type { Message, MessageType } from './messages.ts'
import { messageTypes } from './messages.ts'
import type { Raft } from './raft.ts'
import { Bench } from './testing/bench.ts'
import { letters, someImage, someMembers } from './testing/letters.ts'
import { isSound } from './validate.ts'

const sound = letters({ from: 2, to: 1, term: 3, index: 4 })

/** A copy of the message in which the value at the path is another one. */
function damaged(message: Message, path: readonly string[], value: unknown): Message {
  const [step = '', ...rest] = path
  const copy = (Array.isArray(message) ? [...message] : { ...message }) as Record<string, unknown>
  copy[step] = rest.length === 0 ? value : damaged(copy[step] as Message, rest, value)
  return copy as unknown as Message
}

/** Every path to a number, flag, list, record or bytes inside the message, but the type's own. */
function paths(value: unknown, prefix: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [prefix]
  const inner = Object.keys(value).flatMap(key =>
    paths((value as Record<string, unknown>)[key], [...prefix, key]),
  )
  return prefix.length === 0 ? inner : [prefix, ...inner]
}

const allPaths = messageTypes.flatMap(type => paths(sound[type]).map(path => ({ type, path })))
const wrong = [undefined, null, -1, 0.5, Number.NaN, 2 ** 53, 'text', {}, [null], () => 1]
/** Wrong values that are right in some places. */
const harmless = new Set([
  'image.members.voters',
  'image.members.outgoing',
  'image.members.learners',
])

describe('isSound', () => {
  it.each(messageTypes)('takes a %s as it should be', type => {
    expect(isSound(sound[type])).toBe(true)
  })

  it.each(allPaths)('takes no $type with anything wrong at $path', ({ type, path }) => {
    if (harmless.has(path.join('.'))) return expect(isSound(sound[type])).toBe(true)
    for (const value of wrong) {
      const message = damaged(sound[type], path, value)
      expect(isSound(message), `${path.join('.')} = ${String(value)}`).toBe(false)
    }
    return undefined
  })

  it('takes no type that is none, not even one that every object has', () => {
    for (const type of ['', 'appendix', 'constructor', 'toString', '__proto__']) {
      expect(isSound({ ...sound.heartbeat, type } as unknown as Message), type).toBe(false)
    }
  })

  const { append, snapshot, vote } = sound
  const [first, second] = append.entries
  const bytes = (...numbers: number[]): Uint8Array => new Uint8Array(numbers)
  const membered = (data: Uint8Array): Message => ({
    ...append,
    entries: [{ index: 5, term: 3, kind: 'members', data }],
  })
  const imaged = (voters: readonly number[]): Message => ({
    ...snapshot,
    image: someImage(6, 3, { ...someMembers, voters } as typeof someMembers),
  })

  it.each<[string, Message]>([
    ['entries that skip an index', { ...append, entries: second ? [second] : [] }],
    ['entries that begin too early', { ...append, prevIndex: 5 }],
    ['entries whose terms fall', { ...append, prevTerm: 3, entries: [{ ...first, term: 2 }] }],
    ['an entry of a later term than its sender', { ...append, term: 2 }],
    ['a place in a later term than its sender', { ...append, entries: [], prevTerm: 4 }],
    ['a log that ends in a later term than its sender', { ...vote, lastTerm: 4 }],
    ['members without a voter', membered(encodeMembers({ ...someMembers, voters: [] }))],
    ['members with bytes left over', membered(bytes(1, 1, 0, 0, 0))],
    ['members out of order', membered(bytes(2, 2, 1, 0, 0))],
    ['members that end too early', membered(bytes(3, 1, 2))],
    ['no members at all', membered(bytes())],
    ['an image with a voter twice', imaged([1, 1, 2])],
    ['an image with voters out of order', imaged([2, 1])],
    ['an image with nobody as a voter', imaged([0, 1])],
    ['an image of a later term than its sender', { ...snapshot, image: someImage(6, 4) }],
    [
      'an image older than its own members',
      { ...snapshot, image: { ...someImage(6, 3), membersIndex: 7 } },
    ],
  ] as [string, Message][])('takes no message with %s', (_, message) => {
    expect(isSound(message)).toBe(false)
  })
})

function memory({ log, role, term, leader }: Raft): object {
  const { lastIndex, commit, applied, membersIndex, durable, firstIndex } = log
  return { role, term, leader, lastIndex, commit, applied, membersIndex, durable, firstIndex }
}

const value = fc.oneof(
  fc.integer({ min: -2, max: 12 }),
  fc.constantFrom(...wrong),
  fc.boolean(),
  fc.uint8Array({ maxLength: 8 }),
  fc.anything(),
)

/** A host that believes all images, also those that are made of three bytes. */
function drain(raft: Raft): void {
  while (raft.hasReady()) {
    const { write, install, committed } = raft.ready()
    if (write !== undefined) raft.persisted(write.number)
    if (install !== undefined) raft.applied(install.index)
    for (const { index } of committed) raft.applied(index)
  }
}

describe('a type', () => {
  it.each([{ toString: '' }, Symbol('vote'), ['vote'], null, 7])('that is no text: %o', type => {
    const { vote } = letters({ from: 2, to: 1, term: 1, index: 1 })
    expect(isSound(damaged(vote, ['type'], type) as typeof vote)).toBe(false)
  })
})

describe('step', () => {
  it('takes anything: it throws at nothing, and what it calls malformed changes nothing', () => {
    const mutation = fc.record({ at: fc.nat(), value })
    const bench = new Bench({ voters: [1, 2, 3], joiners: [4] })
    bench.elect(1)
    bench.change(1, [1, 2, 3], [4])
    bench.settle()
    bench.pass(200)
    const check = (to: number, from: number, type: MessageType, mutations: Mutation[]): void => {
      const { raft } = bench.replica(to)
      let message = letters({ from, to, term: raft.term, index: raft.log.lastIndex })[type]
      for (const { at, value } of mutations) {
        const open = paths(message)
        message = damaged(message, open[at % open.length] ?? ['term'], value) as typeof message
      }
      const before = memory(raft)
      const refusal = raft.step(message)
      if (refusal?.refused === 'malformed') expect(memory(raft)).toEqual(before)
      drain(raft)
    }
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom(...messageTypes),
        fc.array(mutation, { minLength: 1, maxLength: 3 }),
        check,
      ),
      { numRuns: 3000 },
    )
  })
})

interface Mutation {
  readonly at: number
  readonly value: unknown
}
