/** Which group takes its image when, and how many at once. */

import { describe, expect, it } from 'vitest'
import type { Image } from '../types.ts'
import { type Cut, type ImageSubject, Images } from './images.ts'
import { sourceOf } from './testing/source.ts'
import { asGroup } from './testing/world.ts'

class Subject implements ImageSubject {
  readonly id
  isFree = true
  /** It answers when it is told to. */
  isSlow = false
  readonly prepared: (() => void)[] = []
  cuts = 0
  readonly saved: number[] = []
  broken = 0

  constructor(n: number) {
    this.id = asGroup(n)
  }

  prepare(done: () => void): void {
    this.prepared.push(done)
    if (!this.isSlow) done()
  }

  maybeCut(): Cut | undefined {
    if (!this.isFree) return undefined
    this.cuts++
    const members = { voters: [], outgoing: [], learners: [] }
    const image: Image = { index: 10 * this.cuts, term: 1, members, membersIndex: 0, chain: 0 }
    return { image, source: sourceOf(new Uint8Array(3)) }
  }

  onImageSaved(image: Image, isSaved: boolean): void {
    if (isSaved) this.saved.push(image.index)
    else this.broken++
  }
}

function started(atOnceMax = 2) {
  const open: ((isSaved: boolean) => void)[] = []
  const images = new Images({ saveImage: (_g, _i, _s, done) => void open.push(done) }, atOnceMax)
  const subjects = [1, 2, 3, 4].map(n => new Subject(n))
  const [first, second, third] = subjects as [Subject, Subject, Subject]
  return { images, open, subjects, first, second, third }
}

describe('images', () => {
  it('are taken in the order in which they were wanted, few at once', () => {
    const { images, open, subjects, third } = started()
    for (const subject of [...subjects].reverse()) images.want(subject)
    images.pump()
    expect(subjects.map(({ cuts }) => cuts)).toEqual([0, 0, 1, 1])
    expect([images.running, images.waiting]).toEqual([2, 2])
    open.shift()?.(true)
    open.shift()?.(true)
    expect(third.saved).toEqual([10])
    images.pump()
    expect(subjects.map(({ cuts }) => cuts)).toEqual([1, 1, 1, 1])
  })

  it('wait for a group that cannot be cut now, and let others go first', () => {
    const { images, first, second } = started(1)
    first.isFree = false
    images.want(first)
    images.want(second)
    images.pump()
    expect([first.cuts, second.cuts]).toEqual([0, 1])
    expect(images.waiting).toBe(1)
  })

  it('begin between two batches of a machine that is never idle', () => {
    const { images, first } = started()
    first.isFree = false
    images.want(first)
    images.pump()
    first.isFree = true
    images.maybeBegin(first)
    expect(first.cuts).toBe(1)
    images.maybeBegin(first)
    expect(first.cuts).toBe(1)
  })

  it('are taken once, however often they are wanted', () => {
    const { images, open, first } = started()
    images.want(first)
    images.want(first)
    images.pump()
    images.pump()
    expect(first.cuts).toBe(1)
    for (const done of open) done(true)
    images.pump()
    expect(first.saved).toEqual([10])
    expect([images.running, images.waiting]).toEqual([0, 0])
  })

  it('that could not be saved make room for others', () => {
    const { images, open, first, second } = started(1)
    images.want(first)
    images.want(second)
    images.pump()
    open.shift()?.(false)
    expect([first.broken, images.running]).toEqual([1, 0])
    images.pump()
    expect(second.cuts).toBe(1)
  })

  it('wait until the machine has settled what it wants in them, and is asked once', () => {
    const { images, first, second } = started(1)
    first.isSlow = true
    images.want(first)
    images.want(first)
    images.want(second)
    images.maybeBegin(first)
    images.pump()
    expect([first.cuts, second.cuts, first.prepared.length]).toEqual([0, 1, 1])
    expect(images.waiting).toBe(1)
    for (const done of first.prepared) done()
    images.maybeBegin(first)
    expect(first.cuts).toBe(0)
  })

  it('that must be taken are not waited for, whatever a machine says later', () => {
    const { images, open, first } = started()
    first.isSlow = true
    images.want(first)
    images.must(first)
    images.pump()
    expect(first.cuts).toBe(1)
    for (const done of [...first.prepared, ...open]) done(true)
    images.pump()
    expect([first.cuts, images.waiting]).toEqual([1, 0])
    images.want(first)
    expect(first.prepared.length).toBe(2)
  })

  it('of a group that went while its machine was asked are not taken', () => {
    const { images, first } = started()
    first.isSlow = true
    images.want(first)
    images.forget(first)
    for (const done of first.prepared) done()
    images.pump()
    expect([first.cuts, images.waiting]).toEqual([0, 0])
  })

  it('of a group that goes are not taken', () => {
    const { images, first } = started()
    images.want(first)
    images.forget(first)
    images.pump()
    images.maybeBegin(first)
    expect(first.cuts).toBe(0)
  })
})
