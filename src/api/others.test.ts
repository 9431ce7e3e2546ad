/** What other nodes answer, and what is made of those that answer badly. */

import { expect, test } from 'vitest'
import { nodeId, replicaId } from '../base/ids.ts'
import { compareReplicas } from './hash.ts'
import { type AskNode, gatherReports, type Reply } from './others.ts'
import { problemOf } from './problem.ts'
import { report, ToldFace } from './testing/cluster.ts'

/** Nodes b and c beside a, who answer as they are told to. */
function around(answers: Readonly<Record<string, Reply | Error>>) {
  const face = new ToldFace('a')
  for (const node of Object.keys(answers)) face.neighbours.push({ node: nodeId(node), http: node })
  const asked: string[] = []
  const ask: AskNode = (http, path) => {
    asked.push(`${http} ${path}`)
    const answer = answers[http]
    if (answer === undefined) return Promise.reject(new Error('nobody'))
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
  }
  return { face, ask, asked }
}

const ok = (body: unknown): Reply => ({ status: 200, body })

test('all replicas of all nodes, each asked for its own', async () => {
  const { face, ask, asked } = around({
    b: ok({ groups: [report('b', 1)] }),
    'c d': ok({ groups: [report('c', 1), report('c', 2)] }),
  })
  face.known.push(report('a', 1))
  const { groups, unreachable } = await gatherReports(face, ask)
  expect(groups.map(one => `${one.node} ${one.id}`)).toEqual(['a 1', 'b 1', 'c 1', 'c 2'])
  expect(unreachable).toEqual([])
  expect(asked).toEqual(['b /v1/raft?node=b', 'c d /v1/raft?node=c%20d'])
})

test.each<[string, Reply | Error, string]>([
  ['breaks off', new Error('gone'), 'gone'],
  ['is not ready', { status: 503, body: { code: 'not-joined' } }, 'it answered with 503'],
  ['is something else', ok({ hello: 'world' }), 'it answered with 200'],
  ['says nothing', ok({}), 'it answered with 200'],
])('a node that %s is named, and the others are shown', async (_, answer, why) => {
  const { face, ask } = around({ b: answer, c: ok({ groups: [report('c', 1)] }) })
  const { groups, unreachable } = await gatherReports(face, ask)
  expect(groups.map(one => one.node)).toEqual(['c'])
  expect(unreachable).toEqual([{ node: 'b', why }])
})

const voter = (node: string, replica: number) => ({
  node: nodeId(node),
  replica: replicaId(replica),
  kind: 'voter' as const,
})
const leader = report('a', 1, { role: 'leader', members: [voter('a', 1), voter('b', 2)] })
const print = { index: 11, chain: 5, digest: 'x' }

async function compared(answer: Reply | Error) {
  const { face, ask, asked } = around({ b: answer })
  face.prints.set(11, print)
  let pauses = 0
  const pause = () => {
    pauses++
    return Promise.resolve()
  }
  return { result: await compareReplicas({ face, ask, pause }, leader), asked, pauses }
}

test('a replica is asked at its own node, by the index of the entry', async () => {
  const { result, asked, pauses } = await compared(ok(print))
  expect(result).toMatchObject({ group: 'kv/1', index: 11, equal: true, complete: true })
  expect(asked).toEqual(['b /v1/raft/kv/1/hash?node=b&index=11'])
  expect(pauses).toBe(0)
})

test.each<[string, Reply, string]>([
  ['that knows nothing of it', ok({ index: 11 }), 'it has not applied the entry in time'],
  ['that knows half of it', ok({ index: 11, chain: 5 }), 'it has not applied the entry in time'],
  ['that refuses', { status: 404, body: {} }, 'it has not applied the entry in time'],
])('a replica %s is asked often, then named', async (_, answer, missing) => {
  const { result, pauses } = await compared(answer)
  expect(result).toMatchObject({ equal: true, complete: false })
  expect(result).toHaveProperty('replicas.1', { node: 'b', replica: 2, missing })
  expect(pauses).toBe(40)
})

test('a leader that refuses to write is believed', async () => {
  const { face, ask } = around({})
  face.refusal = { refused: 'too-much-uncommitted', message: 'ask again' }
  const pause = () => Promise.resolve()
  expect(await compareReplicas({ face, ask, pause }, leader)).toEqual(face.refusal)
})

test.each([
  ['unknown-group', 404, false],
  ['bad-request', 400, false],
  ['body-too-large', 413, false],
  ['no-leader', 503, true],
  ['not-leader', 503, true],
  ['too-much-uncommitted', 503, true],
  ['node-unreachable', 502, true],
  ['took-too-long', 504, true],
  ['change-pending', 409, true],
  ['whatever-comes', 409, true],
])('%s is %d', (code, status, isRetryable) => {
  expect(problemOf(code, 'why')).toEqual({ status, code, detail: 'why', isRetryable })
})

test('a cluster of one asks nobody', async () => {
  const { face, ask, asked } = around({})
  face.known.push(report('a', 1))
  expect((await gatherReports(face, ask)).groups).toHaveLength(1)
  const alone = report('a', 1, { role: 'leader', members: [voter('a', 1)] })
  face.prints.set(11, print)
  const pause = () => Promise.resolve()
  const compared = await compareReplicas({ face, ask, pause }, alone)
  expect(compared).toMatchObject({ equal: true, complete: true })
  expect(asked).toEqual([])
})
