/** Reading ahead: which batches the kernel reads, of which shapes, and what is left for later. */

import { describe, expect, test } from 'vitest'
import { BIGINT, JSON_TYPE, TEXT } from '../../../engine/schema/type.ts'
import type { Field } from '../format.ts'
import { fieldOf } from '../path.ts'
import { rawOf, rowsOf } from '../testing/raw.ts'
import { jsonColumnOf } from './column.ts'
import { Lexer } from './lexer.ts'
import { ShapeMemory } from './memory.ts'
import { treeOf } from './tree.ts'

const fields = [fieldOf({ name: 'a', type: BIGINT }), fieldOf({ name: 'b', type: TEXT })]

/** A memory, and batch after batch of it: which rows it knew, and what stands in them. */
function reading(some: readonly Field[] = fields, usesKernel = true) {
  const lexer = new Lexer()
  const columns = some.map(one => jsonColumnOf(one, lexer))
  const memory = new ShapeMemory(lexer, treeOf(some), columns, usesKernel)
  return (records: readonly string[]) => {
    const raw = rawOf(records, '7')
    lexer.attach(raw.bytes)
    for (const column of columns) column.begin(raw)
    memory.begin(raw)
    const before = columns.map(column => column.finish(raw.size))
    const ahead = rowsOf({ vectors: before, failures: [] }, raw.size)
    const known = records.map((_, row) => {
      const [start = 0, end = 0] = [raw.starts[row], raw.ends[row]]
      const isKnown = memory.scan(row, start, end)
      if (!isKnown) memory.maybeLearn(start, end)
      return isKnown
    })
    return { ahead, known }
  }
}

const same = (count: number, record: string) => Array.from({ length: count }, () => record)
const nothing = [null, null]

describe('a batch is read ahead', () => {
  test('once a shape is known, and not before', () => {
    const read = reading()
    expect(read(['{"a":1,"b":"x"}']).ahead).toEqual([nothing])
    const { ahead, known } = read(['{"a":2,"b":"y"}', '{"a":3,"b":"z"}'])
    expect(ahead).toEqual([
      [2, 'y'],
      [3, 'z'],
    ])
    expect(known).toEqual([true, true])
  })

  test('not where TypeScript is to read alone', () => {
    const read = reading(fields, false)
    read(['{"a":1,"b":"x"}'])
    const { ahead, known } = read(['{"a":2,"b":"y"}'])
    expect([ahead, known]).toEqual([[nothing], [true]])
  })

  test('but for what is odd in it, which the scanners know', () => {
    const read = reading()
    read(['{"a":1,"b":"x"}'])
    const { ahead, known } = read(['{"a":2,"b":"y"}', '{"a":3,"b":"\\n"}', '{"a":4,"b":"é"}'])
    expect(ahead).toEqual([[2, 'y'], nothing, nothing])
    expect(known).toEqual([true, true, true])
  })

  test('but for values that have no place in their column, which are for the slow path', () => {
    const read = reading([fieldOf({ name: 'a', type: BIGINT })])
    read(['{"a":1}'])
    expect(read(['{"a":2}', '{"a":1.5}']).known).toEqual([true, false])
    expect(read(['{"a":2}', '{"a":3}']).known).toEqual([true, true])
  })

  test('of all shapes that are known, at once', () => {
    const read = reading()
    read(['{"a":1,"b":"x"}', '{"b":"x"}', '{"a":1}'])
    const { ahead } = read(['{"a":2}', '{"b":"y"}', '{"a":3}', '{"a":4,"b":"z"}'])
    expect(ahead).toEqual([
      [2, null],
      [null, 'y'],
      [3, null],
      [4, 'z'],
    ])
  })

  test('not of shapes that only the scanners have', () => {
    const both = [
      fieldOf({ name: 'p', type: JSON_TYPE }),
      fieldOf({ name: 'a', type: BIGINT }, { from: 'p.a' }),
    ]
    const read = reading(both)
    read(['{"p":{"a":1}}'])
    const { ahead, known } = read(['{"p":{"a":2}}'])
    expect([ahead, known]).toEqual([[nothing], [true]])
  })
})

describe('where the kernel takes less than half', () => {
  const odd = '{"a":1,"b":"é"}'
  const sound = '{"a":2,"b":"y"}'

  test('the next sixteen batches are for the scanners, then it is tried again', () => {
    const read = reading()
    read([sound])
    expect(read([...same(3, odd), sound]).ahead[3]).toEqual([2, 'y'])
    for (let batch = 0; batch < 16; batch++) {
      const { ahead, known } = read([sound])
      expect([ahead, known]).toEqual([[nothing], [true]])
    }
    expect(read([sound]).ahead).toEqual([[2, 'y']])
    expect(read([sound]).ahead).toEqual([[2, 'y']])
  })

  test('and not where it takes half', () => {
    const read = reading()
    read([sound])
    read([odd, sound])
    expect(read([sound]).ahead).toEqual([[2, 'y']])
  })
})
