/** How verdicts are counted and told. */

import { expect, test } from 'vitest'
import type { Mutant } from './mutant.ts'
import type { Trial, Verdict } from './verdict.ts'
import { isCaught, isProof, row, summaryOf, table, told, toldBy } from './verdict.ts'

const mutant = (name: string, blind = false): Mutant => ({
  ...{ name, file: 'src/raft/step.ts', find: 'a', replace: 'b' },
  ...{ why: 'because of this and that', origin: 'a test' },
  ...(blind ? { blind: true as const } : {}),
})
const caught = (seeds: number, checker = 'RAFT-1 election safety', detail = 'two'): Verdict => {
  return { kind: 'caught', seeds, seed: 100 + seeds, checker, detail }
}
const survived: Verdict = { kind: 'survived', seeds: 50 }
const stopped: Verdict = { kind: 'stopped', seeds: 7, seed: 107, how: 'SIGKILL' }
const trial = (name: string, verdict: Verdict, blind = false): Trial => {
  return { mutant: mutant(name, blind), verdict }
}

test('only what a checker, an invariant or a crash of the core noticed is caught', () => {
  expect(isCaught(trial('a-b', caught(1)))).toBe(true)
  expect(isCaught(trial('a-b', caught(1, 'INVARIANT', 'LOG no gap')))).toBe(true)
  expect(isCaught(trial('a-b', caught(1, 'CRASH', 'TypeError: no')))).toBe(true)
  expect(isCaught(trial('a-b', survived))).toBe(false)
  expect(isCaught(trial('a-b', stopped))).toBe(false)
})

test('what fails without the mutant too is not caught', () => {
  const unsound = trial('a-b', { ...caught(3), kind: 'unsound' } as Verdict)
  expect(isCaught(unsound)).toBe(false)
  expect(row(unsound, 5)).toBe('a-b           UNSOUND          3  RAFT-1 election safety')
})

test('a patch that names what its file does not have is ill-written and not caught', () => {
  const ill = trial('a-b', caught(1, 'CRASH', 'ReferenceError: x is not defined\n  at y'))
  expect(isCaught(ill)).toBe(false)
  expect(row(ill, 5)).toContain('ILL-WRITTEN')
})

test('who noticed is told in a few words', () => {
  expect(toldBy(caught(1))).toBe('RAFT-1 election safety')
  expect(toldBy(caught(1, 'INVARIANT', 'LOG no gap: 5'))).toBe('invariant LOG no gap')
  expect(toldBy(caught(1, 'CRASH', 'TypeError: no\n at x'))).toBe('crash TypeError: no')
  expect(toldBy(survived)).toBe('')
  expect(toldBy(stopped)).toBe('ended by SIGKILL in seed 107')
})

test('a table has a row for each mutant', () => {
  const text = table([
    trial('no-quorum', caught(12), true),
    trial('late', survived),
    trial('stuck', stopped),
  ])
  expect(text.split('\n')).toEqual([
    'mutant     blind  fate         seeds  noticed by',
    'no-quorum  blind  caught          12  RAFT-1 election safety',
    'late              SURVIVED        50',
    'stuck             STOPPED          7  ended by SIGKILL in seed 107',
  ])
})

test('the summary counts the blind ones apart and names the median of what was caught', () => {
  const summary = summaryOf([
    trial('a-a', caught(1), true),
    trial('a-b', caught(30)),
    trial('a-c', caught(2)),
    trial('a-d', survived, true),
  ])
  expect(summary).toEqual({
    ...{ mutants: 4, caught: 3, kept: 0, open: 0, blind: 2, blindCaught: 1 },
    ...{ seedsMedian: 2, seedsMost: 30 },
  })
  expect(told(summary)).toBe('caught 3 of 4, of the blind ones 1 of 2; median 2 seeds, at most 30')
})

test('what a kept schedule shows is caught, and says nothing of seeds', () => {
  const kept = trial('a-b', caught(0))
  expect(row(kept, 5)).toBe('a-b           caught        kept  RAFT-1 election safety')
  const text = told(summaryOf([kept, trial('a-a', caught(7))]))
  expect(text).toMatch(
    /^caught 2 of 2, .* median 7 seeds, at most 7; 1 by schedules that are kept$/,
  )
})

test('what is open when the time is over is neither caught nor survived', () => {
  const open = trial('a-b', { kind: 'open', seeds: 9 })
  expect(isCaught(open)).toBe(false)
  expect(row(open, 5)).toBe('a-b           open             9')
  const text = told(summaryOf([open, trial('a-a', caught(1))]))
  expect(text).toMatch(/^caught 1 of 2, .* at most 1; 1 open when the time was over$/)
})

test('a proof is that something was caught and nothing got away', () => {
  const open = trial('a-a', { kind: 'open', seeds: 9 })
  const good = trial('a-b', caught(1))
  const proof = (...trials: readonly Trial[]) => isProof(summaryOf(trials))
  expect([proof(good), proof(good, open)]).toEqual([true, true])
  expect([proof(open), proof(), proof(good, trial('a-c', survived))]).toEqual([false, false, false])
  expect([proof(good, trial('a-c', stopped))]).toEqual([false])
})

test('where nothing is caught there is no median', () => {
  expect(told(summaryOf([trial('a-a', survived)]))).toBe('caught 0 of 1, of the blind ones 0 of 0')
})
