/**
 * Logs judged: where segments must meet, what is written again, and what is damage. Logs whose
 * frames are well sealed and make no sense are damage too, and never an error of ours.
 */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteWriter } from '../../base/bytes.ts'
import { groupId, replicaId } from '../../base/ids.ts'
import type { LogEnd } from '../../base/log-end.ts'
import { FRAME_HEAD_BYTES } from '../../base/segments/frame.ts'
import { Guard } from '../../base/segments/guard.ts'
import { segmentName } from '../../base/segments/names.ts'
import { CrashDisk } from '../../base/testing/crash-disk.ts'
import type { Entry } from '../types.ts'
import type { GroupStates } from './group-state.ts'
import { decodeHead, encodeHead } from './head.ts'
import { type LogRecord, TURN_FRAME, writeRecord } from './record.ts'
import { type Scanned, scanLog } from './scan.ts'
import {
  entry as anyEntry,
  group as anyGroup,
  filed,
  hardState,
  replica,
} from './testing/arbitrary.ts'
import { founding } from './testing/fleet.ts'
import { type Forged, forgeSegment } from './testing/forged.ts'
import { mustOpen, open } from './testing/lives.ts'

const group = groupId(1)
const entry = (index: number): Entry => ({ index, term: 1, kind: 'data', data: new Uint8Array(5) })
const created: LogRecord = {
  group,
  created: replicaId(4),
  install: { image: founding.image, file: '' },
  hardState: founding.hardState,
  entries: [],
}

function turn(...records: readonly LogRecord[]): Uint8Array {
  const out = new ByteWriter().uint8(TURN_FRAME)
  for (const record of records) writeRecord(out, record)
  return out.finish()
}

const put = (...indexes: number[]) => turn({ group, entries: indexes.map(entry) })

function head(before?: Forged, states: GroupStates = new Map()): Uint8Array {
  const previousBytes = before?.bytes.length ?? 0
  return encodeHead({ previousBytes, previousChain: before?.chain ?? 0, states })
}

const oneGroup = (lastIndex: number): GroupStates => {
  const filedImage = { image: founding.image, file: '' }
  const state = { replica: replicaId(4), hardState: founding.hardState, lastIndex }
  return new Map([[group, { ...state, filed: filedImage }]])
}

const scan = (...segments: readonly Uint8Array[]) => scanFrom({ segment: 1, bytes: 0 }, segments)

function scanFrom(least: LogEnd, segments: readonly Uint8Array[]): Scanned | string {
  const disk = new CrashDisk()
  for (const [i, bytes] of segments.entries()) disk.put(segmentName(i + 1), bytes)
  const guard = new Guard(code => {
    throw new Error(code)
  })
  let answer: Scanned | string = 'nothing was said'
  const numbers = segments.map((_, i) => i + 1)
  scanLog({ disk, guard, store: 's1', least }, numbers, found => {
    answer = found
  })
  disk.settle()
  return answer
}

function mustScan(...segments: readonly Uint8Array[]): Scanned {
  const scanned = scan(...segments)
  if (typeof scanned === 'string') throw new Error(scanned)
  return scanned
}

test('a log that ends before what was noted of it is damaged, one that ends there is not', () => {
  const one = forgeSegment(1, [head(), turn(created), put(1, 2)])
  const two = forgeSegment(2, [head(one, oneGroup(2)), put(3)])
  const { length } = two.bytes
  const both = [one.bytes, two.bytes]
  for (const bytes of [0, length - 1, length]) {
    expect(scanFrom({ segment: 2, bytes }, both)).toMatchObject({ number: 3 })
  }
  expect(scanFrom({ segment: 1, bytes: one.bytes.length + 99 }, both)).toMatchObject({ number: 3 })
  const least = { segment: 2, bytes: length + 1 }
  expect(scanFrom(least, both)).toMatch(/log-0000000002 ends at byte \d+ and reached \d+ before/)
})

