/** When a node is ready: each fact alone, and all of them. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checksOf, type NodeFacts, type ReplicaFacts } from './readiness.ts'

const voter: ReplicaFacts = { knowsLeader: true, votes: true, isSpare: false, isCaughtUp: false }
const learner = { ...voter, votes: false }
const spare = { ...learner, isSpare: true, isCaughtUp: true }

const seats = { areConfirmed: true, missing: 0 }

const bad = (facts: Partial<NodeFacts>) =>
  checksOf({ replicas: [voter], seats, isStopping: false, ...facts })
    .filter(({ isGood }) => !isGood)
    .map(({ name, message }) => `${name}: ${message}`)

test.each<[string, Partial<NodeFacts>, readonly string[]]>([
  ['voters', { replicas: [voter, voter] }, []],
  ['no replica', { replicas: [] }, ['joined: 0 groups have a replica here']],
  [
    'a seat still to be taken',
    { seats: { areConfirmed: false, missing: 2 } },
    ['joined: 1 groups have a replica here, 2 groups are still to get one'],
  ],
  [
    'a seat that nobody has confirmed yet',
    { seats: { areConfirmed: false, missing: 0 } },
    ['joined: 1 groups have a replica here, not all are confirmed yet'],
  ],
  [
    'a group without a leader',
    { replicas: [voter, { ...voter, knowsLeader: false }] },
    ['leaders: 1 of 2 groups have a known leader'],
  ],
  ['a learner', { replicas: [voter, learner] }, ['votes: 1 of 2 replicas here vote']],
  [
    'a learner that has caught up and will vote',
    { replicas: [{ ...learner, isCaughtUp: true }] },
    ['votes: 0 of 1 replicas here vote'],
  ],
  ['one beyond the voters', { replicas: [voter, spare] }, []],
  [
    'one beyond the voters that lags',
    { replicas: [spare, { ...spare, isCaughtUp: false }] },
    ['votes: 0 of 2 replicas here vote, 1 have caught up beyond the votes'],
  ],
  ['the end', { isStopping: true }, ['running: stopping']],
])('%s', (_, facts, wanted) => {
  expect(bad(facts)).toEqual(wanted)
})

test('no replica makes up for another', () => {
  const facts = fc.record<ReplicaFacts>({
    knowsLeader: fc.boolean(),
    votes: fc.boolean(),
    isSpare: fc.boolean(),
    isCaughtUp: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(facts, { minLength: 1, maxLength: 6 }), replicas => {
      const alone = replicas.every(one => bad({ replicas: [one] }).length === 0)
      expect(bad({ replicas }).length === 0).toBe(alone)
    }),
  )
})
