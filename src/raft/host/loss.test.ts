/** Which endings are losses of the log, and what is said of them. */

import { expect, test } from 'vitest'
import type { StoreCode } from '../store/refusal.ts'
import { DISTRUSTED, isLoss, isOldCode, lossMessage, type OldCode } from './loss.ts'
import type { FatalCode } from './ports.ts'

const verdicts: Readonly<Record<FatalCode | StoreCode | OldCode, boolean>> = {
  'image-damaged': true,
  'log-behind': true,
  'state-ahead-of-log': true,
  'old-incarnation': true,
  'store-replaced': true,
  'store-missing': true,
  'store-damaged': true,
  'log-damaged': true,
  'log-lost': true,
  'store-of-another-node': false,
  'store-of-another-cluster': false,
  'store-of-another-folder': false,
  'store-format': false,
  'no-such-file': false,
  'disk-full': false,
  'io-error': false,
}

test.each(Object.entries(verdicts))('%s: is the log lost: %s', (code, wanted) => {
  expect(isLoss(code)).toBe(wanted)
})

test('what was found to be lost stays so', () => {
  expect(isLoss(DISTRUSTED)).toBe(true)
})

test.each(['node-id-taken', 'wrong-cluster', 'not-allowed', 'bad-introduction', 'whim', ''])(
  'whoever is refused with %s keeps its log',
  code => {
    expect([isLoss(code), isOldCode(code)]).toEqual([false, false])
  },
)

test('a refusal speaks of an old log, or of something else', () => {
  const old = Object.keys(verdicts).filter(code => isOldCode(code))
  expect(old).toEqual(['old-incarnation', 'store-replaced'])
  expect(old.every(code => isLoss(code))).toBe(true)
})

test('it says what was found and what to do, and never to remove anything', () => {
  const said = lossMessage('entries are gone')
  expect(said).toMatch(/^entries are gone; start the node again/)
  expect(said).not.toMatch(/remove|empty|delete/)
})
