/** Good news must cost nothing (hot loops rely on it), bad news must carry its name (docs do). */

import { expect, test } from 'vitest'
import { BrokenInvariant, bare, invariant, unreachable, WeirError } from './errors.ts'

function caught(action: () => unknown): unknown {
  try {
    action()
  } catch (error) {
    return error
  }
  return expect.unreachable('nothing was thrown')
}

test('a WeirError carries a stable code, what to do and what it was about', () => {
  const error = new WeirError('disk-full', 'free some space and start again', { path: 'log/7' })
  expect(error).toBeInstanceOf(Error)
  expect(error.name).toBe('WeirError')
  expect(error.code).toBe('disk-full')
  expect(error.message).toBe('disk-full: free some space and start again')
  expect(error.data).toEqual({ path: 'log/7' })
})

test('a WeirError about nothing in particular has empty data that nobody can fill', () => {
  const { data } = new WeirError('disk-full', 'free some space')
  expect(data).toEqual({})
  expect(Object.isFrozen(data)).toBe(true)
})

test.each([true, 1, 'text', {}, []])('an invariant that holds (%j) asks for no detail', holds => {
  const detail = () => expect.unreachable('the detail was built for nothing')
  expect(() => invariant(holds, 'holds', detail)).not.toThrow()
})

test.each([false, 0, '', null, undefined, Number.NaN])('%j breaks an invariant', broken => {
  expect(() => invariant(broken, 'RAFT-1')).toThrow(BrokenInvariant)
})

test('a broken invariant is known by its name', () => {
  const error = caught(() => invariant(false, 'RAFT-1'))
  expect(error).toBeInstanceOf(BrokenInvariant)
  expect(error).toMatchObject({ name: 'BrokenInvariant', invariant: 'RAFT-1', message: 'RAFT-1' })
})

test.each([
  ['a text', 'two leaders'],
  ['a function', () => `two ${'leaders'}`],
])('the detail of a broken invariant may be %s', (_, detail) => {
  const error = caught(() => invariant(false, 'RAFT-1', detail))
  expect(error).toMatchObject({ invariant: 'RAFT-1', message: 'RAFT-1: two leaders' })
})

test('a detail of 0 is a detail', () => {
  expect(() => invariant(false, 'RAFT-1', 0)).toThrow('RAFT-1: 0')
})

test('an error of theirs is never taken for one of ours', () => {
  expect(new WeirError('disk-full', 'free some space')).not.toBeInstanceOf(BrokenInvariant)
  expect(new BrokenInvariant('RAFT-1')).not.toBeInstanceOf(WeirError)
})

test('an invariant narrows the type of what it was given', () => {
  const given: { leader?: string } = { leader: 'a' }
  invariant(given.leader !== undefined, 'has-leader')
  const leader: string = given.leader
  expect(leader).toBe('a')
})

test('the end of a total switch is reached by a value of no known type only', () => {
  const color = (shade: 'light' | 'dark') => {
    switch (shade) {
      case 'light':
        return 'white'
      case 'dark':
        return 'black'
      default:
        return unreachable(shade)
    }
  }
  expect(color('light')).toBe('white')
  expect(() => color('dim' as 'dark')).toThrow('unreachable: "dim"')
})

test('the sentence of an error is told without its code, once', () => {
  expect(bare(new WeirError('no-log', 'say --log'))).toBe('say --log')
  expect(bare({ code: 'no-log', message: 'say --log' })).toBe('say --log')
  expect(bare({ code: 'a', message: 'a: a: b' })).toBe('a: b')
})
