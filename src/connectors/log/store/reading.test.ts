/** Frames that are well sealed and make no sense: damage, and never an error of ours. */

import { expect, test } from 'vitest'
import { ByteWriter } from '../../../base/bytes.ts'
import { openFrame, sealFrame } from '../../../base/segments/frame.ts'
import { blocksOf } from '../state/block.ts'
import { writeOp } from '../state/codec.ts'
import { encodeHead } from '../state/head.ts'
import type { Op } from '../state/ops.ts'
import { LogReading } from './reading.ts'

const NOTHING = { numbers: 0, topics: [], producerNumbers: 0, producers: [] }
const joint = { previousBytes: 0, previousChain: 0 }

function frame(payload: Uint8Array): Uint8Array {
  const out = new ByteWriter()
  openFrame(out)
  const bytes = out.raw(payload).finish()
  sealFrame(bytes, { seed: 1, offset: 0, syncedTo: 0, chain: 1 })
  return bytes
}

function read(oldest: number, ...ops: readonly Op[]): LogReading {
  const reading = new LogReading(0)
  const head = reading.decodeHead(encodeHead({ ...joint, oldest, state: NOTHING }))
  reading.begin(head)
  reading.segment(1, 100)
  const out = new ByteWriter().uint8(2)
  for (const op of ops) writeOp(out, op, () => {})
  const bytes = frame(out.finish())
  reading.takeFrames({ bytes, from: 0, to: bytes.length, shift: 0 })
  reading.finish()
  return reading
}

const topic: Op = { kind: 'create', topic: 't', partitions: 1, settings: {} }
const record = { key: null, value: null, headers: [], timestampMs: 1 }
const parts = [{ partition: 1, blocks: blocksOf([record]) }]
const begun: Op = { kind: 'begin', id: 'p', timeoutMs: 1 }
const [block] = blocksOf([record])
if (block === undefined) throw new Error('a record makes a block')

const senseless: readonly (readonly [string, readonly Op[]])[] = [
  ['a topic that is there already', [topic, topic]],
  ['a topic that is not there, dropped', [{ kind: 'drop', topic: 't' }]],
  ['records for no partition', [{ kind: 'append', parts }]],
  ['a transaction of nobody', [topic, { kind: 'send', producer: 1, parts }]],
  ['a transaction for no partition', [begun, { kind: 'send', producer: 1, parts }]],
  ['the end of a transaction of nobody', [{ kind: 'end', producer: 1, verdict: 'commit' }]],
  ['somebody unknown who took too long', [{ kind: 'expire', producer: 1 }]],
  ['what is forgotten of no partition', [{ kind: 'forget', partition: 1, before: 0 }]],
  [
    'a block that is moved in no partition',
    [{ kind: 'move', partition: 1, block: { ...block, first: 0, producer: 0, verdict: 'commit' } }],
  ],
  [
    'records for what was dropped',
    [topic, { kind: 'drop', topic: 't' }, { kind: 'append', parts }],
  ],
]

test.each(senseless)('%s', (_, ops) => {
  expect(() => read(1, ...ops)).toThrow('malformed-bytes')
})

test('what makes sense is taken, and blocks know where they stand', () => {
  const { ledger } = read(1, topic, begun, { kind: 'send', producer: 1, parts })
  const found = ledger.partition(1)
  expect([found?.end, found?.bound('committed'), ledger.blocks]).toEqual([1, 0, 1])
  expect(found?.blocks[0]?.segment).toBe(1)
  expect(found?.blocks[0]?.at).toBeGreaterThan(24)
})

test('a segment that is needed and not there is damage', () => {
  const reading = new LogReading(0)
  reading.begin(reading.decodeHead(encodeHead({ ...joint, oldest: 3, state: NOTHING })))
  reading.segment(4, 100)
  expect(() => reading.finish()).toThrow('log-0000000003 is not there')
})

test('a frame that is no turn is damage', () => {
  const reading = new LogReading(0)
  const bytes = frame(Uint8Array.of(7))
  const walked = { bytes, from: 0, to: bytes.length, shift: 0 }
  expect(() => reading.takeFrames(walked)).toThrow('a turn was expected')
})
