/**
 * What is remembered against a naive model of it: the whole past of a node, looked through anew for
 * each question.
 */

import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { type NodeId, nodeId } from '../../base/ids.ts'
import {
  type Incarnation,
  isOld,
  isSame,
  learn,
  type PeerMemory,
  REPLACED_MAX,
  type Remembered,
} from './memory.ts'

const b = nodeId('b')
const c = nodeId('c')

class Notes implements PeerMemory {
  readonly peers = new Map<NodeId, Remembered>()
  readonly learned: [NodeId, Remembered][] = []

  onLearned(node: NodeId, remembered: Remembered): void {
    this.learned.push([node, remembered])
  }

  /** As links do: judged first, learned when it is not old. */
  call(node: NodeId, seen: Incarnation): 'old' | 'known' | 'news' {
    if (isOld(this.peers.get(node), seen)) return 'old'
    return learn(this, node, seen) ? 'news' : 'known'
  }
}

/** All that was let in, in order. */
class Past {
  readonly #all: Incarnation[] = []

  verdict(seen: Incarnation): 'old' | 'known' | 'news' {
    const last = this.#all.at(-1)
    const isGivenUp = seen.store !== last?.store && this.#givenUp().includes(seen.store)
    if (isGivenUp) return 'old'
    if (seen.store === last?.store && seen.boot < last.boot) return 'old'
    const isKnown = seen.store === last?.store && seen.boot === last.boot
    if (isKnown && seen.opening !== last.opening) return 'old'
    if (!isKnown) this.#all.push(seen)
    return isKnown ? 'known' : 'news'
  }

  /** The newest of them. */
  #givenUp(): readonly string[] {
    const changes = this.#all.filter((one, at) => one.store !== this.#all[at - 1]?.store)
    return changes
      .slice(0, -1)
      .map(one => one.store)
      .slice(-REPLACED_MAX)
  }
}

const incarnation = (stores: number): fc.Arbitrary<Incarnation> =>
  fc.record({
    store: fc.integer({ min: 1, max: stores }).map(n => `s${n}`),
    boot: fc.integer({ min: 1, max: 4 }),
    opening: fc.constantFrom('o', 'o', 'p'),
  })

test.each([3, 10, 2 * REPLACED_MAX])('agrees with the whole past, of %i stores', stores => {
  const calls = fc.array(fc.tuple(fc.constantFrom(b, c), incarnation(stores)), { maxLength: 120 })
  fc.assert(
    fc.property(calls, all => {
      const notes = new Notes()
      const pasts = new Map([b, c].map(node => [node, new Past()]))
      for (const [node, seen] of all) {
        expect(notes.call(node, seen)).toBe(pasts.get(node)?.verdict(seen))
      }
    }),
  )
})

test('the bound is reached and kept, and each store stands in it once', () => {
  const calls = fc.array(incarnation(3 * REPLACED_MAX), { minLength: 200, maxLength: 300 })
  fc.assert(
    fc.property(calls, all => {
      const notes = new Notes()
      for (const seen of all) notes.call(b, seen)
      const { store, replaced } = notes.peers.get(b) ?? { store: '', replaced: [] }
      expect(replaced).toHaveLength(REPLACED_MAX)
      expect(new Set([store, ...replaced]).size).toBe(REPLACED_MAX + 1)
    }),
    { numRuns: 20 },
  )
})

test('what is made durable at each change is enough to go on from', () => {
  fc.assert(
    fc.property(fc.array(incarnation(4), { maxLength: 40 }), all => {
      const notes = new Notes()
      let restarted = new Notes()
      for (const seen of all) {
        expect(restarted.call(b, seen)).toBe(notes.call(b, seen))
        const last = restarted.learned.at(-1)
        const next = new Notes()
        if (last !== undefined) next.peers.set(last[0], structuredClone(last[1]))
        next.learned.push(...restarted.learned.slice(-1))
        restarted = next
      }
    }),
  )
})

describe('a change', () => {
  const start = (known?: Remembered) => {
    const notes = new Notes()
    if (known !== undefined) notes.peers.set(b, known)
    return notes
  }

  it.each<[string, Remembered | undefined, Incarnation, Remembered]>([
    [
      'the first',
      undefined,
      { store: 's', boot: 4, opening: 'o' },
      { store: 's', boot: 4, opening: 'o', replaced: [] },
    ],
    [
      'the next boot',
      { store: 's', boot: 4, opening: 'o', replaced: ['r'] },
      { store: 's', boot: 5, opening: 'o' },
      { store: 's', boot: 5, opening: 'o', replaced: ['r'] },
    ],
    [
      'another store, whose boots begin anew',
      { store: 's', boot: 4, opening: 'o', replaced: ['r'] },
      { store: 't', boot: 1, opening: 'o' },
      { store: 't', boot: 1, opening: 'o', replaced: ['r', 's'] },
    ],
  ])('%s', (_, known, seen, remembered) => {
    const notes = start(known)
    expect(learn(notes, b, seen)).toBe(true)
    expect(notes.peers.get(b)).toEqual(remembered)
    expect(notes.learned).toEqual([[b, remembered]])
  })

  it('keeps nothing but store, boot and opening of what was seen', () => {
    const notes = start()
    const hello = { store: 's', boot: 1, opening: 'o', cluster: 'c', lane: 'turn' }
    learn(notes, b, hello)
    expect(notes.peers.get(b)).toEqual({ store: 's', boot: 1, opening: 'o', replaced: [] })
  })

  it('leaves what was told before as it was', () => {
    const notes = start()
    for (const store of ['s', 't', 'u']) learn(notes, b, { store, boot: 1, opening: 'o' })
    expect(notes.learned.map(([, one]) => one.replaced)).toEqual([[], ['s'], ['s', 't']])
  })

  it('of one node is none of another', () => {
    const notes = start()
    learn(notes, b, { store: 's', boot: 9, opening: 'o' })
    learn(notes, c, { store: 's', boot: 1, opening: 'o' })
    expect(notes.call(c, { store: 's', boot: 2, opening: 'o' })).toBe('news')
    expect(notes.call(b, { store: 's', boot: 8, opening: 'o' })).toBe('old')
  })

  it('is none when the very same comes again', () => {
    const notes = start({ store: 's', boot: 4, opening: 'o', replaced: [] })
    expect(learn(notes, b, { store: 's', boot: 4, opening: 'o' })).toBe(false)
    expect(notes.learned).toEqual([])
  })
})

test('the same is the same store at the same boot, opened once', () => {
  const one = { store: 's', boot: 1, opening: 'o' }
  expect(isSame(one, { store: 's', boot: 1, opening: 'o' })).toBe(true)
  expect(isSame(one, { store: 's', boot: 2, opening: 'o' })).toBe(false)
  expect(isSame(one, { store: 't', boot: 1, opening: 'o' })).toBe(false)
  expect(isSame(one, { store: 's', boot: 1, opening: 'p' })).toBe(false)
})
