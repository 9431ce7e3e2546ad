/** Our own codecs of Fetch and Produce: what they write, and what they make of answers. */

import { expect, test } from 'vitest'
import { WireReader, WireWriter } from '../batch/wire.ts'
import { decodedFetch, encodedFetch, type FetchQuestion } from './fetch.ts'
import { decodedProduce, encodedProduce } from './produce.ts'

const question: FetchQuestion = {
  topic: 'tö',
  partition: 3,
  offset: 2 ** 40 + 1,
  isCommitted: true,
  maxBytes: 1000,
  waitMs: 50,
}

test('a fetch says which partition, from where, how much, how long, how isolated', () => {
  const reader = new WireReader(encodedFetch(question))
  expect([reader.int32(), reader.int32(), reader.int32(), reader.int32(), reader.int8()]).toEqual([
    -1, 50, 1, 1000, 1,
  ])
  expect([reader.int32(), reader.int32()]).toEqual([0, -1])
  expect([reader.int32(), reader.text(), reader.int32()]).toEqual([1, 'tö', 1])
  expect([reader.int32(), reader.int32(), reader.int64(), reader.int64()]).toEqual([
    3,
    -1,
    question.offset,
    -1,
  ])
  expect([reader.int32(), reader.int32(), reader.text(), reader.left]).toEqual([1000, 0, '', 0])
  const uncommitted = encodedFetch({ ...question, isCommitted: false })
  expect(uncommitted[16]).toBe(0)
})

interface Answer {
  readonly topic?: string
  readonly partition?: number
  readonly whole?: number
  readonly error?: number
  readonly aborted?: readonly (readonly [number, number])[]
  readonly bytes?: Buffer | null
}

function answered(answer: Answer): Buffer {
  const { topic = 'tö', partition = 3, whole = 0, error = 0, aborted, bytes = null } = answer
  const writer = new WireWriter().int32(0).int16(whole).int32(0)
  writer.int32(1).text(topic).int32(1).int32(partition).int16(error)
  writer.int64(90).int64(80).int64(10)
  writer.int32(aborted?.length ?? -1)
  for (const [producerId, first] of aborted ?? []) writer.int64(producerId).int64(first)
  writer.int32(-1).int32(bytes?.length ?? -1)
  return writer.raw(bytes ?? Buffer.alloc(0)).view()
}

test('an answer holds bytes, what was aborted, and the end that goes with the isolation', () => {
  const bytes = Buffer.from('records')
  const answer = answered({ aborted: [[7, 1]], bytes })
  const aborted = [{ producerId: 7, firstOffset: 1 }]
  expect(decodedFetch(answer, question)).toEqual({ bytes, aborted, seenEnd: 80 })
  const uncommitted = { ...question, isCommitted: false }
  expect(decodedFetch(answer, uncommitted)).toEqual({ bytes, aborted: [], seenEnd: 90 })
  expect(decodedFetch(answered({}), question)).toEqual({
    bytes: Buffer.alloc(0),
    aborted: [],
    seenEnd: 80,
  })
})

test('errors of the whole and of the partition, and answers to others, are refused', () => {
  const code = (answer: Answer) => () => decodedFetch(answered(answer), question)
  expect(code({ whole: 29 })).toThrow(expect.objectContaining({ code: 'not-authorized' }))
  expect(code({ error: 1 })).toThrow(expect.objectContaining({ code: 'offset-out-of-range' }))
  expect(code({ topic: 'x' })).toThrow(/another topic/)
  expect(code({ partition: 4 })).toThrow(/another partition/)
  expect(() => decodedFetch(answered({}).subarray(0, 40), question)).toThrow(/end too early/)
})

test('whom a quota holds back is told of no topic, and that nothing is there yet', () => {
  const held = (ms: number) => new WireWriter().int32(ms).int16(0).int32(0).int32(0).view()
  const { offset } = question
  const nothing = { bytes: Buffer.alloc(0), aborted: [], seenEnd: offset }
  expect(decodedFetch(held(70), question)).toEqual(nothing)
  expect(() => decodedFetch(held(0), question)).toThrow(/another topic/)
})

test('a produce has one batch for each partition, by topics', () => {
  const batches = [
    { topic: 'a', partition: 0, batch: Buffer.from('one') },
    { topic: 'b', partition: 5, batch: Buffer.from('three') },
    { topic: 'a', partition: 1, batch: Buffer.from('two') },
  ]
  const bytes = encodedProduce({ transactionalId: 'id', timeoutMs: 77, batches })
  const reader = new WireReader(bytes)
  expect([reader.text(), reader.int16(), reader.int32(), reader.int32()]).toEqual(['id', -1, 77, 2])
  const batch = () => [reader.int32(), reader.raw(reader.int32()).toString()]
  expect([reader.text(), reader.int32(), batch(), batch()]).toEqual([
    'a',
    2,
    [0, 'one'],
    [1, 'two'],
  ])
  expect([reader.text(), reader.int32(), batch(), reader.left]).toEqual(['b', 1, [5, 'three'], 0])
  const nobody = encodedProduce({ transactionalId: null, timeoutMs: 1, batches: [] })
  expect(nobody.readInt16BE(0)).toBe(-1)
})

test('the answer says of each partition what came of it', () => {
  const writer = new WireWriter().int32(2)
  const partition = (number: number, error: number, offset: number) =>
    writer.int32(number).int16(error).int64(offset).int64(-1).int64(0)
  writer.text('a').int32(2)
  partition(0, 0, 2 ** 33)
  partition(1, 6, -1)
  writer.text('b').int32(1)
  partition(5, 0, 8)
  const answer = Buffer.from(writer.int32(0).view())
  expect(decodedProduce(answer)).toEqual([
    { topic: 'a', partition: 0, error: 0, offset: 2 ** 33 },
    { topic: 'a', partition: 1, error: 6, offset: -1 },
    { topic: 'b', partition: 5, error: 0, offset: 8 },
  ])
  expect(() => decodedProduce(Buffer.concat([answer, Buffer.alloc(1)]))).toThrow(/longer/)
})
