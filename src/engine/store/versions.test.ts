/** Which pages are kept for whom; the model is a set of pages for each image. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BrokenInvariant, WeirError } from '../../base/errors.ts'
import { LIVE_IMAGES_MAX, PAGE_BYTES } from './bounds.ts'
import { PagePool } from './pool.ts'
import { Versions } from './versions.ts'

const fresh = () => new Versions(new PagePool(16 * PAGE_BYTES))
const isSeen = (versions: Versions, id: number) => versions.isSeen(versions.pool.stampOf(id))

describe('without an image', () => {
  test('every page may be changed in place, and is free when it is dropped', () => {
    const versions = fresh()
    const id = versions.take()
    expect(isSeen(versions, id)).toBe(false)
    expect(versions.pages).toBe(1)
    versions.drop(id)
    expect(versions.pages).toBe(0)
    expect(versions.pool.freePages).toBe(1)
  })
})

describe('with an image', () => {
  test('a page from before may not be changed, one from after may', () => {
    const versions = fresh()
    const before = versions.take()
    versions.cut()
    const after = versions.take()
    expect(isSeen(versions, before)).toBe(true)
    expect(isSeen(versions, after)).toBe(false)
  })

  test('a page from before is retired when it is dropped, and free with the image', () => {
    const versions = fresh()
    const before = versions.take()
    const image = versions.cut()
    versions.drop(before)
    expect([versions.pages, versions.retiredPages, versions.pool.freePages]).toEqual([0, 1, 0])
    versions.release(image)
    expect([versions.pages, versions.retiredPages, versions.pool.freePages]).toEqual([0, 0, 1])
  })

  test('a page from after is free at once', () => {
    const versions = fresh()
    versions.cut()
    versions.drop(versions.take())
    expect([versions.retiredPages, versions.pool.freePages]).toEqual([0, 1])
  })

  test('a page that is still in use when the image goes may be changed in place again', () => {
    const versions = fresh()
    const id = versions.take()
    const image = versions.cut()
    versions.release(image)
    expect(isSeen(versions, id)).toBe(false)
    expect(versions.pages).toBe(1)
  })
})

describe('with two images', () => {
  test('a page goes with the last that sees it, whichever is released first', () => {
    for (const first of [0, 1]) {
      const versions = fresh()
      const id = versions.take()
      const images = [versions.cut(), versions.cut()]
      versions.drop(id)
      versions.release(images[first] as number)
      expect(versions.retiredPages).toBe(1)
      versions.release(images[1 - first] as number)
      expect([versions.retiredPages, versions.pool.freePages]).toEqual([0, 1])
    }
  })

  test('a page dropped before the younger was cut goes with the older', () => {
    const versions = fresh()
    const id = versions.take()
    const older = versions.cut()
    versions.drop(id)
    const younger = versions.cut()
    versions.release(older)
    expect([versions.retiredPages, versions.pool.freePages]).toEqual([0, 1])
    versions.release(younger)
    expect(versions.pool.freePages).toBe(1)
  })

  test('a page taken between them goes with the younger', () => {
    const versions = fresh()
    const older = versions.cut()
    const id = versions.take()
    const younger = versions.cut()
    versions.drop(id)
    expect(versions.retiredPages).toBe(1)
    versions.release(younger)
    expect([versions.retiredPages, versions.pool.freePages]).toEqual([0, 1])
    versions.release(older)
  })

  test('a third is refused, until one is released', () => {
    const versions = fresh()
    const [first] = Array.from({ length: LIVE_IMAGES_MAX }, () => versions.cut())
    expect(() => versions.cut()).toThrow(WeirError)
    expect(() => versions.cut()).toThrow('too-many-images')
    versions.release(first as number)
    expect(versions.cut()).toBeGreaterThan(first as number)
  })
})

test('an image is released once, and only if it was cut', () => {
  const versions = fresh()
  const image = versions.cut()
  versions.release(image)
  expect(() => versions.release(image)).toThrow(BrokenInvariant)
  expect(() => versions.release(99)).toThrow('an-image-is-released-once')
})

type Step = { kind: 'take' | 'cut' } | { kind: 'drop' | 'release'; which: number }

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('take' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('drop' as const), which: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cut' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('release' as const), which: fc.nat(1) }) },
)

test('a page is free exactly when neither the root of now nor an image sees it', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 80, size: 'max' }), steps => {
      const versions = fresh()
      const now = new Set<number>()
      const images: { stamp: number; seen: Set<number> }[] = []
      const all = new Set<number>()
      const play: Record<Step['kind'], (which: number) => void> = {
        take: () => {
          const id = versions.take()
          const isInUse = now.has(id) || images.some(({ seen }) => seen.has(id))
          expect(isInUse).toBe(false)
          now.add(id)
          all.add(id)
        },
        drop: which => {
          const id = [...now][which % Math.max(1, now.size)]
          if (id === undefined) return
          now.delete(id)
          versions.drop(id)
        },
        cut: () => {
          if (images.length === LIVE_IMAGES_MAX) return
          images.push({ stamp: versions.cut(), seen: new Set(now) })
        },
        release: which => {
          const [gone] = images.splice(which, 1)
          if (gone !== undefined) versions.release(gone.stamp)
        },
      }
      for (const step of steps) {
        play[step.kind]('which' in step ? step.which : 0)
        const seen = new Set([...now, ...images.flatMap(image => [...image.seen])])
        expect(versions.pages).toBe(now.size)
        expect(versions.retiredPages).toBe(seen.size - now.size)
        expect(versions.pool.freePages).toBe(all.size - seen.size)
        for (const id of now) {
          // A page that an image sees is never changed; others are not copied without need.
          expect(isSeen(versions, id)).toBe(images.some(image => image.seen.has(id)))
        }
      }
    }),
    { numRuns: 200 },
  )
})
