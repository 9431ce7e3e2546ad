/** The table of what may lie there when a node starts, and what is made of it. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { judgeStore, readClean, readRun, showClean, showRun } from './state-verdict.ts'

const logEnd = { segment: 3, bytes: 900 }
const clean = { store: 'log-1', bootId: 'boot-1', lastWrite: 7, logEnd }
const run = { store: 'log-1', bootId: 'boot-1' }
const nothing = { clean: undefined, run: undefined }
const here = { store: 'log-1', bootId: 'boot-1', lastWrite: 7, logEnd, ...nothing }

const at = (segment: number, bytes: number) => ({ segment, bytes })

test.each([
  ['closed in peace, the same boot', { ...here, clean }, true, 'closed in peace'],
  ['closed in peace, then a reboot', { ...here, clean, bootId: 'boot-2' }, true, 'closed in peace'],
  ['closed in peace, boot unknown', { ...here, clean, bootId: undefined }, true, 'closed in peace'],
  ['a run that had not yet written', { ...here, clean, run }, true, 'closed in peace'],
  ['the process was killed', { ...here, run }, true, 'the machine ran on'],
  ['the machine fell', { ...here, run, bootId: 'boot-2' }, false, 'the machine went down'],
  ['killed, and no boot id', { ...here, run, bootId: undefined }, false, 'the machine went down'],
  [
    'killed, twice no boot id',
    { ...here, run: { ...run, bootId: '' }, bootId: undefined },
    false,
    'the machine went down',
  ],
  ['neither mark', here, false, 'nobody knows who wrote it'],
  ['another log, clean', { ...here, clean, store: 'log-2' }, false, 'of another log'],
  ['another log, killed', { ...here, run, store: 'log-2' }, false, 'of another log'],
  ['a mark of other rows', { ...here, clean, lastWrite: 6 }, false, 'not what was closed'],
  ['rows that cannot be read', { ...here, clean, lastWrite: undefined }, false, 'damaged'],
  ['the same, killed', { ...here, run, lastWrite: undefined }, false, 'damaged'],
  [
    'the same, with a log cut short',
    { ...here, clean, lastWrite: undefined, logEnd: at(3, 899) },
    false,
    'the log ends before it',
  ],
  ['a log that went on', { ...here, clean, logEnd: at(4, 10) }, true, 'closed in peace'],
  ['a log cut short', { ...here, clean, logEnd: at(3, 899) }, false, 'the log ends before it'],
  [
    'a log without its end',
    { ...here, clean, logEnd: at(2, 5000) },
    false,
    'the log ends before it',
  ],
  [
    'another log, a shorter one',
    { ...here, clean, store: 'log-2', logEnd: at(1, 1) },
    false,
    'of another log',
  ],
  ['killed, whatever the log', { ...here, run, logEnd: at(1, 1) }, true, 'the machine ran on'],
  ['a mark over no rows', { ...here, clean, lastWrite: 0 }, false, 'not what was closed'],
] as const)('%s', (_, found, keep, why) => {
  expect(judgeStore(found)).toEqual({ keep, why })
})

test('an unsynced store is kept only where the machine certainly ran on', () => {
  const id = fc.constantFrom('a', 'b', '')
  const given = fc.record({ ran: id, now: fc.option(id, { nil: undefined }), lastWrite: fc.nat() })
  fc.assert(
    fc.property(given, ({ ran, now, lastWrite }) => {
      const found = { ...here, run: { ...run, bootId: ran }, bootId: now, lastWrite }
      expect(judgeStore(found).keep).toBe(now !== undefined && now === ran)
    }),
  )
})

test('marks survive their text', () => {
  expect(readClean(showClean(clean))).toEqual(clean)
  expect(readRun(showRun(run))).toEqual(run)
})

test('no mark is read from anything else', () => {
  const endless = showClean({ ...clean, logEnd: undefined as unknown as typeof logEnd })
  expect(readClean(showRun(run))).toBeUndefined()
  expect(readRun(showClean(clean))).toBeUndefined()
  for (const text of [
    undefined,
    '',
    '{',
    'null',
    '[]',
    '7',
    '{"is":"weir-state-clean-1"}',
    endless,
  ]) {
    expect(readClean(text)).toBeUndefined()
    expect(readRun(text)).toBeUndefined()
  }
})

test('a mark that was cut short promises nothing', () => {
  const whole = showClean(clean)
  for (let size = 0; size < whole.length - 1; size++) {
    expect(readClean(whole.slice(0, size))).toBeUndefined()
  }
})
