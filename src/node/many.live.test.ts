/** Many groups on three nodes: founded, joined, and led by others when a node dies. */

import { expect, test } from 'vitest'
import type { TestNode } from './testing/fleet.ts'
import { cluster } from './testing/fleet.ts'

const GROUPS = 40
const WAIT = { timeout: 40_000, interval: 50 }

const votersOf = (node: TestNode) =>
  node.reports().map(one => one.members.filter(member => member.kind === 'voter').length)

test('forty groups have three voters each, and leaders again when a node is gone', async () => {
  const nodes = await cluster(3, GROUPS)
  const [founder, second, third] = nodes as [TestNode, TestNode, TestNode]
  const whole = Array.from({ length: GROUPS }, () => 3)
  for (const node of nodes) await expect.poll(() => votersOf(node), WAIT).toEqual(whole)
  const writes = Array.from({ length: GROUPS }, (_, at) => founder.write(at + 1, 'k', `v${at}`))
  expect((await Promise.all(writes)).every(one => one.kind === 'applied')).toBe(true)
  await founder.die()
  const leads = (node: TestNode) => node.reports().filter(one => one.role === 'leader').length
  await expect.poll(() => leads(second) + leads(third), WAIT).toBe(GROUPS)
  expect(second.has('a peer is lost')).toBe(true)
  for (const group of [1, GROUPS]) {
    const answers = async () => [await second.read(group, 'k'), await third.read(group, 'k')]
    await expect.poll(answers, WAIT).toEqual([`v${group - 1}`, `v${group - 1}`])
  }
  const outcomes = await Promise.all(
    [second, third].flatMap(node =>
      Array.from({ length: GROUPS }, (_, at) => node.write(at + 1, 'after', 'x')),
    ),
  )
  expect(outcomes.filter(one => one.kind === 'applied').length).toBe(GROUPS)
  const refused = outcomes.filter(one => one.kind === 'refused')
  expect(refused.every(one => one.kind === 'refused' && one.code === 'not-leader')).toBe(true)
})
