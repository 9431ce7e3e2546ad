/** What operators without state let through is as it came: all that a record has, of any kind. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteWriter } from '../../base/bytes.ts'
import { gatherRecords } from '../columns/gather.ts'
import { DELETE, INSERT, type Records, recordsOf, rowsOf, UPDATE } from '../columns/records.ts'
import { writeRecords } from '../columns/records-codec.ts'
import type { OperatorSpec } from '../plan/plan.ts'
import { Schema } from '../schema/schema.ts'
import { arrayOf, BIGINT, BOOLEAN, BYTES, decimal, TEXT } from '../schema/type.ts'
import { anyRecords } from '../testing/arbitrary.ts'
import { MadeCompiler, operatorOf, type Taken, taken } from './testing/taking.ts'

function bytesOf(records: Records): string {
  const out = new ByteWriter()
  writeRecords(out, records)
  return Buffer.from(out.finish()).toString('hex')
}

/** True for rows whose place is in the list; unknown for every fifth. */
const chosenBy = (choice: readonly boolean[]) =>
  new MadeCompiler({
    chosen: { type: BOOLEAN, of: (_, row) => (row % 5 === 4 ? null : (choice[row] ?? false)) },
    always: { type: BOOLEAN, of: () => true },
    never: { type: BOOLEAN, of: () => false },
    unknown: { type: BOOLEAN, of: () => null },
  })

const isChosen = (choice: readonly boolean[], row: number) =>
  row % 5 !== 4 && (choice[row] ?? false)

const anyChoice = fc.array(fc.boolean(), { maxLength: 12 })

const partOf = (records: Records, isIn: (row: number) => boolean) =>
  gatherRecords(records, Int32Array.from(rowsOf(records).keys()).filter(isIn))

describe('records of any schema, with nulls, kinds and origins', () => {
  const sameForAll: readonly OperatorSpec[] = [
    { kind: 'union' },
    { kind: 'key-by', key: [] },
    { kind: 'filter', where: 'always' },
    { kind: 'split', branches: [{ side: 'none', where: 'never' }] },
  ]

  test.each(sameForAll)('go through a $kind that wants all of them, to the byte', spec => {
    fc.assert(
      fc.property(anyRecords, records => {
        const out = taken(operatorOf(spec, records.schema, chosenBy([])), records)
        expect(out.main.map(bytesOf)).toEqual([bytesOf(records)])
        expect(out.failed).toEqual([])
      }),
    )
  })

  test('go through a filter if they are chosen; if not, they take back what they update', () => {
    fc.assert(
      fc.property(anyRecords, anyChoice, (records, choice) => {
        const operator = operatorOf(
          { kind: 'filter', where: 'chosen' },
          records.schema,
          chosenBy(choice),
        )
        const kindAt = (row: number) => records.kinds?.[row] ?? INSERT
        const goesOn = (row: number) => isChosen(choice, row) || kindAt(row) !== INSERT
        const kinds = records.kinds?.map((kind, row) => {
          return kind !== INSERT && !isChosen(choice, row) ? DELETE : kind
        })
        const wanted = partOf({ ...records, kinds }, goesOn)
        expect(taken(operator, records).main.map(bytesOf)).toEqual([bytesOf(wanted)])
      }),
    )
  })

  test('go to one edge of a split each, in order', () => {
    const branches = [
      { side: 'unknown', where: 'unknown' },
      { side: 'first', where: 'chosen' },
      { side: 'again', where: 'chosen' },
    ]
    fc.assert(
      fc.property(anyRecords, anyChoice, (records, choice) => {
        const compiler = chosenBy(choice)
        const out = taken(
          operatorOf({ kind: 'split', branches }, records.schema, compiler),
          records,
        )
        expect(out.main.map(bytesOf)).toEqual([
          bytesOf(partOf(records, row => !isChosen(choice, row))),
        ])
        expect((out.sides.get('first') ?? []).map(bytesOf)).toEqual([
          bytesOf(partOf(records, row => isChosen(choice, row))),
        ])
        expect([...out.rowsOf('again'), ...out.rowsOf('unknown')]).toEqual([])
      }),
    )
  })

  test('keep their kinds where each becomes other columns, or several records', () => {
    fc.assert(
      fc.property(anyRecords, records => {
        const compiler = new MadeCompiler({
          one: { type: BIGINT, of: () => 1 },
          twice: { type: arrayOf(BIGINT), of: () => [7, 8] },
        })
        const project = { kind: 'project', columns: [{ name: 'n', expression: 'one' }] } as const
        const [made] = taken(operatorOf(project, records.schema, compiler), records).main
        const { times, kinds, origin } = records
        expect(made).toMatchObject({ size: records.size, times, kinds, origin })
        const unnest = { kind: 'unnest', array: 'twice', as: 'one', keepEmpty: false } as const
        const doubled = taken(operatorOf(unnest, records.schema, compiler), records).rows
        const wanted = rowsOf(records).flatMap(({ values, ...rest }) =>
          [7, 8].map(one => ({ ...rest, values: [...values, one] })),
        )
        expect(doubled).toEqual(wanted)
      }),
    )
  })
})

