/** What is stamped is read again, and each number goes to its partition. */

import { expect, test } from 'vitest'
import { rendered, STAMP_BYTES, sharedMs, stamped, stampOf } from './output.ts'

const target = { topic: 'out', partitions: 3 }

test.each([STAMP_BYTES, 200])('values of %i bytes come back as they were stamped', sizeBytes => {
  const bytes = stamped({ committedMs: 12.5, group: 7, number: 4 }, 3, sizeBytes)
  const run = { sink: 'home', first: 4, count: 3, bytes }
  const outputs = rendered(run, target)
  expect(outputs.map(({ record }) => stampOf(record.value ?? bytes))).toEqual(
    [4, 5, 6].map(number => ({ committedMs: 12.5, group: 7, number })),
  )
  expect(outputs.map(({ partition }) => partition)).toEqual([1, 2, 0])
  expect(outputs.map(({ record }) => record.value?.length)).toEqual(Array(3).fill(sizeBytes))
})

test('the shared clock goes forward in parts of a millisecond', () => {
  const before = sharedMs()
  let after = sharedMs()
  while (after === before) after = sharedMs()
  expect(after).toBeGreaterThan(before)
})
