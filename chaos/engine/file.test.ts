/** A case goes to a file and comes back. */

import { expect, test } from 'vitest'
import { caseText, readCase } from './file.ts'
import { drawCase } from './generate/case.ts'

test('whatever is drawn comes back as it was', () => {
  for (let seed = 0; seed < 20; seed++) {
    const one = drawCase(seed)
    expect(readCase(caseText(one))).toEqual(one)
  }
})

test('what JSON does not know, too', () => {
  const one = drawCase(1)
  const values = [2n ** 63n, -1n, Number.NaN, -0, Number.POSITIVE_INFINITY, 1.5, null, [true, 'x']]
  const batch = { arrivals: [{ channel: 0, time: 1, values }], marks: [], now: 0, ended: true }
  const input = { ...one.input, batches: [batch] }
  const back = readCase(caseText({ ...one, input }))
  expect(back.input.batches[0]?.arrivals[0]?.values).toEqual(values)
})
