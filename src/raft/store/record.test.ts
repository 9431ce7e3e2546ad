/** Records: what was written is read, each behind the other; what makes no sense is refused. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteWriter } from '../../base/bytes.ts'
import { WeirError } from '../../base/errors.ts'
import { groupId } from '../../base/ids.ts'
import {
  HEAD_FRAME,
  type LogRecord,
  readRecords,
  recordBytes,
  TURN_FRAME,
  writeRecord,
} from './record.ts'
import { entry, filed, group, hardState, replica } from './testing/arbitrary.ts'

const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined })

const record: fc.Arbitrary<LogRecord> = fc.record({
  group,
  isRemoved: fc.boolean(),
  created: maybe(replica),
  install: maybe(filed),
  hardState: maybe(hardState),
  entries: fc.array(entry, { maxLength: 5 }),
  compact: maybe(filed),
})

function turn(records: readonly LogRecord[]): Uint8Array {
  const out = new ByteWriter().uint8(TURN_FRAME)
  for (const one of records) writeRecord(out, one)
  return out.finish()
}

function read(bytes: Uint8Array): LogRecord[] {
  const records: LogRecord[] = []
  readRecords(bytes, one => records.push(one))
  return records
}

const codeOf = (bytes: Uint8Array): string => {
  try {
    read(bytes)
    return 'read'
  } catch (error) {
    return error instanceof WeirError ? error.code : 'another error'
  }
}

test('a turn is read as it was written', () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 6 }), records => {
      expect(read(turn(records))).toEqual(records)
    }),
    { numRuns: 300 },
  )
})

test('equal turns have equal bytes, and bytes that are read say the same again', () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 4 }), records => {
      expect(turn(read(turn(records)))).toEqual(turn(records))
    }),
  )
})

test('a turn that was cut short is refused, unless it ends with a record', () => {
  fc.assert(
    fc.property(record, fc.nat(), (one, at) => {
      const bytes = turn([one])
      const cut = bytes.subarray(0, at % bytes.length)
      expect(codeOf(cut)).toBe(cut.length === 1 ? 'read' : 'malformed-bytes')
    }),
  )
})

test('bytes of any kind are read or refused, nothing else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), bytes => {
      expect(['read', 'malformed-bytes']).toContain(codeOf(Uint8Array.from([2, ...bytes])))
    }),
    { numRuns: 2000 },
  )
})

test('a head where a turn was expected, and parts from the future', () => {
  expect(codeOf(Uint8Array.of(HEAD_FRAME))).toBe('malformed-bytes')
  expect(codeOf(Uint8Array.of(TURN_FRAME, 1, 64))).toBe('malformed-bytes')
  expect(codeOf(Uint8Array.of())).toBe('malformed-bytes')
})

test('what a record will take is not underestimated', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 30 }), entries => {
      const bare = { group: groupId(2000), entries: [] }
      const size = turn([{ ...bare, entries }]).length
      expect(recordBytes(entries)).toBeGreaterThanOrEqual(size - 1)
    }),
  )
})

test('entries share the bytes that they were read from', () => {
  const data = Uint8Array.of(1, 2, 3)
  const one: LogRecord = { group: groupId(1), entries: [{ index: 1, term: 1, kind: 'data', data }] }
  const bytes = turn([one])
  const found = read(bytes)[0]?.entries[0]?.data
  expect(found).toEqual(data)
  expect(found?.buffer).toBe(bytes.buffer)
})