test('where the log ends is told with it', () => {
  const one = forgeSegment(1, [head(), turn(created), put(1, 2)])
  const torn = Uint8Array.from([...one.bytes, 1, 2, 3])
  expect(mustScan(torn).end).toEqual({ segment: 1, bytes: one.bytes.length })
})

const indexes = ({ groups }: Scanned) => groups.get(group)?.stored.entries.map(one => one.index)

test('segments that follow one another are one log', () => {
  const one = forgeSegment(1, [head(), turn(created), put(1, 2)])
  const two = forgeSegment(2, [head(one, oneGroup(2)), put(3)])
  const scanned = mustScan(one.bytes, two.bytes)
  expect(indexes(scanned)).toEqual([1, 2, 3])
  expect(scanned.number).toBe(3)
})

test('what stands behind the end that the next head tells is void', () => {
  const counts = forgeSegment(1, [head(), turn(created), put(1, 2)])
  const more = forgeSegment(1, [head(), turn(created), put(1, 2), put(3, 4)])
  const two = forgeSegment(2, [head(counts, oneGroup(2)), put(3)])
  expect(indexes(mustScan(more.bytes, two.bytes))).toEqual([1, 2, 3])
  const torn = Uint8Array.from([...counts.bytes, 1, 2, 3])
  expect(indexes(mustScan(torn, two.bytes))).toEqual([1, 2, 3])
})

test('a segment that ends elsewhere than the next head says is damage', () => {
  const counts = forgeSegment(1, [head(), turn(created), put(1, 2)])
  const other = forgeSegment(1, [head(), turn(created), put(1), put(2)])
  const two = forgeSegment(2, [head(counts, oneGroup(2)), put(3)])
  const short = counts.bytes.subarray(0, counts.bytes.length - 1)
  for (const bytes of [short, other.bytes, new Uint8Array(0)]) {
    expect(scan(bytes, two.bytes)).toMatch(/breaks|broken/)
  }
})

test('what nobody vouches for is written again behind the head, and only that', () => {
  const one = forgeSegment(1, [head(), turn(created), put(1), put(2)])
  const scanned = mustScan(one.bytes)
  const [first, ...tail] = scanned.payloads
  expect(tail).toEqual([put(2)])
  const { previousBytes, previousChain, states } = decodeHead(first as Uint8Array)
  const durable = forgeSegment(1, [head(), turn(created), put(1)])
  expect([previousBytes, previousChain]).toEqual([durable.bytes.length, durable.chain])
  expect(states.get(group)?.lastIndex).toBe(1)
  expect(indexes(scanned)).toEqual([1, 2])
})

test('frames of which none was vouched for are all written again', () => {
  const one = forgeSegment(1, [head(), turn(created), put(1), put(2)], () => 0)
  const { payloads } = mustScan(one.bytes)
  expect(payloads.slice(1)).toEqual([turn(created), put(1), put(2)])
  expect(decodeHead(payloads[0] as Uint8Array).states.size).toBe(0)
})

test('the log that is written again says the same, be it scanned again and again', () => {
  let segments: Uint8Array[] = [forgeSegment(1, [head(), turn(created), put(1), put(2)]).bytes]
  for (let life = 2; life < 6; life++) {
    const scanned = mustScan(...segments)
    expect(indexes(scanned)).toEqual([1, 2])
    segments = [...segments, forgeSegment(life, scanned.payloads, () => 0).bytes]
  }
})

test('a torn tail is left behind, a break that is vouched for is not', () => {
  const { bytes } = forgeSegment(1, [head(), turn(created), put(1), put(2), put(3)])
  const last = bytes.slice()
  last.fill(9, bytes.length - 3)
  expect(indexes(mustScan(last))).toEqual([1, 2])
  for (let at = bytes.length - put(2).length - 80; at > 0; at -= 7) {
    const hurt = bytes.slice()
    hurt[at] = (hurt[at] as number) ^ 1
    expect(scan(hurt)).toMatch(/break|broken/)
  }
})

