/** The journal's publisher over a log on a blob store: lost 0, repeated 0, in order. */

import { describe, expect, test } from 'vitest'
import { Prng } from '../../base/prng.ts'
import { fuzzRuns } from '../../base/testing/runs.ts'
import { PublishingGroup } from './testing/publishing.ts'

function leading(seed = 1, replicas = 2): PublishingGroup {
  const group = new PublishingGroup(seed, replicas)
  group.elect(0)
  group.pass(2000)
  return group
}

const fates = ['lost-call', 'lost-answer', 'late-call'] as const
const none = { 'lost-call': 0, 'lost-answer': 0, 'late-call': 0 }

describe('a group that has no log but a blob store', () => {
  test('publishes what it committed, once and in order', () => {
    const group = leading()
    for (let i = 0; i < 30; i++) {
      group.commit(2)
      group.pass(50)
    }
    group.pass(3000)
    expect(group.visible).toEqual(group.expected)
    expect(group.told).toEqual([])
  })

  test('goes on under the next leader, behind what the first has let out', () => {
    const group = leading()
    for (const leader of [1, 0, 1]) {
      for (let i = 0; i < 5; i++) group.commit(3)
      group.pass(100)
      group.elect(leader)
      group.depose(1 - leader)
      group.pass(100)
    }
    group.pass(5000)
    expect(group.visible).toEqual(group.expected)
    expect(group.told).toEqual([])
  })

  test('a leader that was deposed and has not heard is fenced', () => {
    const group = leading()
    group.commit(3)
    group.pass(20)
    group.elect(1)
    for (let i = 0; i < 20; i++) {
      group.commit(2)
      group.pass(60)
    }
    group.pass(5000)
    expect(group.visible).toEqual(group.expected)
    expect(group.replicas[0]?.journal.stages).toEqual(['retired'])
  })

  test.each(fates)('%s of any one object that it makes', fate => {
    for (let nth = 0; nth < 12; nth++) {
      const group = leading(nth)
      group.commit(2)
      const puts = group.rig.blobs.objects().length + nth
      while (group.rig.blobs.objects().length < puts) {
        group.commit(1)
        group.pass(5)
      }
      group.rig.blobs.plan('put', fate)
      group.commit(2)
      group.pass(40_000)
      expect(group.rig.tally.of(fate)).toBe(1)
      expect(group.visible).toEqual(group.expected)
    }
  })

  test.each(fates)('%s of a commit, whose leader is deposed before he knows', fate => {
    for (const isHeard of [true, false]) {
      const group = leading()
      group.commit(2)
      const newest = () => [...group.kinds].at(-1) ?? [0, '']
      while (newest()[1] !== 'send') group.pass(1)
      const [sent] = newest()
      group.rig.blobs.plan('put', fate)
      while (group.rig.tally.of(fate) === 0) group.pass(1)
      group.elect(1)
      if (isHeard) group.depose(0)
      group.pass(40_000)
      group.commit(1)
      group.pass(2000)
      expect(group.kinds.get(sent + 1)).toBe(fate === 'lost-answer' ? 'end' : 'begin')
      expect(group.visible).toEqual(['1', '2', '3'])
      expect(group.told).toEqual([])
    }
  })

  test('is halted by a claim of the job elsewhere', () => {
    const group = leading()
    group.commit(2)
    group.pass(1000)
    group.claim({ generation: 2, owner: 'bob' })
    group.commit(2)
    group.pass(10_000)
    expect(group.told).toEqual(['halted generation-superseded'])
    expect(group.visible).toEqual(['1', '2'])
  })
})

test.each(Array.from({ length: fuzzRuns(12) }, (_, seed) => seed))('whatever happens, %i', seed => {
  const prng = new Prng(seed)
  const group = new PublishingGroup(seed, 3)
  const { blobs } = group.rig
  const chance = () => prng.below(4) * 0.02
  const rates = { 'lost-call': chance(), 'lost-answer': chance(), 'late-call': chance() }
  blobs.profile = { ...blobs.profile, fates: rates, answerMs: 500, lateMsMax: 20_000 }
  let leader = 0
  group.elect(leader)
  for (let turn = 0; turn < 300; turn++) {
    if (prng.chance(0.6)) group.commit(prng.between(1, 4))
    if (prng.chance(0.04)) {
      const before = leader
      leader = (leader + prng.between(1, 2)) % 3
      group.elect(leader)
      if (prng.chance(0.5)) group.depose(before)
    }
    if (prng.chance(0.03)) group.trim()
    group.pass(prng.between(1, 120))
  }
  blobs.profile = { ...blobs.profile, fates: none }
  group.pass(60_000)
  expect(group.visible).toEqual(group.expected)
  expect(group.expected.length).toBeGreaterThan(300)
  expect(group.told.filter(line => line.startsWith('halted'))).toEqual([])
  // From the first that is kept on, every schedule once.
  const { journaled } = group
  for (const [i, [from]] of journaled.entries()) {
    expect(from).toBe(i === 0 ? from : (journaled[i - 1]?.[1] ?? 0) + 1)
  }
  expect(journaled.at(-1)?.[1]).toBe(group.entries)
})
