/** Random lives on the simulated disk, drawn and shrunk by fast-check, against the naive model. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EventQueue } from '../../../chaos/sim/world/clock.ts'
import { SimDisk } from '../../../chaos/sim/world/disk.ts'
import { coreTally } from '../../../chaos/sim/world/tally.ts'
import { groupId } from '../../base/ids.ts'
import { Prng } from '../../base/prng.ts'
import { openStore, type StoreAnswer } from './opening.ts'
import type { LogStore } from './store.ts'
import { drain, Fleet, imageBytes } from './testing/fleet.ts'
import { options } from './testing/lives.ts'

type Act = { readonly kind: 'act' | 'wait' | 'reopen' | 'cut'; readonly on: number }

class World {
  readonly queue = new EventQueue()
  readonly disk: SimDisk
  readonly fleet: Fleet

  constructor(seed: number) {
    const profile = { syncMinUs: 10, syncMeanUs: 100, readUs: 10, otherUs: 10 }
    const parts = { queue: this.queue, tally: coreTally(), prng: new Prng(seed) }
    this.disk = new SimDisk(profile, parts)
    this.fleet = new Fleet(new Prng(seed + 1))
    this.open()
  }

  settle(): void {
    while (this.queue.step());
  }

  open(): void {
    let answer: StoreAnswer | undefined
    openStore(this.disk, options, one => {
      answer = one
    })
    this.settle()
    expect(answer?.refused).toBe(undefined)
    const store = answer?.store as LogStore
    expect(this.fleet.adopt(store)).toBe(undefined)
    this.#checkImages(store)
  }

  take({ kind, on }: Act): void {
    if (kind === 'act') this.fleet.actOn(groupId(1 + (on % 5)))
    if (kind === 'wait') for (let i = on % 9; i > 0; i--) this.queue.step()
    if (kind === 'reopen') {
      this.settle()
      this.open()
    }
    if (kind === 'cut') {
      this.disk.cutPower()
      this.open()
    }
  }

  #checkImages(store: LogStore): void {
    for (const { group, stored } of store.groups.values()) {
      const { index } = stored.image
      if (index === 0) continue
      let found: Uint8Array | string = 'nothing was said'
      const source = store.openImage(group, index)
      if (source !== undefined) {
        drain(source, bytes => {
          found = bytes
        })
      }
      this.settle()
      expect(typeof found).toBe('object')
      expect(Buffer.compare(found as unknown as Uint8Array, imageBytes(group, index))).toBe(0)
    }
  }
}

const weights = [
  { weight: 12, kind: 'act' },
  { weight: 4, kind: 'wait' },
] as const

const act = (...more: readonly { weight: number; kind: Act['kind'] }[]) =>
  fc.record({
    kind: fc.oneof(
      ...[...weights, ...more].map(({ weight, kind }) => ({
        weight,
        arbitrary: fc.constant(kind),
      })),
    ),
    on: fc.nat(1000),
  })

/** A group was made, removed and made again before the first of that was durable. */
const again: readonly Act[] = [
  ...[497, 982, 0, 917, 587].map(on => ({ kind: 'act', on }) as const),
  { kind: 'wait', on: 572 },
  ...[0, 132, 0].map(on => ({ kind: 'act', on }) as const),
  { kind: 'reopen', on: 0 },
  ...[0, 0, 0, 0].map(on => ({ kind: 'act', on }) as const),
]

test('what is found is what was written, over openings', () => {
  const acts = fc.array(act({ weight: 1, kind: 'reopen' }), { minLength: 10, maxLength: 60 })
  fc.assert(
    fc.property(fc.nat(), acts, (seed, list) => {
      const world = new World(seed)
      for (const one of [...list, { kind: 'reopen', on: 0 } as const]) world.take(one)
      expect(world.fleet.failures).toEqual([])
    }),
    { numRuns: 80, examples: [[580562577, [...again]]] },
  )
})

test('what is found is what was promised, over power cuts of the simulated disk', () => {
  const acts = fc.array(act({ weight: 1, kind: 'cut' }), { minLength: 10, maxLength: 60 })
  fc.assert(
    fc.property(fc.nat(), acts, (seed, list) => {
      const world = new World(seed)
      for (const one of [...list, { kind: 'cut', on: 0 } as const]) world.take(one)
    }),
    { numRuns: 80 },
  )
})
