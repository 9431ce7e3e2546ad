/** The record log on a simulated disk: what it reported is found again, come what may. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { replicaId } from '../../../src/base/ids.ts'
import { Prng } from '../../../src/base/prng.ts'
import type { Write } from '../../../src/raft/ready.ts'
import type { Entry, Image, Stored } from '../../../src/raft/types.ts'
import { EventQueue } from '../world/clock.ts'
import { SimDisk } from '../world/disk.ts'
import { coreTally } from '../world/tally.ts'
import { makeStore, type OpenAnswer, openStore } from './opening.ts'
import { Store } from './store.ts'

const members = { voters: [replicaId(1)], outgoing: [], learners: [] }
const firstImage: Image = { index: 0, term: 0, members, membersIndex: 0, chain: 0 }
const first: Stored = {
  hardState: { term: 0, vote: 0, commit: 0 },
  image: firstImage,
  entries: [],
}

const entry = (index: number, term: number): Entry => ({
  index,
  term,
  kind: 'data',
  data: Uint8Array.of(index, term),
})

const nothing = { chunk: undefined, install: undefined, hardState: undefined, compact: undefined }

function writeOf(number: number, parts: Partial<Write>): Write {
  return { ...nothing, number, entries: [], sync: true, ...parts }
}

class Rig {
  readonly queue = new EventQueue()
  readonly disk: SimDisk
  readonly persisted: number[] = []
  readonly failures: string[] = []
  store: Store | undefined

  constructor(seed = 1) {
    const profile = { syncMinUs: 10, syncMeanUs: 100, readUs: 10, otherUs: 10 }
    const parts = { queue: this.queue, tally: coreTally(), prng: new Prng(seed) }
    this.disk = new SimDisk(profile, parts)
    makeStore(this.disk, { replica: replicaId(7), stored: first }, answer => this.#start(answer))
    this.settle()
  }

  settle(): void {
    while (this.queue.step());
  }

  get must(): Store {
    if (this.store === undefined) throw new Error('the store is not open')
    return this.store
  }

  open(): OpenAnswer {
    let said: OpenAnswer = { lost: 'nothing was said' }
    openStore(
      this.disk,
      name => this.disk.promised(name),
      answer => {
        said = answer
        this.#start(answer)
      },
    )
    this.settle()
    return said
  }

  stored(): Stored {
    const answer = this.open()
    if ('opened' in answer) return answer.opened.stored
    throw new Error(JSON.stringify(answer))
  }

  #start(answer: OpenAnswer): void {
    if (!('opened' in answer)) return
    this.store = new Store(answer.opened.start, {
      onDurable: () => {},
      onPersisted: number => this.persisted.push(number),
      onFailed: error => this.failures.push(error),
      onImageDamaged: () => this.failures.push('damaged-image'),
    })
  }
}

test('what was persisted is found again, with one boot more', () => {
  const rig = new Rig()
  const hardState = { term: 2, vote: replicaId(7), commit: 1 }
  rig.must.write(writeOf(1, { hardState, entries: [entry(1, 1), entry(2, 2)] }))
  rig.settle()
  expect(rig.persisted).toEqual([1])
  rig.disk.cutPower()
  const answer = rig.open()
  expect(answer).toMatchObject({
    opened: {
      replica: 7,
      stored: { hardState, image: firstImage, entries: [entry(1, 1), entry(2, 2)] },
      start: { boot: 2 },
    },
  })
})

test('an entry discards all that was written at its index and above', () => {
  const rig = new Rig()
  rig.must.write(writeOf(1, { entries: [entry(1, 1), entry(2, 1), entry(3, 1)] }))
  rig.must.write(writeOf(2, { entries: [entry(2, 2)] }))
  rig.settle()
  expect(rig.stored().entries).toEqual([entry(1, 1), entry(2, 2)])
  expect(rig.must.remnant.termAt(2)).toBe(2)
  expect(rig.must.remnant.lastIndex).toBe(2)
})

test('while one batch is being synced the next gathers, and both are reported in order', () => {
  const rig = new Rig()
  for (let n = 1; n <= 9; n++) rig.must.write(writeOf(n, { entries: [entry(n, 1)] }))
  rig.settle()
  expect(rig.persisted).toEqual([1, 9])
})

test('whenever the power goes, what was reported is found, and at most what was written', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 2000 }), (seed, us) => {
      const rig = new Rig(seed)
      for (let n = 1; n <= 20; n++) {
        rig.must.write(writeOf(n, { entries: [entry(n, 1)], sync: n % 3 > 0 }))
      }
      rig.queue.runUntil(rig.queue.nowUs + us)
      const durable = rig.must.remnant.lastIndex
      rig.disk.cutPower()
      const { entries } = rig.stored()
      expect(entries.length).toBeGreaterThanOrEqual(durable)
      expect(entries).toEqual(Array.from(entries, (_, i) => entry(i + 1, 1)))
    }),
  )
})

test('an image takes the place of the entries that it covers', () => {
  const rig = new Rig()
  const image = { ...firstImage, index: 2, term: 1 }
  rig.must.write(writeOf(1, { entries: [entry(1, 1), entry(2, 1), entry(3, 1)] }))
  rig.must.saveImage(image, Uint8Array.of(9, 8, 7), () => {
    rig.must.write(writeOf(2, { compact: image, sync: false }))
    rig.must.write(writeOf(3, { entries: [entry(4, 1)] }))
  })
  rig.settle()
  rig.disk.cutPower()
  const answer = rig.open()
  expect(answer).toMatchObject({
    opened: { stored: { image, entries: [entry(3, 1), entry(4, 1)] } },
  })
  expect('opened' in answer && answer.opened.imageBytes).toEqual(Uint8Array.of(9, 8, 7))
})

test('a received image takes the place of the log, and can be read in chunks', () => {
  const rig = new Rig()
  const image = { ...firstImage, index: 50, term: 3 }
  const from = replicaId(2)
  const chunk = (offset: number, data: Uint8Array, last: boolean) => ({
    image,
    from,
    offset,
    data,
    last,
  })
  rig.must.write(writeOf(1, { entries: [entry(1, 1)] }))
  rig.must.write(writeOf(2, { chunk: chunk(0, Uint8Array.of(1, 2), false) }))
  // The sender began anew.
  rig.must.write(writeOf(3, { chunk: chunk(0, Uint8Array.of(3, 4), false) }))
  rig.must.write(writeOf(4, { chunk: chunk(2, Uint8Array.of(5), true), install: image }))
  rig.settle()
  expect(rig.persisted).toEqual([1, 2, 3, 4])
  const said: unknown[] = []
  const read = { to: from, image, offset: 1, sizeBytesMax: 10 }
  rig.must.readChunk(read, bytes => said.push(bytes))
  rig.settle()
  const data = Uint8Array.of(4, 5)
  expect(said).toEqual([{ to: from, imageIndex: 50, offset: 1, data, last: true }])
  expect(rig.stored()).toMatchObject({ image, entries: [] })
})

test('a bit flipped below the durable end is damage, wherever it is', () => {
  const outcomes = Array.from({ length: 60 }, (_, seed) => {
    const rig = new Rig(seed)
    rig.must.write(writeOf(1, { entries: [entry(1, 1), entry(2, 1)] }))
    rig.settle()
    rig.disk.flipBit(new Prng(seed))
    return 'lost' in rig.open()
  })
  expect(outcomes).not.toContain(false)
})

test('a full disk ends the store, and nothing that was promised is lost', () => {
  const rig = new Rig()
  rig.must.write(writeOf(1, { entries: [entry(1, 1)] }))
  rig.settle()
  rig.disk.isFull = true
  rig.must.write(writeOf(2, { entries: [entry(2, 1)] }))
  rig.settle()
  expect(rig.failures).toContain('disk-full')
  expect(rig.open()).toEqual({ failed: 'disk-full' })
  rig.disk.isFull = false
  rig.disk.cutPower()
  expect(rig.stored().entries[0]).toEqual(entry(1, 1))
})

test('what only the page cache holds after a failed sync is written again first', () => {
  for (let seed = 0; seed < 30; seed++) {
    const rig = new Rig(seed)
    rig.disk.failingSyncs = 1
    rig.must.write(writeOf(1, { entries: [entry(1, 1)] }))
    rig.settle()
    expect(rig.failures).toEqual(['io-error'])
    const { entries } = rig.stored()
    rig.disk.cutPower()
    expect(rig.stored().entries).toEqual(entries)
  }
})

test('an empty disk has lost its log', () => {
  const rig = new Rig()
  rig.disk.wipe()
  expect(rig.open()).toEqual({ lost: 'there is no log' })
})
