/** The log against a naive model: arrays, and a disk that is written one write at a time. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BrokenInvariant } from '../../base/errors.ts'
import { replicaId } from '../../base/ids.ts'
import { someEntry, someImage, someMembers } from '../testing/letters.ts'
import type { Entry, Image } from '../types.ts'
import { encodeMembers } from './codec.ts'
import { RaftLog } from './log.ts'

const BIG = 1_000_000

function logOf(...terms: readonly number[]): RaftLog {
  const image = someImage(0, 0)
  const entries = terms.map((term, i) => someEntry(i + 1, term))
  const hardState = { term: terms.at(-1) ?? 0, vote: 0 as const, commit: 0 }
  return new RaftLog({ hardState, image, entries })
}

describe('where two logs agree', () => {
  it.each([
    [5, 9, 5, 'nothing stands above the asked term'],
    [5, 4, 5, 'the term itself may agree'],
    [5, 3, 3, 'a whole term is skipped'],
    [5, 1, 2, 'two terms are skipped'],
    [9, 3, 3, 'an index beyond the end counts as the end'],
    [2, 4, 2, 'never above the index'],
    [5, 0, 0, 'in front of everything'],
  ])('at %i with term %i: at %i at most (%s)', (index, term, expected) => {
    expect(logOf(1, 1, 2, 4, 4).lastBelowTerm(index, term)).toBe(expected)
  })

  it.each([
    [5, 4, true],
    [6, 4, true],
    [4, 4, false],
    [1, 5, true],
    [99, 3, false],
  ])('a log that ends at %i in term %i is as good as this one: %s', (index, term, good) => {
    expect(logOf(1, 1, 2, 4, 4).isUpToDate(index, term)).toBe(good)
  })
})

describe('a slice', () => {
  const log = logOf(1, 1, 1, 1)
  it.each([
    [1, 9, BIG, 4],
    [1, 2, BIG, 2],
    [3, 9, BIG, 2],
    [1, 9, 1, 1],
    [1, 9, 34, 2],
    [1, 9, 50, 2],
    [1, 9, 51, 3],
    [5, 9, BIG, 0],
  ])('from %i of %i entries and %i bytes has %i', (index, count, bytes, expected) => {
    expect(log.slice(index, count, bytes).length).toBe(expected)
  })
})

describe('what must never happen', () => {
  const broken = (name: string): BrokenInvariant => new BrokenInvariant(name)
  it.each<[string, (log: RaftLog) => void]>([
    ['LOG no gap', log => log.append(someEntry(4, 2))],
    ['LOG terms never fall', log => log.append(someEntry(3, 1))],
    ['LOG commit stays within the log', log => log.commitTo(3)],
    ['LOG applied only what was handed out', log => log.onApplied(1)],
    ['LOG an image holds applied entries only', log => log.compact(someImage(1, 1), 0)],
    ['LOG an image is durable before it is installed', log => installUnsaved(log)],
  ])('%s', (name, act) => {
    expect(() => act(logOf(1, 2))).toThrow(broken(name))
  })

  function installUnsaved(log: RaftLog): void {
    log.replaceBy(someImage(9, 3), 1)
    log.handImage()
  }

  it('an image takes commits back', () => {
    const log = logOf(1, 2)
    log.commitTo(2)
    expect(() => log.replaceBy(someImage(2, 2), 1)).toThrow('LOG an image never takes commits back')
  })
})

describe('members', () => {
  const changed = { voters: [replicaId(9)], outgoing: [], learners: [] }
  const change = (index: number, term: number): Entry => ({
    index,
    term,
    kind: 'members',
    data: encodeMembers(changed),
  })

  it('are those of the newest entry and go back with it', () => {
    const log = logOf(1)
    log.merge([change(2, 1)])
    expect(log.members).toEqual(changed)
    expect(log.membersIndex).toBe(2)
    log.merge([someEntry(2, 2)])
    expect(log.members).toEqual(someMembers)
    expect(log.membersIndex).toBe(0)
  })

  it('may vote as long as the entry that leaves them out is not known to be committed', () => {
    const log = logOf(1)
    log.merge([change(2, 1), someEntry(3, 1)])
    expect([1, 4, 9].map(id => log.mayVote(replicaId(id)))).toEqual([true, false, true])
    log.commitTo(1)
    expect(log.mayVote(replicaId(1))).toBe(true)
    log.commitTo(2)
    expect([1, 4, 9].map(id => log.mayVote(replicaId(id)))).toEqual([false, false, true])
  })

  it('of an image are those of the applied index, not of the last one', () => {
    const log = logOf(1)
    log.merge([change(2, 1)])
    log.takeUnwritten(1)
    log.persisted(1)
    log.commitTo(2)
    log.takeCommitted(1)
    log.onApplied(1)
    expect(log.describeApplied()).toMatchObject({ index: 1, members: someMembers, membersIndex: 0 })
    log.takeCommitted(1)
    log.onApplied(2)
    expect(log.describeApplied()).toMatchObject({ index: 2, members: changed, membersIndex: 2 })
  })
})

/** One thing that a random run does. Numbers are taken modulo what makes sense at that moment. */
type Act =
  | { readonly do: 'append' | 'write' | 'commit' | 'hand' | 'apply'; readonly n: number }
  | { readonly do: 'merge'; readonly at: number; readonly count: number; readonly fork: boolean }
  | { readonly do: 'persist' | 'compact' | 'image'; readonly n: number }

