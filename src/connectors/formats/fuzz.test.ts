/** Files of any bytes, in the formats that are cut into records: no record does any harm. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fuzzLimit, fuzzRuns } from '../../base/testing/runs.ts'
import { BIGINT, BOOLEAN, DOUBLE, TEXT, TIMESTAMP } from '../../engine/schema/type.ts'
import { decoderOf, splitterOf } from './open.ts'
import { fieldOf } from './path.ts'
import { rowsOf } from './testing/raw.ts'

const RUNS = 2000
const LIMITS = { recordBytesMax: 40 }

const piece = fc.oneof(
  fc.constantFrom('"', '""', ',', ';', '\n', '\r\n', '\r', ' ', '12', '-1.5e3', 'true', 'null'),
  fc.constantFrom('{"n":', '}', '[', ']', '2026-01-01T00:00:00Z', '9'.repeat(20), '\ufeff', '\0'),
  fc.string({ maxLength: 4 }),
)
const anyBytes: fc.Arbitrary<Uint8Array> = fc
  .tuple(fc.array(piece, { maxLength: 20 }), fc.option(fc.uint8Array({ maxLength: 3 })))
  .map(([pieces, broken]) => Uint8Array.from([...Buffer.from(pieces.join('')), ...(broken ?? [])]))

const names = ['t', 'n', 'd', 'b', 'at']
const types = [TEXT, BIGINT, DOUBLE, BOOLEAN, TIMESTAMP]
const fields = types.map((type, at) => fieldOf({ name: names[at] ?? '', type }))

const FORMATS = [
  { format: 'csv', names },
  { format: 'csv', names, delimiter: ';' },
  { format: 'ndjson' },
  { format: 'text' },
] as const

describe.each(FORMATS)('%o', format => {
  const own = format.format === 'text' ? fields.slice(0, 1) : fields

  test(
    'any bytes are records, each with its values or with what is wrong at which byte',
    fuzzLimit(RUNS),
    () => {
      fc.assert(
        fc.property(anyBytes, fc.nat(60), (bytes, cut) => {
          const decoder = decoderOf({ ...format, limits: LIMITS }, own)
          const splitter = splitterOf({ ...format, limits: LIMITS })
          const seen: unknown[] = []
          for (const raw of [
            splitter.push(bytes.slice(0, cut)),
            splitter.push(bytes.slice(cut)),
            splitter.end(),
          ]) {
            const decoded = decoder.decode(raw)
            for (const { row, code, reason, at } of decoded.failures) {
              expect(row).toBeLessThan(raw.size)
              expect(`${code}: ${reason}`).toMatch(/^[a-z0-9-]+: ./)
              expect(at).toBeGreaterThanOrEqual(0)
              const size = (raw.ends[row] as number) - (raw.starts[row] as number)
              expect(at).toBeLessThanOrEqual(size)
            }
            seen.push(...rowsOf(decoded, raw.size))
          }
          expect(splitter.position).toBe(bytes.length)
          const whole = splitterOf({ ...format, limits: LIMITS })
          const all = [whole.push(bytes), whole.end()]
          const again = all.flatMap(raw => rowsOf(decoder.decode(raw), raw.size))
          expect(seen).toEqual(again)
        }),
        { numRuns: fuzzRuns(RUNS) },
      )
    },
  )
})