describe('no record at all', () => {
  const schema = new Schema([{ name: 'list', type: arrayOf(TEXT) }])
  const none = recordsOf(schema, [])

  test.each<OperatorSpec>([
    { kind: 'filter', where: 'always' },
    { kind: 'project', columns: [{ name: 'list', expression: 'list' }] },
    { kind: 'project', columns: [] },
    { kind: 'unnest', array: 'list', as: 'one', keepEmpty: true },
    { kind: 'split', branches: [{ side: 'all', where: 'always' }] },
    { kind: 'union' },
  ])('becomes none: %j', spec => {
    const out = taken(operatorOf(spec, schema, chosenBy([])), none)
    expect([...out.rows, ...out.rowsOf('all'), ...out.failed]).toEqual([])
  })

  test('and a record without columns is still a record, with its time', () => {
    const empty = new Schema([])
    const records = recordsOf(empty, [
      { time: 5, values: [] },
      { time: 6, values: [], kind: DELETE },
    ])
    for (const spec of [{ kind: 'union' }, { kind: 'project', columns: [] }] as const) {
      expect(taken(operatorOf(spec, empty), records).rows).toEqual(rowsOf(records))
    }
  })
})

describe('records that take others back', () => {
  const schema = new Schema([
    { name: 'n', type: BIGINT },
    { name: 'list', type: arrayOf(BIGINT) },
  ])
  const rows = [INSERT, UPDATE, DELETE, DELETE].map((kind, at) => {
    return { time: at, values: [at, [at, 10 * at]], ...(kind === INSERT ? {} : { kind }) }
  })
  const kindsOf = (out: Taken) => out.rows.map(({ kind = INSERT }) => kind)

  test.each<[OperatorSpec, readonly number[]]>([
    [{ kind: 'filter', where: 'n >= 2' }, [DELETE, DELETE, DELETE]],
    [{ kind: 'filter', where: 'n >= 0' }, [INSERT, UPDATE, DELETE, DELETE]],
    [
      { kind: 'project', columns: [{ name: 'm', expression: 'n' }] },
      [INSERT, UPDATE, DELETE, DELETE],
    ],
    [{ kind: 'split', branches: [{ side: 'big', where: 'n >= 3' }] }, [INSERT, UPDATE, DELETE]],
    [
      { kind: 'unnest', array: 'list', as: 'one', keepEmpty: false },
      [INSERT, INSERT, UPDATE, UPDATE, DELETE, DELETE, DELETE, DELETE],
    ],
  ])('do so behind %j too', (spec, kinds) => {
    expect(kindsOf(taken(operatorOf(spec, schema), recordsOf(schema, rows)))).toEqual(kinds)
  })
})

describe('numbers beyond 2^53', () => {
  const schema = new Schema([
    { name: 'n', type: BIGINT },
    { name: 'price', type: decimal(38, 2) },
    { name: 'list', type: arrayOf(BIGINT) },
  ])
  const wide = 2n ** 63n - 1n
  const rows = [
    { time: 0, values: [wide, 10n ** 37n, [wide, null, 1]] },
    { time: 1, values: [1, -(10n ** 37n), []] },
    { time: 2, values: [-wide, null, null] },
  ]
  const records = recordsOf(schema, rows)

  test('stay what they are where only some records go on', () => {
    const compiler = new MadeCompiler({ odd: { type: BOOLEAN, of: (_, row) => row !== 1 } })
    const out = taken(operatorOf({ kind: 'filter', where: 'odd' }, schema, compiler), records)
    expect(out.rows).toEqual([rows[0], rows[2]])
  })

  test('come out of arrays as they were', () => {
    const spec = { kind: 'unnest', array: 'list', as: 'one', keepEmpty: true } as const
    const ones = taken(operatorOf(spec, schema), records).rows.map(({ values }) => values)
    expect(ones.map(values => [values[0], values[3]])).toEqual([
      [wide, wide],
      [wide, null],
      [wide, 1],
      [1, null],
      [-wide, null],
    ])
  })

  test('are computed from other columns without loss', () => {
    const columns = [
      { name: 'a', expression: 'price' },
      { name: 'b', expression: 'n' },
    ]
    const out = taken(operatorOf({ kind: 'project', columns }, schema), records)
    expect(out.rows.map(({ values }) => values)).toEqual(
      rows.map(({ values: [n, price] }) => [price, n]),
    )
  })
})

describe('arrays', () => {
  test('of many elements become as many records', () => {
    const schema = new Schema([
      { name: 'id', type: TEXT },
      { name: 'list', type: arrayOf(BIGINT) },
    ])
    const many = Array.from({ length: 20_000 }, (_, at) => at)
    const records = recordsOf(schema, [
      { time: 1, values: ['a', many] },
      { time: 2, values: ['b', [5]] },
    ])
    const spec = { kind: 'unnest', array: 'list', as: 'one', ordinality: 'at' } as const
    const [made] = taken(operatorOf({ ...spec, keepEmpty: false }, schema), records).main
    expect(made?.size).toBe(20_001)
    const rows = rowsOf(made as Records)
    expect(rows[19_999]?.values.slice(2)).toEqual([19_999, 20_000])
    expect(rows[20_000]).toEqual({ time: 2, values: ['b', [5], 5, 1] })
  })

  test('of arrays lose one level, and of bytes give bytes', () => {
    const schema = new Schema([{ name: 'list', type: arrayOf(arrayOf(BYTES)) }])
    const bytes = Uint8Array.of(1, 0)
    const records = recordsOf(schema, [{ time: 1, values: [[[bytes, null], null, []]] }])
    const spec = { kind: 'unnest', array: 'list', as: 'one', keepEmpty: false } as const
    const outer = operatorOf(spec, schema)
    const ones = taken(outer, records)
    expect(ones.rows.map(({ values }) => values[1])).toEqual([[bytes, null], null, []])
    const inner = operatorOf({ ...spec, array: 'one', as: 'two', keepEmpty: true }, outer.schema)
    const twos = taken(inner, ones.main[0] as Records).rows.map(({ values }) => values[2])
    expect(twos).toEqual([bytes, null, null, null])
  })
})