const n = fc.nat({ max: 5 })
const acts = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constantFrom('append', 'write', 'commit', 'hand', 'apply', 'persist', 'compact'),
      n,
    }),
    fc.record({ do: fc.constant('image'), n }),
    fc.record({ do: fc.constant('merge'), at: n, count: n, fork: fc.boolean() }),
  ),
  { maxLength: 60 },
) as fc.Arbitrary<Act[]>

/** All entries that ever were, from index 1 on; a disk as the writes made it. */
class Model {
  readonly log = logOf()
  /** What the log should hold, images and all. */
  all: Entry[] = []
  /** What a disk would hold: `undefined` where an image stands for the entries. */
  disk: (Entry | 'image')[] = []
  writes: { number: number; apply: () => void }[] = []
  term = 1
  number = 0
  commit = 0
  handed = 0
  applied = 0
  install: { image: Image; number: number } | undefined

  run(act: Act): void {
    if (act.do === 'append') this.append()
    else if (act.do === 'merge') this.merge(act.at, act.count, act.fork)
    else if (act.do === 'write') this.write()
    else if (act.do === 'persist') this.persist(act.n)
    else if (act.do === 'commit') this.commitTo(act.n)
    else if (act.do === 'hand') this.hand(act.n)
    else if (act.do === 'apply') this.apply(act.n)
    else if (act.do === 'compact') this.compact(act.n)
    else this.replace(act.n)
    this.compare()
  }

  append(): void {
    const entry = someEntry(this.all.length + 1, this.term)
    this.log.append(entry)
    this.all.push(entry)
  }

  /** A leader's entries behind an index at which both agree; a fork is of a new term. */
  merge(at: number, count: number, fork: boolean): void {
    const prev = Math.min(this.all.length, this.commit + at)
    if (fork) this.term++
    const entries = Array.from({ length: count }, (_, i) => {
      const old = this.all[prev + i]
      return fork || old === undefined ? someEntry(prev + i + 1, this.term) : old
    })
    this.log.merge(entries)
    const conflict = entries.findIndex((e, i) => this.all[prev + i]?.term !== e.term)
    if (conflict < 0) return
    this.all = [...this.all.slice(0, prev + conflict), ...entries.slice(conflict)]
  }

