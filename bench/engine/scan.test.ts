/** The records that are measured are what the measurement says, and both sides read the same. */

import { expect, test } from 'vitest'
import { JsonDecoder } from '../../src/connectors/formats/json/decoder.ts'
import { fieldOf } from '../../src/connectors/formats/path.ts'
import { type TextVector, textAt } from '../../src/engine/columns/vector.ts'
import { TEXT } from '../../src/engine/schema/type.ts'
import { measured, scanned } from './scan.ts'
import { batchOf, variations } from './scan-records.ts'

test('records are as long as is said, and none fails', () => {
  for (const variation of variations) {
    const raw = batchOf(variation, 200, 1)
    const inside = variation.name === 'wanted fields in nested objects'
    const field = fieldOf({ name: 'user', type: TEXT }, { from: inside ? 'payload.user' : 'user' })
    const { vectors, failures } = new JsonDecoder([field]).decode(raw)
    expect(failures).toEqual([])
    for (let row = 0; row < raw.size; row++) {
      const bytes = raw.bytes.subarray(raw.starts[row], raw.ends[row])
      const one = JSON.parse(Buffer.from(bytes).toString())
      expect(textAt(vectors[0] as TextVector, row)).toBe((inside ? one.payload : one).user)
    }
  }
  const [plain] = variations
  const { starts, ends } = batchOf(plain as (typeof variations)[number], 1000, 2)
  const sizes = Array.from(starts, (start, row) => (ends[row] as number) - start)
  expect(Math.min(...sizes)).toBeGreaterThanOrEqual(177)
  expect(Math.max(...sizes)).toBeLessThanOrEqual(183)
})

test('works are run in turns, and the middle of the late ones counts', () => {
  const ran: string[] = []
  const works = ['a', 'b'].map(name => ({ name, run: () => void ran.push(name) }))
  expect(measured(works, 10, 3)).toHaveLength(2)
  expect(ran.join('')).toBe('ababab')
})

test('there is a line for each variation', () => {
  const { rows, lines } = scanned(1, 1)
  expect(rows.map(({ name }) => name)).toEqual(variations.map(({ name }) => name))
  expect(lines.length).toBe(rows.length + 4)
})
