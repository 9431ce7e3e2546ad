/** The queue before the frames: order within a group, turns between groups, files first. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { groupId } from '../../base/ids.ts'
import { type QueuedWrite, TurnQueue } from './turn-queue.ts'

class Rig {
  ready = 0
  readonly queue = new TurnQueue(() => this.ready++)
  readonly #names = new Map<QueuedWrite, string>()

  push(group: number, name: string, parts: Partial<QueuedWrite> = {}): void {
    const write: QueuedWrite = {
      group: groupId(group),
      record: () => undefined,
      sizeBytes: 10,
      sync: true,
      prepare: undefined,
      holds: false,
      onDone: () => {},
      ...parts,
    }
    this.#names.set(write, name)
    this.queue.push(write)
  }

  take(bytesMax = 1000): string {
    return this.queue
      .take(bytesMax)
      .map(write => this.#names.get(write))
      .join(' ')
  }
}

test('groups take turns, each in its own order', () => {
  const rig = new Rig()
  for (const name of ['a1', 'a2', 'a3']) rig.push(1, name)
  rig.push(2, 'b1')
  rig.push(3, 'c1')
  expect(rig.queue.size).toBe(5)
  expect(rig.take()).toBe('a1 b1 c1 a2 a3')
  expect(rig.take()).toBe('')
  expect(rig.queue.size).toBe(0)
})

test('a frame is full at its bound, and the rest comes next', () => {
  const rig = new Rig()
  for (const name of ['a1', 'a2', 'a3']) rig.push(1, name)
  for (const name of ['b1', 'b2']) rig.push(2, name)
  expect(rig.take(20)).toBe('a1 b1')
  expect(rig.take(20)).toBe('a2 b2')
  expect(rig.take(20)).toBe('a3')
})

test('a write larger than a frame goes whole, and alone, and no later than next', () => {
  const rig = new Rig()
  rig.push(1, 'a1')
  rig.push(2, 'huge', { sizeBytes: 5000 })
  rig.push(2, 'b2')
  rig.push(3, 'c1')
  expect(rig.take(30)).toBe('a1 c1')
  rig.push(1, 'a2')
  expect(rig.take(30)).toBe('huge')
  expect(rig.take(30)).toBe('a2 b2')
})

test('who writes huge things again and again does not shut the others out', () => {
  const rig = new Rig()
  for (let i = 0; i < 5; i++) rig.push(1, `h${i}`, { sizeBytes: 5000 })
  for (let i = 0; i < 3; i++) rig.push(2, `b${i}`)
  const frames = Array.from({ length: 9 }, () => rig.take(30)).filter(frame => frame !== '')
  expect(frames.indexOf('b0 b1 b2')).toBe(1)
  expect(frames.join(' ').split(' ').length).toBe(8)
})

test('a group whose write needs a file waits for it, the others do not', () => {
  const rig = new Rig()
  const ready: (() => void)[] = []
  rig.push(1, 'a1', { prepare: done => ready.push(done) })
  rig.push(1, 'a2')
  rig.push(2, 'b1')
  expect(rig.take()).toBe('b1')
  expect([rig.take(), rig.queue.size]).toEqual(['', 2])
  ready[0]?.()
  expect(rig.ready).toBe(1)
  expect(rig.take()).toBe('a1 a2')
})

test('a write is prepared when all before it have gone, and once', () => {
  const rig = new Rig()
  const ready: (() => void)[] = []
  rig.push(1, 'a1')
  rig.push(1, 'a2', { prepare: done => ready.push(done) })
  expect(ready.length).toBe(0)
  expect(rig.take()).toBe('a1')
  expect(ready.length).toBe(1)
  ready[0]?.()
  expect(rig.take()).toBe('a2')
  expect(ready.length).toBe(1)
})

test('what comes behind a write that holds waits for its release', () => {
  const rig = new Rig()
  rig.push(1, 'a1', { holds: true })
  rig.push(1, 'a2')
  rig.push(2, 'b1')
  expect(rig.take()).toBe('a1 b1')
  rig.push(1, 'a3')
  expect(rig.take()).toBe('')
  rig.queue.release(groupId(1))
  expect(rig.take()).toBe('a2 a3')
  rig.push(1, 'a4', { holds: true })
  expect(rig.take()).toBe('a4')
  rig.queue.release(groupId(1))
  rig.push(1, 'a5')
  expect(rig.take()).toBe('a5')
})

test('every write goes once, in the order of its group, whatever the sizes', () => {
  const writes = fc.array(
    fc.record({ group: fc.integer({ min: 1, max: 4 }), size: fc.nat({ max: 60 }) }),
    { maxLength: 40 },
  )
  fc.assert(
    fc.property(writes, fc.integer({ min: 1, max: 80 }), (list, bytesMax) => {
      const rig = new Rig()
      const sizes = new Map<string, number>()
      for (const [i, { group, size }] of list.entries()) {
        sizes.set(`${group}:${i}`, size)
        rig.push(group, `${group}:${i}`, { sizeBytes: size })
      }
      const seen: string[] = []
      for (let frame = rig.take(bytesMax); frame !== ''; frame = rig.take(bytesMax)) {
        const names = frame.split(' ')
        const bytes = names.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0)
        expect(names.length === 1 || bytes <= bytesMax).toBe(true)
        seen.push(...names)
      }
      expect(seen.length).toBe(list.length)
      for (let group = 1; group <= 4; group++) {
        const own = seen.filter(name => name.startsWith(`${group}:`))
        const inOrder = list.flatMap((one, i) => (one.group === group ? [`${group}:${i}`] : []))
        expect(own).toEqual(inOrder)
      }
    }),
  )
})
