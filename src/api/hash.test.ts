/** Comparing replicas: what is asked of whom, how often, and what an answer is worth. */

import { expect, test } from 'vitest'
import { nodeId, replicaId } from '../base/ids.ts'
import type { MemberReport } from '../node/face.ts'
import { compareReplicas } from './hash.ts'
import type { Reply } from './others.ts'
import { report, ToldFace } from './testing/cluster.ts'

const member = (replica: number, node?: string): MemberReport => ({
  replica: replicaId(replica),
  kind: 'voter',
  ...(node === undefined ? {} : { node: nodeId(node) }),
})

const found = (chain?: number, digest?: string): Reply => ({
  status: 200,
  body: { index: 11, chain, digest },
})

/** Node a leads; `answer` is what b says to each question, by its number. */
function leader(members: readonly MemberReport[], answer: (look: number) => Reply) {
  const face = new ToldFace('a')
  face.neighbours.push({ node: nodeId('b'), http: 'b:80' })
  face.prints.set(11, { index: 11, chain: 5, digest: 'x' })
  const paths: string[] = []
  let pauses = 0
  const parts = {
    face,
    ask: (_http: string, path: string) =>
      new Promise<Reply>(resolve => {
        paths.push(path)
        resolve(answer(paths.length))
      }),
    pause() {
      pauses++
      return Promise.resolve()
    },
  }
  const led = report('a', 1, { role: 'leader', leader: nodeId('a'), members })
  return { face, paths, pausesOf: () => pauses, compare: () => compareReplicas(parts, led) }
}

const both = [member(1, 'a'), member(2, 'b')]

test('each replica is asked for the very entry that the leader made', async () => {
  const { paths, compare } = leader(both, () => found(5, 'x'))
  expect(await compare()).toMatchObject({ index: 11, equal: true, complete: true })
  expect(paths).toEqual(['/v1/raft/kv/1/hash?node=b&index=11'])
})

test('half a fingerprint is none: it is asked again until both parts are there', async () => {
  const replies = [found(), found(5), found(undefined, 'x'), found(5, 'x')]
  const { paths, pausesOf, compare } = leader(both, look => replies[look - 1] ?? found())
  expect(await compare()).toMatchObject({ equal: true, complete: true })
  expect(paths).toHaveLength(4)
  expect(pausesOf()).toBe(3)
})

test('looks are bounded, and who is not there in time is no difference', async () => {
  const { paths, compare } = leader(both, () => found())
  const missing = 'it has not applied the entry in time'
  expect(await compare()).toMatchObject({
    equal: true,
    complete: false,
    replicas: [{ node: 'a' }, { node: 'b', missing }],
  })
  expect(paths).toHaveLength(40)
})

test('a node that does not answer is given up soon: each question takes its time', async () => {
  const { paths, compare } = leader(both, () => {
    throw new Error('no answer in 2 s')
  })
  expect(await compare()).toMatchObject({
    complete: false,
    replicas: [{ node: 'a' }, { node: 'b', missing: 'no answer in 2 s' }],
  })
  expect(paths).toHaveLength(3)
})

test('one question that gets lost is not the end', async () => {
  const { compare } = leader(both, look => {
    if (look === 1) throw new Error('reset')
    return found(5, 'x')
  })
  expect(await compare()).toMatchObject({ equal: true, complete: true })
})

test('a replica that answers with a problem has no fingerprint', async () => {
  const { compare } = leader(both, () => ({ status: 404, body: { chain: 5, digest: 'x' } }))
  expect(await compare()).toMatchObject({ complete: false })
})

test('two strangers are compared with each other even without the leader’s own', async () => {
  const members = [...both, member(3, 'c'), member(4)]
  const { face, compare } = leader(members, () => found(5, 'y'))
  face.neighbours.push({ node: nodeId('c'), http: 'c:80' })
  face.prints.clear()
  expect(await compare()).toMatchObject({
    equal: true,
    complete: false,
    replicas: [
      { replica: 1, missing: 'it has not applied the entry in time' },
      { replica: 2, digest: 'y' },
      { replica: 3, digest: 'y' },
      { replica: 4, missing: 'nobody knows its node' },
    ],
  })
})

test('a chain that differs makes replicas different, though the states are equal', async () => {
  const { compare } = leader(both, () => found(6, 'x'))
  expect(await compare()).toMatchObject({ equal: false, complete: true })
})

test('a group of one is equal to itself, and nobody is asked', async () => {
  const { paths, compare } = leader([member(1, 'a')], () => found(5, 'y'))
  expect(await compare()).toMatchObject({ equal: true, complete: true })
  expect(paths).toEqual([])
})

test('a leader that refuses is quoted, and nobody is asked', async () => {
  const { face, paths, compare } = leader(both, () => found(5, 'x'))
  face.refusal = { refused: 'too-many-proposals', message: 'ask again' }
  expect(await compare()).toEqual(face.refusal)
  expect(paths).toEqual([])
})
