/** The simulated network: what each fault does to a path, and nothing else. */

import { expect, test } from 'vitest'
import { Prng } from '../../../src/base/prng.ts'
import { EventQueue } from './clock.ts'
import { type NetworkProfile, SimNetwork } from './network.ts'
import { coreTally } from './tally.ts'

interface Parcel {
  readonly n: number
  readonly stream: boolean
}

const quiet: NetworkProfile = {
  delayMinUs: 100,
  delayMeanUs: 1000,
  delayShape: 'tailed',
  inOrder: false,
  loss: 0,
  duplicate: 0,
  reorder: 0,
  replay: 0,
  echo: 0,
  capacity: 10_000,
}

function rig(profile: Partial<NetworkProfile> = {}, seed = 1) {
  const queue = new EventQueue()
  const tally = coreTally()
  const heard: number[] = []
  const lost: number[] = []
  const dropped: number[] = []
  const network = new SimNetwork<Parcel>(
    { ...quiet, ...profile },
    {
      queue,
      tally,
      prng: new Prng(seed),
      tap: {
        kindOf: () => 'parcel',
        answerTo: () => 'parcel',
        isStream: m => m.stream,
        onDrop: (_from, _to, m) => dropped.push(m.n),
      },
    },
  )
  const doors = [0, 1, 2].map(node => network.door(node))
  doors[1]?.listen({ onMessage: (_from, m) => heard.push(m.n), onPeerLost: p => lost.push(p) })
  const say = (n: number, stream = false) => doors[0]?.send(1, { n, stream })
  return { queue, network, tally, heard, lost, dropped, say }
}

const numbers = Array.from({ length: 100 }, (_, i) => i)

test('every message arrives once when no fault is on, in any order', () => {
  const { queue, heard, say } = rig()
  for (const n of numbers) say(n)
  queue.runUntil(1e6)
  expect(heard).not.toEqual(numbers)
  expect([...heard].sort((a, b) => a - b)).toEqual(numbers)
})

test('a path that keeps order keeps it', () => {
  const { queue, heard, say } = rig({ inOrder: true })
  for (const n of numbers) say(n)
  queue.runUntil(1e6)
  expect(heard).toEqual(numbers)
})

test('a stream keeps its order, and a loss takes all that follows until it is opened again', () => {
  const { queue, heard, say } = rig({ loss: 0.05, reorder: 0.5, duplicate: 0.5, replay: 0.5 })
  for (const n of numbers) say(n, true)
  queue.runUntil(3e5)
  expect(heard).toEqual(numbers.slice(0, heard.length))
  expect(heard.length).toBeLessThan(numbers.length)
  const before = heard.length
  while (heard.length === before) {
    say(1000, true)
    queue.runUntil(queue.nowUs + 3e5)
  }
  expect(heard.slice(before)).toEqual([1000])
})

test('loss, doubles, replays and overtaking come at about their rates, and are counted', () => {
  const { queue, heard, tally, say } = rig({ loss: 0.1, duplicate: 0.1, replay: 0.1, reorder: 0.1 })
  for (let n = 0; n < 2000; n++) say(n)
  queue.runUntil(2e7)
  expect(heard.length).toBe(2000 - tally.of('loss') + tally.of('duplicate') + tally.of('replay'))
  for (const kind of ['loss', 'duplicate', 'replay', 'reorder'] as const) {
    expect(tally.of(kind)).toBeGreaterThan(120)
    expect(tally.of(kind)).toBeLessThan(290)
  }
})

test('a cut loses what is said, and what is under way', () => {
  const { queue, network, heard, say } = rig()
  say(1)
  network.cut(0, 1, 1)
  say(2)
  queue.runUntil(1e6)
  network.cut(0, 1, -1)
  say(3)
  queue.runUntil(2e6)
  expect(heard).toEqual([3])
})

test('a path that was cut twice is open when both cuts are gone', () => {
  const { network } = rig()
  network.cut(0, 1, 1)
  network.cut(0, 1, 1)
  network.cut(0, 1, -1)
  expect(network.isCut(0, 1)).toBe(true)
  network.cut(0, 1, -1)
  expect(network.isCut(0, 1)).toBe(false)
})

test('a clog holds everything back and lets it go in a burst', () => {
  const { queue, network, heard, say } = rig()
  network.clog(0, 1, 500_000)
  for (const n of numbers) say(n)
  queue.runUntil(499_999)
  expect(heard).toEqual([])
  queue.runUntil(501_000)
  expect(heard).toHaveLength(100)
})

test('a full path drops what comes, and the sender hears of it', () => {
  const { queue, heard, dropped, tally, say } = rig({ capacity: 10 })
  for (const n of numbers) say(n)
  queue.runUntil(1e6)
  expect(heard).toHaveLength(10)
  expect(dropped).toEqual(numbers.slice(10))
  expect(tally.of('overflow')).toBe(90)
})

test('peers notice a death within 10 ms, unless a cut hides it', () => {
  const { queue, network, lost } = rig()
  network.closeConnections(0)
  queue.runUntil(10_000)
  expect(lost).toEqual([0])
  network.cut(1, 0, 1)
  network.closeConnections(0)
  queue.runUntil(1e6)
  expect(lost).toEqual([0])
})

test('an echo meets a question with an answer to an earlier one, of the one who was asked', () => {
  const { queue, network, tally, say } = rig()
  const heard: [number, number][] = []
  network
    .door(0)
    .listen({ onMessage: (from, { n }) => heard.push([from, n]), onPeerLost: () => {} })
  network.door(1).send(0, { n: 7, stream: false })
  network.door(2).send(0, { n: 8, stream: false })
  queue.runUntil(1e6)
  expect(heard.splice(0).sort()).toEqual([
    [1, 7],
    [2, 8],
  ])
  say(1)
  queue.runUntil(2e6)
  expect(heard).toEqual([])
  network.addEcho(1)
  say(2)
  queue.runUntil(3e6)
  expect(heard.splice(0)).toEqual([[1, 7]])
  expect(tally.of('echo')).toBe(1)
  network.heal()
  say(3)
  queue.runUntil(4e6)
  expect(heard).toEqual([])
})

test('healing leaves no fault on any path', () => {
  const { queue, network, heard, say } = rig()
  network.cut(0, 1, 1)
  network.clog(0, 1, 1e8)
  network.addLoss(0, 1)
  network.addDelay(0, 1e8)
  network.heal()
  for (const n of numbers) say(n)
  queue.runUntil(1e6)
  expect(heard).toHaveLength(100)
})
