/** Who waits for whose answer. */

import { expect, test } from 'vitest'
import { Shared } from './shared.ts'

function counting() {
  const shared = new Shared<number>()
  const count = { asked: 0 }
  const ask = (of: string) => shared.ask(of, () => Promise.resolve(++count.asked))
  return { ask, count, shared }
}

test('at the same time one is asked, for each subject', async () => {
  const { ask, count } = counting()
  expect(await Promise.all([ask('a'), ask('b'), ask('a')])).toEqual([1, 2, 1])
  expect(count.asked).toBe(2)
})

test('later it is asked again, also behind an error that all were told', async () => {
  const { ask, shared } = counting()
  expect([await ask('a'), await ask('a')]).toEqual([1, 2])
  const fails = () => shared.ask('a', () => Promise.reject(new Error('no')))
  const told = await Promise.allSettled([fails(), ask('a')])
  expect(told.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await ask('a')).toBe(3)
})
