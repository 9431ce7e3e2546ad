/** What other nodes answer, and what is made of those who answer badly or not at all. */

import { expect, test } from 'vitest'
import { nodeId } from '../base/ids.ts'
import { gatherReports, type Reply } from './others.ts'
import { report, ToldFace } from './testing/cluster.ts'

/** Answers by the HTTP address that is asked; who is not named throws. */
function faceOf(answers: Readonly<Record<string, Reply>>, ...neighbours: readonly string[]) {
  const face = new ToldFace('a')
  face.known.push(report('a', 1))
  for (const name of neighbours) {
    face.neighbours.push({ node: nodeId(name), http: `${name}:80` })
  }
  const asked: string[] = []
  const ask = (http: string, path: string) => {
    asked.push(`${http}${path}`)
    const reply = answers[http]
    return reply === undefined ? Promise.reject(new Error('no answer')) : Promise.resolve(reply)
  }
  return { face, ask, asked }
}

const groupsOf = (node: string, ...ids: readonly number[]): Reply => ({
  status: 200,
  body: { groups: ids.map(id => report(node, id)) },
})

test('a node that knows nobody asks nobody', async () => {
  const { face, ask, asked } = faceOf({})
  expect(await gatherReports(face, ask)).toEqual({ groups: face.known, unreachable: [] })
  expect(asked).toEqual([])
})

test('every replica of everybody, and no node is asked for the others', async () => {
  const answers = { 'b:80': groupsOf('b', 1, 2), 'c:80': groupsOf('c', 2) }
  const { face, ask, asked } = faceOf(answers, 'b', 'c')
  const { groups, unreachable } = await gatherReports(face, ask)
  expect(groups.map(one => `${one.node} ${one.id}`)).toEqual(['a 1', 'b 1', 'b 2', 'c 2'])
  expect(unreachable).toEqual([])
  // Without ?node each would ask all others in turn.
  expect(asked).toEqual(['b:80/v1/raft?node=b', 'c:80/v1/raft?node=c'])
})

test('names are encoded: a node may be called anything by an older version', async () => {
  const { face, ask, asked } = faceOf({}, 'b&c=1')
  await gatherReports(face, ask)
  expect(asked).toEqual(['b&c=1:80/v1/raft?node=b%26c%3D1'])
})

test('a node that does not answer is named, with the reason', async () => {
  const { face, ask } = faceOf({ 'c:80': groupsOf('c', 3) }, 'b', 'c')
  const { groups, unreachable } = await gatherReports(face, ask)
  expect(unreachable).toEqual([{ node: 'b', why: 'no answer' }])
  expect(groups.map(one => one.node)).toEqual(['a', 'c'])
})

test.each<[string, Reply]>([
  ['an error', { status: 503, body: { groups: [] } }],
  ['another page', { status: 200, body: {} }],
  ['no list', { status: 200, body: { groups: 'many' } }],
])('a node that answers with %s is named, with the status', async (_, reply) => {
  const { face, ask } = faceOf({ 'b:80': reply, 'c:80': groupsOf('c', 3) }, 'b', 'c')
  const { groups, unreachable } = await gatherReports(face, ask)
  expect(unreachable).toEqual([{ node: 'b', why: `it answered with ${reply.status}` }])
  expect(groups.map(one => one.node)).toEqual(['a', 'c'])
})

test.each([[null], ['text'], [7]])('a body that is %j is no answer either', async body => {
  const { face, ask } = faceOf({ 'b:80': { status: 200, body } }, 'b')
  const { groups, unreachable } = await gatherReports(face, ask)
  expect(unreachable).toMatchObject([{ node: 'b' }])
  expect(groups).toHaveLength(1)
})

test('all are asked at once: one that is slow does not hold the others up', async () => {
  const { face } = faceOf({}, 'b', 'c')
  const open: (() => void)[] = []
  const gathered = gatherReports(face, (http: string) => {
    return new Promise(resolve => open.push(() => resolve(groupsOf(http.slice(0, 1), 1))))
  })
  expect(open).toHaveLength(2)
  // The last one that was asked answers first; the order is that of the nodes.
  for (const answer of open.reverse()) answer()
  expect((await gathered).groups.map(one => one.node)).toEqual(['a', 'b', 'c'])
})
