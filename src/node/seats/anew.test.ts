/** Seats for a store that is yet to be made: when they are enough, and when nobody gives any. */

import { expect, test } from 'vitest'
import { nodeId } from '../../base/ids.ts'
import type { JoinAnswer, JoinRequest, Place, Seat } from '../../io/members/service.ts'
import { seatAnew } from './anew.ts'

const place = (replica: number, node: string): Place => ({
  replica,
  node,
  store: `${node}-1`,
  boot: 1,
  opening: 'o',
  address: `${node}:1`,
  http: `${node}:2`,
})
const self = { node: nodeId('me'), store: 'me-2', address: 'me:1', http: 'me:2' }
const seat = (group: number, replica: number, ...places: readonly Place[]): Seat => ({
  group,
  replica,
  leader: '',
  places,
})
const yes = (...groups: readonly Seat[]): JoinAnswer => ({ code: '', message: '', groups })

/** Round by round, what each address says; rejects when the rounds are over. */
async function seated(
  join: readonly string[],
  rounds: readonly Readonly<Record<string, JoinAnswer>>[],
  { namesakes = [], groups = [] }: { namesakes?: readonly string[]; groups?: number[] } = {},
) {
  const asked: (JoinRequest & { readonly address: string })[] = []
  let round = 0
  const run = seatAnew({
    ...{ join, self, groups, cluster: 'c1', logger: { log() {} } },
    client: {
      join: (address, request) => {
        asked.push({ ...request, address })
        const answer = rounds[round]?.[address]
        return answer === undefined ? Promise.reject(new Error('no')) : Promise.resolve(answer)
      },
    },
    seeds: { isNamesake: address => Promise.resolve(namesakes.includes(address)) },
    pause: () =>
      ++round < rounds.length ? Promise.resolve() : Promise.reject(new Error('it waits')),
  })
  const error = await run.then(
    () => undefined,
    (thrown: unknown) => thrown as Error,
  )
  return { error, asked, rounds: round }
}

test('it is enough when every group that anybody names has given a seat', async () => {
  const others = [place(2, 'b'), place(3, 'c')]
  const { error, asked, rounds } = await seated(
    ['b:1'],
    [
      { 'b:1': yes(seat(1, 0, ...others), seat(2, 4, ...others)) },
      { 'b:1': yes(seat(1, 0, ...others), seat(2, 4, ...others)), 'c:1': yes(seat(1, 5)) },
    ],
  )
  expect([error, rounds]).toEqual([undefined, 1])
  expect(asked.map(one => one.address)).toEqual(['b:1', 'c:1', 'b:1', 'c:1'])
  expect(asked[0]).toMatchObject({
    cluster: 'c1',
    who: { ...self, replica: 0, boot: 0, opening: 'me-2' },
  })
})

test('a group that has no leader keeps it waiting, whatever the others give', async () => {
  const round = { 'b:1': yes(seat(1, 7), seat(2, 0)) }
  const { error, asked } = await seated(['b:1'], [round, round, round])
  expect(error?.message).toBe('it waits')
  expect(asked).toHaveLength(3)
})

test('a group of the old log is waited for, though nobody who answers names it', async () => {
  const only = { 'b:1': yes(seat(1, 7)) }
  const whole = { 'b:1': yes(seat(1, 7)), 'c:1': yes(seat(2, 9)) }
  const given = await seated(['b:1', 'c:1'], [only, only, whole], { groups: [1, 2] })
  expect([given.error, given.rounds]).toEqual([undefined, 2])
  // A node that is away for good is not waited for.
  const without = await seated(['b:1', 'c:1'], [only], { groups: [1] })
  expect([without.error, without.rounds]).toEqual([undefined, 0])
})

test.each([
  ['nobody to ask', []],
  ['nobody who answers', ['b:1']],
  ['only itself', [self.address]],
])('a node with %s has no seat', async (_, join) => {
  const { error } = await seated(join, [{}, {}])
  expect(error?.message).toBe('it waits')
})

test('a member that has no groups yet gives none', async () => {
  const { error } = await seated(['b:1'], [{ 'b:1': yes() }, { 'b:1': yes() }])
  expect(error?.message).toBe('it waits')
})

test('where its former self runs elsewhere it is not this node that is to go on', async () => {
  const former = { ...place(1, 'me'), address: 'elsewhere:1' }
  const { error } = await seated(['b:1'], [{ 'b:1': yes(seat(1, 4, former)) }], {
    namesakes: ['elsewhere:1'],
  })
  expect(error).toMatchObject({ code: 'node-id-taken' })
})
