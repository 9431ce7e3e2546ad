/** What the report says, and that it says what is missing. */

import { expect, test } from 'vitest'
import type { Conditions } from './conditions.ts'
import { markdown, type Report, shown } from './report.ts'
import { Results } from './results.ts'

const conditions: Conditions = {
  at: '2026-11-21T12:00:00.000Z',
  processors: 2,
  processor: 'Abacus',
  node: '20.20.2',
  loadAverage: [1, 0.5, 0.25],
  fsync: { p50Ms: 0.3, p99Ms: 1 },
  loopDelay: { p50Ms: 0.1, p99Ms: 2 },
}

const measured = (contestant: string, done: number) => ({
  contestant,
  round: 0,
  at: { outstanding: 64, groups: 16 },
  figures: {
    done,
    failed: 1,
    seconds: 2,
    p50Ms: 1.234,
    p99Ms: 12.34,
    maxMs: 123.4,
    cpuSeconds: [1, 3, 2],
    clientCpuSeconds: 1,
  },
})

const report = (parts: Partial<Report> = {}): Report => ({
  name: 'raft',
  versions: { etcd: '3' },
  before: conditions,
  after: conditions,
  results: new Results([measured('weir', 60_000), measured('etcd', 20_000)]),
  findings: [],
  judgements: [],
  ...parts,
})

test.each([
  [0, '0'],
  [0.01234, '0.012'],
  [1.234, '1.23'],
  [12.34, '12.3'],
  [1234.5, '1235'],
  [-3.21, '-3.21'],
  [7, '7'],
  [Number.NaN, '-'],
  [Number.POSITIVE_INFINITY, '-'],
])('%d is shown as %s', (value, text) => {
  expect(shown(value)).toBe(text)
})

test('conditions, figures and ratios', () => {
  const lines = markdown(report()).split('\n')
  expect(lines).toContain('# Benchmark raft, 2026-11-21T12:00:00.000Z')
  expect(lines).toContain('- 2 x Abacus, Node 20.20.2')
  expect(lines).toContain(
    '- before: load average 1.00 0.50 0.25; idle fsync p50 0.300 p99 1 ms; ' +
      'idle loop delay p50 0.100 p99 2 ms',
  )
  expect(lines).toContain(
    '| 64 | 16 | weir | 30000 | 1.23 | 12.3 | 123 | 10 | 10000 | 1 | 5 / 3.33 / 1.67 | 1 |',
  )
  expect(lines).toContain('Ratios, weir to etcd:')
  expect(lines).toContain('| 64 | 16 | 3 | 1 | 1 | 3 |')
})

test('a contestant alone has no ratios', () => {
  const text = markdown(report({ results: new Results([measured('etcd', 1)]) }))
  expect(text).not.toContain('Ratios')
})

test('targets met, missed and not measured; findings with their lines', () => {
  const text = markdown(
    report({
      findings: [{ trial: 'failover', lines: ['50 kills'] }],
      judgements: [
        { name: 'a', wanted: '> 1', unit: 'x', measured: 2.5, outcome: 'met' },
        { name: 'b', wanted: '< 1', unit: 'ms', measured: 5, outcome: 'missed' },
        { name: 'c', wanted: '< 1', unit: '', measured: undefined, outcome: 'not measured' },
      ],
    }),
  )
  expect(text).toContain('## failover\n\n50 kills\n')
  expect(text).toContain('| a | > 1 | 2.50 x | met |')
  expect(text).toContain('| b | < 1 | 5 ms | missed |')
  expect(text).toContain('| c | < 1 | - | not measured |')
})