  write(): void {
    const number = ++this.number
    const taken = this.log.takeUnwritten(number)
    const { install } = this
    this.writes.push({ number, apply: () => this.#toDisk(taken, install) })
  }

  #toDisk(taken: readonly Entry[], install: { image: Image; number: number } | undefined): void {
    if (install !== undefined && this.disk.length < install.image.index) {
      this.disk = Array.from({ length: install.image.index }, () => 'image' as const)
    }
    const [first] = taken
    if (first === undefined) return
    expect(this.disk.length, 'no gap on the disk').toBeGreaterThanOrEqual(first.index - 1)
    this.disk = [...this.disk.slice(0, first.index - 1), ...taken]
  }

  persist(count: number): void {
    for (const write of this.writes.splice(0, count)) {
      write.apply()
      this.log.persisted(write.number)
    }
    const { install } = this
    if (install === undefined || this.log.durable < install.image.index) return
    this.log.handImage()
    this.handed = install.image.index
    this.install = undefined
    this.loading = install.image
  }

  loading: Image | undefined

  commitTo(by: number): void {
    this.commit = Math.min(this.all.length, this.commit + by)
    this.log.commitTo(this.commit)
  }

  hand(count: number): void {
    if (this.install !== undefined || this.loading !== undefined) return
    const entries = this.log.takeCommitted(17 * count)
    expect(entries).toEqual(this.all.slice(this.handed, this.handed + entries.length))
    this.handed += entries.length
    expect(this.handed).toBeLessThanOrEqual(Math.min(this.commit, this.log.durable))
  }

  apply(by: number): void {
    if (this.loading !== undefined) {
      this.log.onInstalled(this.loading)
      this.applied = this.loading.index
      this.loading = undefined
      return
    }
    if (this.install !== undefined) return
    this.applied = Math.min(this.handed, this.applied + by)
    this.log.onApplied(this.applied)
  }

  compact(tail: number): void {
    if (this.install !== undefined || this.loading !== undefined) return
    if (this.applied <= this.log.image.index) return
    this.log.compact(this.log.describeApplied(), tail)
  }

  replace(by: number): void {
    if (this.install !== undefined || this.loading !== undefined) return
    const index = this.commit + by + 1
    this.term++
    const image = { ...someImage(index, this.term), chain: index }
    this.install = { image, number: this.number + 1 }
    this.log.replaceBy(image, this.number + 1)
    const filled = Array.from({ length: index }, (_, i) => this.all[i] ?? someEntry(i + 1, 0))
    this.all = filled.slice(0, index)
    this.all[index - 1] = someEntry(index, this.term)
    this.commit = index
    this.write()
  }

  compare(): void {
    const { log, all } = this
    expect(log.lastIndex).toBe(all.length)
    expect(log.commit).toBe(this.commit)
    expect(log.applied).toBe(this.applied)
    for (let index = log.firstIndex; index <= log.lastIndex; index++) {
      expect(log.entry(index)).toEqual(all[index - 1])
    }
    // The heart of it: whatever is called durable is on the disk, as it stands in the log now.
    const { durable } = log
    expect(this.disk.length).toBeGreaterThanOrEqual(durable)
    for (let index = log.firstIndex; index <= durable; index++) {
      const on = this.disk[index - 1]
      if (on !== 'image') expect(on).toEqual(all[index - 1])
    }
  }
}

describe('any sequence of what can happen to a log', () => {
  it('leaves it as the model says, and calls nothing durable that is not on the disk', () => {
    fc.assert(
      fc.property(acts, list => {
        const model = new Model()
        for (const act of list) model.run(act)
      }),
      { numRuns: 2000 },
    )
  })

  // The tail is cut and comes back under the same index, while the first write is under way.
  it('lets no late acknowledgement vouch for an entry that came back', () => {
    const log = logOf()
    log.append(someEntry(1, 1))
    log.takeUnwritten(1)
    log.merge([someEntry(1, 2)])
    log.takeUnwritten(2)
    log.merge([someEntry(1, 3)])
    log.persisted(1)
    expect(log.durable).toBe(0)
    log.persisted(2)
    expect(log.durable).toBe(0)
    log.takeUnwritten(3)
    log.persisted(3)
    expect(log.durable).toBe(1)
  })

  it('gives equal fingerprints to equal histories, however they were handed out', () => {
    const entries = fc.array(fc.tuple(fc.nat({ max: 3 }), fc.string()), { maxLength: 20 })
    fc.assert(
      fc.property(entries, fc.nat({ max: 80 }), (list, bytes) => {
        const whole = chainOf(list, BIG)
        expect(chainOf(list, bytes)).toBe(whole)
        const [first, ...rest] = list
        if (first !== undefined) {
          expect(chainOf([[first[0], `${first[1]}!`], ...rest], BIG)).not.toBe(whole)
        }
      }),
    )
  })

  function chainOf(list: readonly (readonly [number, string])[], bytesMax: number): number {
    const log = logOf()
    let term = 1
    for (const [step, text] of list) {
      term += step
      log.append(someEntry(log.lastIndex + 1, term, text))
    }
    log.takeUnwritten(1)
    log.persisted(1)
    log.commitTo(log.lastIndex)
    while (log.hasCommitted) log.onApplied(log.takeCommitted(bytesMax).at(-1)?.index ?? 0)
    return log.chain
  }
})
