/** The lines of a drill's report. */

import { expect, test } from 'vitest'
import type { HistoryEvent } from './history/event.ts'
import { factLines } from './report.ts'

const event = (type: HistoryEvent['type']): HistoryEvent => ({
  process: 1,
  type,
  f: 'read',
  key: 'r1',
  value: null,
  time: 1,
})

test('calls by outcome, hits, gaps and the verdict', () => {
  const struck = { what: 'kill', victim: 'n1', led: 3, hits: 1, replacedMs: [20, 15.2] }
  const facts = {
    verdict: { keys: 1, calls: 2, impossible: ['r1'], undecided: [] },
    struck: [struck, { ...struck, led: 1, replacedMs: [] }],
    gapsMs: [[30, 10], [1200.4]],
    ok: 1,
    seconds: 12.34,
    unread: [],
    unnoticed: [],
    troubles: [],
  }
  const events = [event('invoke'), event('ok'), event('invoke'), event('info')]
  expect(factLines({ facts, events })).toEqual([
    'calls: 2 in 12.3 s, 1 ok, 0 failed, 1 unknown',
    'faults: 2, which hit 2 processes or connections and 4 leaderships',
    'without service, by fault and group: median 30 ms, p99 1200 ms, longest 1200 ms',
    '  kill: n1: longest 30 ms; 2 of 3 groups led by others within 20 ms',
    '  kill: n1: longest 1200 ms; 0 of 1 groups led by others',
    'linearizable: 1 keys, 2 calls placed, 1 impossible, 0 undecided',
  ])
})
