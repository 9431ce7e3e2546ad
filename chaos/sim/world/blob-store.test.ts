/** The simulated blob store: the contract of its door, and what its faults leave. */

import { expect, test } from 'vitest'
import type { BlobAnswer, BlobDone } from '../../../src/base/blob-store.ts'
import { Prng } from '../../../src/base/prng.ts'
import { blobStoreContract } from '../contract/blob-store.ts'
import { type BlobFate, blobFaultKinds, calmBlobs, SimBlobs } from './blob-store.ts'
import { EventQueue } from './clock.ts'
import { Tally } from './tally.ts'

function rig(seed = 1) {
  const queue = new EventQueue()
  const tally = new Tally(blobFaultKinds)
  const blobs = new SimBlobs(calmBlobs, { queue, tally, prng: new Prng(seed) })
  const settle = () => {
    while (queue.step());
  }
  const told = <T>(ask: (done: BlobDone<T>) => void): string => {
    let answer: BlobAnswer<T> | undefined
    ask(given => {
      expect(answer).toBeUndefined()
      answer = given
    })
    settle()
    return answer?.error?.code ?? (answer === undefined ? 'nothing' : 'ok')
  }
  return { queue, tally, blobs, settle, told }
}

blobStoreContract('the simulated blob store', () => {
  const { queue, blobs } = rig()
  let names = 0
  return {
    client: () => blobs.client(),
    name: () => `n${names++}`,
    until: holds => {
      while (!holds()) expect(queue.step()).toBe(true)
      return Promise.resolve()
    },
    close: () => Promise.resolve(),
  }
})

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

const fates: readonly (readonly [BlobFate, number])[] = [
  ['lost-call', 0],
  ['lost-answer', 1],
]
test.each(fates)('%s: nobody is told, and %d objects are there', (fate, objects) => {
  const { blobs, told, tally } = rig()
  blobs.plan('put', fate)
  const put = () => told<void>(done => blobs.client().put('a', bytes(1), 'absent', done))
  expect(put()).toBe('unavailable')
  expect(blobs.objects()).toHaveLength(objects)
  expect(tally.of(fate)).toBe(1)
  expect(put()).toBe(objects === 0 ? 'ok' : 'exists')
})

test('a call that was given up may still be carried out, behind what was asked later', () => {
  let late = 0
  for (let seed = 0; seed < 30; seed++) {
    const { blobs, told, queue } = rig(seed)
    blobs.plan('put', 'late-call')
    const codes: string[] = []
    blobs.client().put('a', bytes(1), 'any', ({ error }) => codes.push(error?.code ?? 'ok'))
    blobs.client().put('a', bytes(2), 'any', ({ error }) => codes.push(error?.code ?? 'ok'))
    while (codes.length < 2) queue.step()
    const before = blobs.objects()[0]?.[1]
    expect(told(done => blobs.client().get('b', done))).toBe('no-such-key')
    const after = blobs.objects()[0]?.[1]
    if (codes.includes('unavailable') && before?.[0] === 2 && after?.[0] === 1) late++
  }
  expect(late).toBeGreaterThan(3)
})

test('of many who create, with answers lost, at most one is told that it did', () => {
  const told: string[] = []
  for (let seed = 0; seed < 50; seed++) {
    const { blobs, settle } = rig(seed)
    const fates = { 'lost-call': 0.1, 'lost-answer': 0.3, 'late-call': 0.1 }
    blobs.profile = { ...calmBlobs, fates }
    const codes: string[] = []
    for (let who = 0; who < 5; who++) {
      const note: BlobDone<void> = ({ error }) => codes.push(error?.code ?? `ok ${who}`)
      blobs.client().put('a', bytes(who), 'absent', note)
    }
    settle()
    const winners = codes.filter(code => code.startsWith('ok'))
    expect(codes).toHaveLength(5)
    expect(winners.length).toBeLessThanOrEqual(1)
    if (winners.length === 1) expect(winners).toEqual([`ok ${blobs.objects()[0]?.[1][0]}`])
    told.push(...codes)
  }
  for (const code of ['exists', 'unavailable']) expect(told).toContain(code)
})

test('a store that is down, full or closed to us says so, and changes nothing', () => {
  const { blobs, told } = rig()
  const put = () => told<void>(done => blobs.client().put('a', bytes(1), 'any', done))
  blobs.isDown = true
  expect(put()).toBe('unavailable')
  blobs.isDown = false
  blobs.isFull = true
  expect(put()).toBe('full')
  blobs.isFull = false
  blobs.isDenied = true
  expect(put()).toBe('not-authorized')
  blobs.isDenied = false
  expect(blobs.objects()).toEqual([])
  expect(put()).toBe('ok')
})

test('nothing is told to the dead, and what they asked for is done', () => {
  const { blobs, settle } = rig()
  let isDead = false
  const client = blobs.client(happen => {
    if (!isDead) happen()
  })
  let answers = 0
  client.put('a', bytes(1), 'any', () => answers++)
  isDead = true
  settle()
  expect([answers, blobs.objects().length]).toEqual([0, 1])
})

test('two runs of one seed are the same, two seeds are not', () => {
  const run = (seed: number) => {
    const { blobs, queue } = rig(seed)
    const times: number[] = []
    const note = () => times.push(queue.nowUs)
    for (let i = 0; i < 20; i++) blobs.client().put(`k${i}`, bytes(i), 'any', note)
    while (queue.step());
    return times
  }
  expect(run(1)).toEqual(run(1))
  expect(run(1)).not.toEqual(run(2))
})
