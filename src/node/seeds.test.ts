/** What nodes say of themselves, as facts: of a cluster, of none, of one that they lost. */

import { expect, test } from 'vitest'
import { nodeId } from '../base/ids.ts'
import type { MembersClient } from '../io/members/client.ts'
import type { GreetAnswer } from '../io/members/service.ts'
import { Seeds } from './seeds.ts'

const said: GreetAnswer = {
  node: 'b',
  process: 'p2',
  cluster: '',
  formerly: '',
  founds: true,
  address: 'b:1',
  http: 'b:2',
}

/** `undefined`: nobody answers. */
function seedsOf(answer: Partial<GreetAnswer> | undefined): Seeds {
  const greet = () =>
    answer === undefined
      ? Promise.reject(new Error('refused'))
      : Promise.resolve({ ...said, ...answer })
  return new Seeds({ greet } as unknown as MembersClient, nodeId('a'), 'p1')
}

const who = { address: 'b:1', node: 'b' }

test.each([
  ['a member', { cluster: 'c1' }, [{ kind: 'member', ...who, cluster: 'c1' }]],
  ['of no cluster', {}, [{ kind: 'fresh', ...who, founds: true }]],
  ['one that gave up its log', { formerly: 'c1' }, [{ kind: 'former', ...who, cluster: 'c1' }]],
  [
    'a member again',
    { cluster: 'c1', formerly: 'c1' },
    [{ kind: 'member', ...who, cluster: 'c1' }],
  ],
  ['this very process', { process: 'p1' }, []],
  ['silent', undefined, [{ kind: 'silent', address: 'b:1', why: 'refused' }]],
])('%s', async (_, answer, facts) => {
  expect(await seedsOf(answer).askAll(['b:1'])).toEqual(facts)
})

test.each([
  ['a namesake', { node: 'a' }, true],
  ['another node', {}, false],
  ['this very process', { node: 'a', process: 'p1' }, false],
  ['nobody', undefined, false],
])('%s there is told from a namesake', async (_, answer, expected) => {
  expect(await seedsOf(answer).isNamesake('b:1')).toBe(expected)
})
