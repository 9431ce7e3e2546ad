/** Many groups on three nodes: founded, joined, and led by others when a node dies. */

import { expect, test } from 'vitest'
import type { TestNode } from './testing/fleet.ts'
import { cluster } from './testing/fleet.ts'

const GROUPS = 40
const WAIT = { timeout: 40_000, interval: 50 }

const votersOf = (node: TestNode) =>
  node.reports().map(one => one.members.filter(member => member.kind === 'voter').length)

/** Leads may be handed over meanwhile: then it is asked again. */
const once = { applied: GROUPS, others: ['not-leader'] }

/** All of them are asked to write in all groups: by how many it was done, and what others said. */
async function writtenBy(nodes: readonly TestNode[], key: string, value: (at: number) => string) {
  const outcomes = await Promise.all(
    nodes.flatMap(node =>
      Array.from({ length: GROUPS }, (_, at) => node.write(at + 1, key, value(at))),
    ),
  )
  const others = outcomes.filter(one => one.kind !== 'applied')
  const said = others.map(one => (one.kind === 'refused' ? one.code : one.kind))
  return { applied: outcomes.length - others.length, others: [...new Set(said)] }
}

test('forty groups have three voters each, and leaders again when a node is gone', async () => {
  const nodes = await cluster(3, GROUPS)
  const [founder, second, third] = nodes as [TestNode, TestNode, TestNode]
  const whole = Array.from({ length: GROUPS }, () => 3)
  for (const node of nodes) await expect.poll(() => votersOf(node), WAIT).toEqual(whole)
  await expect.poll(() => writtenBy(nodes, 'k', at => `v${at}`), WAIT).toEqual(once)
  await founder.die()
  const leads = (node: TestNode) => node.reports().filter(one => one.role === 'leader').length
  await expect.poll(() => leads(second) + leads(third), WAIT).toBe(GROUPS)
  expect(second.has('a peer is lost')).toBe(true)
  for (const group of [1, GROUPS]) {
    const answers = async () => [await second.read(group, 'k'), await third.read(group, 'k')]
    await expect.poll(answers, WAIT).toEqual([`v${group - 1}`, `v${group - 1}`])
  }
  await expect.poll(() => writtenBy([second, third], 'after', () => 'x'), WAIT).toEqual(once)
})
