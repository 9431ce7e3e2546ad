/** How long a call goes on, and that it ends. */

import { expect, test } from 'vitest'
import { limitsOf } from './options.ts'
import { Patience, patiently } from './patience.ts'
import { Trouble } from './trouble.ts'

const limits = (patienceMs: number) =>
  limitsOf({ brokers: [], clientId: 'weir', limits: { patienceMs } })
const trouble = (text = 'not now') => new Trouble('unavailable', text)

async function refused(work: Promise<unknown>): Promise<unknown> {
  try {
    await work
  } catch (error) {
    return error
  }
  throw new Error('it worked')
}

test('tries until it works', async () => {
  let tries = 0
  const attempt = () => (++tries < 5 ? Promise.reject(trouble()) : Promise.resolve(tries))
  expect(await patiently(new Patience(limits(60_000)), 'it', () => true, attempt)).toBe(5)
})

test('tries once when there is no time, and says what was wrong', async () => {
  let tries = 0
  const attempt = () => Promise.reject(trouble(`try ${++tries}`))
  const work = patiently(new Patience(limits(0)), 'it', () => true, attempt)
  expect(await refused(work)).toMatchObject({ message: 'try 1' })
})

test('tries as often as there is sense in it', async () => {
  let tries = 0
  const attempt = () => Promise.reject(new Error(`try ${++tries}`))
  const work = patiently(new Patience(limits(60_000)), 'it', () => tries < 3, attempt)
  expect(await refused(work)).toMatchObject({ code: 'unavailable' })
  expect(tries).toBe(3)
})

test('says the last thing that was wrong when its time is over', async () => {
  let tries = 0
  const attempt = () => Promise.reject(trouble(`try ${++tries}`))
  const work = patiently(new Patience(limits(30)), 'it', () => true, attempt)
  expect(await refused(work)).toMatchObject({ message: `try ${tries}` })
  expect(tries).toBeGreaterThan(1)
})

test('time goes by, and then there is none left', async () => {
  const patience = new Patience(limits(20))
  expect(patience.leftMs).toBeGreaterThan(0)
  let pauses = 0
  while (await patience.pause()) pauses++
  expect(pauses).toBeGreaterThan(0)
  expect(await patience.pause()).toBe(false)
})

test('bounds may be given one by one', () => {
  expect(limits(7)).toEqual({ ...limits(9), patienceMs: 7 })
  expect(Object.values(limits(1)).every(bound => bound > 0)).toBe(true)
})
