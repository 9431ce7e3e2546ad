/** The lines of a drill's report. */

import { expect, test } from 'vitest'
import { factLines } from './report.ts'

test('calls by outcome, hits, gaps and the verdict', () => {
  const struck = { what: 'kill', victim: 'n1', led: 3, hits: 1, replacedMs: [20, 15.2] }
  const broker = { what: 'stop', victim: 'broker 1', led: 2, hits: 4 }
  const facts = {
    judgement: { summary: 'one is wrong', wrong: ['r1'] },
    struck: [struck, { ...struck, led: 1, replacedMs: [] }, broker],
    gapsMs: [[30, 10], [1200.4], [25]],
    calls: { called: 2, ok: 1, failed: 0, unknown: 1 },
    seconds: 12.34,
    toll: { fenced: 2, open: 0 },
    unnoticed: [],
    troubles: [],
  }
  expect(factLines(facts)).toEqual([
    'calls: 2 in 12.3 s, 1 ok, 0 failed, 1 unknown',
    'faults: 3, which hit 6 processes, connections or calls, and 6 groups',
    'besides: fenced 2, open 0',
    'without service, by fault and group: median 25 ms, p99 1200 ms, longest 1200 ms',
    '  kill: n1: longest 30 ms; 2 of 3 groups led by others within 20 ms',
    '  kill: n1: longest 1200 ms; 0 of 1 groups led by others',
    '  stop: broker 1: longest 25 ms; 2 groups need it',
    'one is wrong',
  ])
})
