/** Which segments may go: the oldest, when nobody needs it. */

import { expect, test } from 'vitest'
import { type GroupId, groupId, replicaId } from '../../base/ids.ts'
import type { Entry } from '../types.ts'
import { advance, type GroupStates } from './group-state.ts'
import type { LogRecord } from './record.ts'
import { Segments } from './segments.ts'
import { founding, imageAt } from './testing/fleet.ts'

const [a, b] = [groupId(1), groupId(2)]

class Rig {
  readonly segments = new Segments()
  readonly states: GroupStates = new Map()

  constructor() {
    this.segments.begin(1)
    for (const group of [a, b]) this.create(group)
  }

  take(record: LogRecord): void {
    this.segments.take(record, this.states)
    advance(this.states, record)
  }

  create(group: GroupId): void {
    const install = { image: founding.image, file: '' }
    const { hardState } = founding
    this.take({ group, created: replicaId(1), install, hardState, entries: [] })
  }

  entries(group: GroupId, first: number, last: number): void {
    const entries: Entry[] = []
    for (let index = first; index <= last; index++) {
      entries.push({ index, term: 1, kind: 'data', data: new Uint8Array(0) })
    }
    this.take({ group, entries })
  }

  compact(group: GroupId, index: number): void {
    this.take({ group, entries: [], compact: { image: imageAt(index, 1), file: 'f' } })
  }

  get pins(): readonly GroupId[] {
    return this.segments.pins(this.states)
  }

  drop(): number | undefined {
    return this.segments.dropOldest(this.states)
  }
}

test('the only segment never goes', () => {
  const rig = new Rig()
  expect(rig.drop()).toBe(undefined)
  rig.segments.begin(2)
  expect(rig.drop()).toBe(1)
  expect(rig.drop()).toBe(undefined)
})

test('a segment goes once an image of every group covers what stands in it', () => {
  const rig = new Rig()
  rig.entries(a, 1, 10)
  rig.entries(b, 1, 5)
  rig.segments.begin(2)
  rig.entries(a, 11, 20)
  expect(rig.pins).toEqual([a, b])
  rig.compact(a, 10)
  expect(rig.pins).toEqual([b])
  rig.compact(b, 4)
  expect(rig.drop()).toBe(undefined)
  rig.compact(b, 5)
  expect(rig.drop()).toBe(1)
})

test('the oldest first: a later one waits for it', () => {
  const rig = new Rig()
  rig.entries(a, 1, 10)
  rig.segments.begin(2)
  rig.entries(b, 1, 5)
  rig.segments.begin(3)
  rig.compact(b, 5)
  expect(rig.drop()).toBe(undefined)
  rig.compact(a, 10)
  expect([rig.drop(), rig.drop(), rig.drop()]).toEqual([1, 2, undefined])
})

test('entries that later ones discard need no image', () => {
  const rig = new Rig()
  rig.entries(a, 1, 10)
  rig.segments.begin(2)
  rig.entries(a, 6, 7)
  rig.compact(a, 4)
  expect(rig.pins).toEqual([a])
  rig.compact(a, 5)
  expect(rig.drop()).toBe(1)
})

test('entries that were discarded and written again stand where they were written last', () => {
  const rig = new Rig()
  rig.entries(a, 1, 10)
  rig.segments.begin(2)
  rig.entries(a, 1, 3)
  rig.segments.begin(3)
  expect(rig.drop()).toBe(1)
  expect(rig.pins).toEqual([a])
})

test('an installed image takes the place of all entries, a removal too', () => {
  const rig = new Rig()
  rig.entries(a, 1, 10)
  rig.entries(b, 1, 10)
  rig.segments.begin(2)
  rig.take({ group: a, entries: [], install: { image: imageAt(3, 2), file: 'f' } })
  expect(rig.pins).toEqual([b])
  rig.take({ group: b, isRemoved: true, entries: [] })
  expect(rig.drop()).toBe(1)
})

test('a group that was made again is not pinned by its former life', () => {
  const rig = new Rig()
  rig.entries(a, 1, 10)
  rig.segments.begin(2)
  rig.take({ group: a, isRemoved: true, entries: [] })
  rig.create(a)
  rig.entries(a, 1, 2)
  expect(rig.drop()).toBe(1)
})

test('bytes and count are those of the segments that are left', () => {
  const rig = new Rig()
  rig.segments.grown(100)
  rig.segments.begin(2)
  rig.segments.grown(20)
  rig.segments.grown(30)
  expect([rig.segments.count, rig.segments.bytes]).toEqual([2, 130])
  rig.drop()
  expect([rig.segments.count, rig.segments.bytes]).toEqual([1, 30])
})