test('bytes behind the last frame that vouch for nothing are a torn tail', () => {
  const { bytes } = forgeSegment(1, [head(), turn(created), put(1)])
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), noise => {
      expect(indexes(mustScan(Uint8Array.from([...bytes, ...noise])))).toEqual([1])
    }),
  )
})

test('a frame that follows another than the one before it is a torn tail', () => {
  const one = forgeSegment(1, [head(), turn(created), put(1), put(2)], () => 0)
  const other = forgeSegment(1, [
    head(),
    turn({ ...created, created: replicaId(5) }),
    put(7),
    put(8),
  ])
  const end = one.bytes.length - put(2).length - FRAME_HEAD_BYTES
  const mixed = one.bytes.slice()
  mixed.set(other.bytes.subarray(end), end)
  // The stranger vouches for the frame before it, which is whole: nothing promised is missing.
  expect(indexes(mustScan(mixed))).toEqual([1])
})

test('a head in the place of a turn, and a turn in the place of a head', () => {
  expect(scan(forgeSegment(1, [head(), head(), put(1)]).bytes)).toContain('a turn was expected')
  expect(scan(forgeSegment(1, [turn(created)]).bytes)).toContain('a head was expected')
})

test('a frame that vouches for half of another is damage', () => {
  const half = forgeSegment(1, [head(), turn(created), put(1)], offset => Math.max(0, offset - 3))
  expect(scan(half.bytes)).toContain('half of another')
})

test('a group that begins without its image or its hard state is damage', () => {
  const { install, hardState: state, ...bare } = created
  for (const record of [
    { ...bare, install },
    { ...bare, hardState: state },
  ]) {
    expect(scan(forgeSegment(1, [head(), turn(record)]).bytes)).toContain('begins without')
  }
})

const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined })
const anyRecord: fc.Arbitrary<LogRecord> = fc.record({
  group: fc.oneof({ weight: 5, arbitrary: fc.constant(group) }, { weight: 1, arbitrary: anyGroup }),
  isRemoved: fc.boolean(),
  created: maybe(replica),
  install: maybe(filed),
  hardState: maybe(hardState),
  entries: fc.array(anyEntry, { maxLength: 3 }),
  compact: maybe(filed),
})

test('well sealed nonsense is read or is damage, never an error of ours', () => {
  const answers = { whole: 0, damaged: 0 }
  const turns = fc.array(fc.array(anyRecord, { maxLength: 3 }), { maxLength: 4 })
  fc.assert(
    fc.property(turns, list => {
      const payloads = [head(), turn(created), ...list.map(records => turn(...records))]
      const scanned = scan(forgeSegment(1, payloads).bytes)
      answers[typeof scanned === 'string' ? 'damaged' : 'whole']++
    }),
    { numRuns: 1500 },
  )
  expect(answers.whole).toBeGreaterThan(10)
  expect(answers.damaged).toBeGreaterThan(100)
})

test('well sealed noise is damage, never an error of ours', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { minLength: 1 }), noise => {
      for (const payloads of [noise, [head(), ...noise.map(one => Uint8Array.from([2, ...one]))]]) {
        const { bytes } = forgeSegment(1, payloads)
        const scanned = scan(bytes)
        if (typeof scanned === 'string') expect(scanned.length).toBeGreaterThan(10)
      }
    }),
    { numRuns: 1500 },
  )
})

test('a folder whose files were overwritten with anything is opened or refused', () => {
  const made = new CrashDisk()
  const store = mustOpen(made)
  store.create(group, replicaId(1), founding, () => {})
  made.settle()
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.uint8Array({ maxLength: 90 }), (which, where, bytes) => {
      const disk = made.copy()
      const name = disk.names[which % disk.names.length] as string
      const content = disk.bytesOf(name)
      const at = where % (content.length + 1)
      disk.put(name, Uint8Array.from([...content.subarray(0, at), ...bytes]))
      const { refused } = open(disk)
      const codes = [undefined, 'log-damaged', 'store-damaged']
      expect(codes).toContain(refused?.code)
    }),
    { numRuns: 600 },
  )
})
