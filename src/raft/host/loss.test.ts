/** Which endings are losses of the log, and what is said of them. */

import { expect, test } from 'vitest'
import { isLoss, lossMessage } from './loss.ts'
import type { FatalCode } from './ports.ts'

const verdicts: Readonly<Record<FatalCode, boolean>> = {
  'image-damaged': true,
  'log-behind': true,
  'state-ahead-of-log': true,
  'no-such-file': false,
  'disk-full': false,
  'io-error': false,
}

test.each(Object.entries(verdicts))('%s: is the log lost: %s', (code, wanted) => {
  expect(isLoss(code)).toBe(wanted)
})

test('a code of somebody else is no loss', () => {
  expect(isLoss('old-incarnation')).toBe(false)
})

test('it says what was found and what to do, and never to remove anything', () => {
  const said = lossMessage('entries are gone')
  expect(said).toMatch(/^entries are gone; start the node again/)
  expect(said).not.toMatch(/remove|empty|delete/)
})
