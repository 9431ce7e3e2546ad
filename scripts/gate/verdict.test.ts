/** What the gate makes of outcomes: by hand, and for any mix of them. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { commandOf, steps } from './steps.ts'
import {
  CANNOT_RUN_HERE,
  isGreen,
  leftOutByName,
  type Outcome,
  outcomeOf,
  report,
  withoutOf,
} from './verdict.ts'

const ended = (code: number | null, output = '') => ({ code, output, seconds: 1.25 })

test('a step passes with exit code 0 and with nothing else', () => {
  expect(outcomeOf('unit', ended(0), true).state).toBe('passed')
  for (const code of [1, 2, 74, 76, null]) {
    expect(outcomeOf('unit', ended(code), false).state).toBe('failed')
  }
})

test('a step that cannot run here is left out with its last line, but under CI it failed', () => {
  const cannot = ended(CANNOT_RUN_HERE, 'npm error\nno network\n')
  expect(outcomeOf('unit:lts', cannot, false)).toEqual({
    name: 'unit:lts',
    state: 'left out',
    seconds: 1.25,
    reason: 'no network',
  })
  expect(outcomeOf('unit:lts', cannot, true).state).toBe('failed')
})

test('WEIR_TEST_WITHOUT names steps, and only steps', () => {
  expect(withoutOf(undefined, steps)).toEqual(new Set())
  expect(withoutOf('', steps)).toEqual(new Set())
  expect(withoutOf('sim, mutants', steps)).toEqual(new Set(['sim', 'mutants']))
  expect(() => withoutOf('sim,mutant', steps)).toThrow("names 'mutant'; the steps are build, types")
})

test('the last lines are a table, the reasons, the count', () => {
  const outcomes = [
    outcomeOf('types', ended(0), true),
    leftOutByName('sim'),
    outcomeOf('mutants', ended(1), true),
  ]
  expect(report(outcomes)).toEqual([
    'types       1.3 s  passed',
    'sim         0.0 s  left out',
    'mutants     1.3 s  failed',
    'left out: sim: WEIR_TEST_WITHOUT names it',
    '1 passed, 1 failed',
  ])
})

test('green is: something passed, nothing failed', () => {
  const outcome: fc.Arbitrary<Outcome> = fc.record({
    name: fc.constantFrom(...steps.map(step => step.name)),
    state: fc.constantFrom('passed', 'failed', 'left out'),
    seconds: fc.nat(),
  })
  fc.assert(
    fc.property(fc.array(outcome, { minLength: 1 }), outcomes => {
      const states = outcomes.map(one => one.state)
      expect(isGreen(outcomes)).toBe(states.includes('passed') && !states.includes('failed'))
      const failed = states.filter(state => state === 'failed').length
      expect(report(outcomes).at(-1)).toMatch(new RegExp(`^\\d+ passed, ${failed} failed$`))
    }),
  )
  expect(isGreen([])).toBe(false)
})

test('a step is shown as the command that repeats it', () => {
  expect(steps.map(commandOf)).toContain('npm run types')
  expect(steps.map(commandOf)).toContain('npm run mutants -- raft --draw 10 --time 40 --jobs 2')
})

test('what waits for brokers is run once, aside', () => {
  const [beside, rest] = ['live:brokers', 'live'].map(name => steps.find(one => one.name === name))
  expect([beside?.isAside, rest?.isAside]).toEqual([true, false])
  const left = rest?.args.filter(arg => arg !== '--exclude').map(arg => arg.replace('**', ''))
  expect(left).toEqual(beside?.args.slice(0, left?.length))
})

test('no two steps share a name, and the quick ones are among them', () => {
  expect(new Set(steps.map(step => step.name)).size).toBe(steps.length)
  const quick = steps.filter(step => step.inCheck).map(step => step.name)
  expect(quick).toEqual(['types', 'lint', 'tidy', 'knip', 'unit'])
})
