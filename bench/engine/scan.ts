/**
 * What it costs to make columns of JSON, next to `JSON.parse` of the same records: both in turns,
 * in one process, so that whatever disturbs one disturbs the other.
 */

import type { RawRecords } from '../../src/connectors/formats/format.ts'
import { JsonDecoder } from '../../src/connectors/formats/json/decoder.ts'
import { JsonEncoder } from '../../src/connectors/formats/json/encoder.ts'
import { fieldOf } from '../../src/connectors/formats/path.ts'
import type { Records } from '../../src/engine/columns/records.ts'
import { Schema } from '../../src/engine/schema/schema.ts'
import { DOUBLE, INTEGER, TEXT, TIMESTAMPTZ } from '../../src/engine/schema/type.ts'
import type { Trial } from '../frame/bench.ts'
import { shown } from '../frame/report.ts'
import { judgedValue } from '../frame/target.ts'
import { batchOf, type Variation, variations } from './scan-records.ts'

const BATCH_RECORDS = 1000
const BATCHES = 10
const NS_PER_US = 1000
const QUICK_LEAST = 3.5

interface Work {
  readonly name: string
  run(): void
}

/**
 * Nanoseconds of processor for each record, of each work: the middle of so many turns. Not of the
 * clock on the wall: others may run on the machine.
 */
export function measured(works: readonly Work[], records: number, turns: number): number[] {
  const all = works.map(() => [] as number[])
  for (let turn = 0; turn < turns; turn++) {
    works.forEach(({ run }, at) => {
      const before = process.cpuUsage()
      run()
      const { user, system } = process.cpuUsage(before)
      all[at]?.push(((user + system) * NS_PER_US) / records)
    })
  }
  // The first quarter of the turns is warming up.
  return all.map(times => {
    const late = times.slice(times.length >> 2).sort((a, b) => a - b)
    return late[late.length >> 1] ?? Number.NaN
  })
}

const isNested = ({ name }: Variation) => name === 'wanted fields in nested objects'

const wanted = (inside: boolean) => [
  fieldOf({ name: 'user', type: TEXT }, { from: inside ? 'payload.user' : 'user' }),
  fieldOf({ name: 'ts', type: TIMESTAMPTZ }, { from: inside ? 'payload.ts' : 'ts' }),
  fieldOf({ name: 'status', type: INTEGER }, { from: inside ? 'payload.meta.status' : 'status' }),
]

const everything = [
  ...wanted(false),
  ...['page', 'country', 'referrer', 'session'].map(name => fieldOf({ name, type: TEXT })),
  fieldOf({ name: 'ms', type: DOUBLE }),
]

/** Keeps the results of both alive, so that none is left out as useless. */
let kept: unknown

function parseAll(batches: readonly RawRecords[]): Work {
  const buffers = batches.flatMap(({ bytes, size, starts, ends }) =>
    Array.from({ length: size }, (_, row) =>
      Buffer.from(bytes.buffer, bytes.byteOffset).subarray(starts[row], ends[row]),
    ),
  )
  const run = () => {
    for (const buffer of buffers) {
      kept = JSON.parse(buffer.toString())
    }
  }
  return { name: 'JSON.parse', run }
}

function decodeAll(batches: readonly RawRecords[], decoder: JsonDecoder, name: string): Work {
  const run = () => {
    for (const batch of batches) {
      kept = decoder.decode(batch)
    }
  }
  return { name, run }
}

function encodeAll(batches: readonly Records[]): readonly Work[] {
  const [first] = batches
  if (first === undefined) return []
  const encoder = new JsonEncoder(first.schema)
  const objects = batches.flatMap(records => {
    const { bytes, size, starts, ends } = encoder.encode(records)
    const texts = Array.from({ length: size }, (_, row) =>
      Buffer.from(bytes.subarray(starts[row], ends[row])).toString(),
    )
    return texts.map(text => JSON.parse(text) as unknown)
  })
  const stringify = () => {
    for (const one of objects) {
      kept = Buffer.from(JSON.stringify(one))
    }
  }
  const encode = () => {
    for (const records of batches) {
      kept = encoder.encode(records)
    }
  }
  return [
    { name: 'Buffer.from(JSON.stringify)', run: stringify },
    { name: 'encoder', run: encode },
  ]
}

const batchesOf = (variation: Variation, count: number): readonly RawRecords[] =>
  Array.from({ length: count }, (_, at) => batchOf(variation, BATCH_RECORDS, at))

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

interface Row {
  readonly name: string
  readonly parseNs: number
  readonly decodeNs: number
  readonly slowNs: number
  readonly allNs: number
}

function rowOf(variation: Variation, turns: number, count: number): Row {
  const batches = batchesOf(variation, count)
  const fields = wanted(isNested(variation))
  const works = [
    parseAll(batches),
    decodeAll(batches, new JsonDecoder(fields), 'three fields'),
    decodeAll(batches, new JsonDecoder(fields, { learns: false }), 'slow path'),
    decodeAll(batches, new JsonDecoder(everything), 'all fields'),
  ]
  const [parseNs = 0, decodeNs = 0, slowNs = 0, allNs = 0] = measured(
    works,
    count * BATCH_RECORDS,
    turns,
  )
  return { name: variation.name, parseNs, decodeNs, slowNs, allNs }
}

function decodedRecords(count: number): readonly Records[] {
  const [plain] = variations
  if (plain === undefined) return []
  const schema = new Schema(everything.map(({ name, type }) => ({ name, type })))
  return batchesOf(plain, count).map(raw => {
    const { vectors } = new JsonDecoder(everything).decode(raw)
    return { schema, size: raw.size, vectors, times: new Float64Array(raw.size) }
  })
}

const HEAD = ['records', 'JSON.parse ns', 'three fields ns', 'x', 'eight fields ns', 'slow path ns']

export function scanned(turns: number, batches = BATCHES) {
  const rows = variations.map(variation => rowOf(variation, turns, batches))
  const records = batches * BATCH_RECORDS
  const [stringifyNs = 0, encodeNs = 0] = measured(
    encodeAll(decodedRecords(batches)),
    records,
    turns,
  )
  const lines = [
    line(HEAD),
    line(HEAD.map(() => '---')),
    ...rows.map(({ name, parseNs, decodeNs, slowNs, allNs }) =>
      line([name, ...[parseNs, decodeNs, parseNs / decodeNs, allNs, slowNs].map(shown)]),
    ),
    '',
    `Eight columns into JSON: ${shown(encodeNs)} ns a record; Buffer.from(JSON.stringify(one)): ` +
      `${shown(stringifyNs)} ns.`,
  ]
  return { rows, lines, isKept: kept !== undefined }
}

const TURNS_A_SECOND = 12

export const scan: Trial = {
  name: 'scan',
  run: ({ options }) => {
    const { rows, lines } = scanned(Math.ceil(options.seconds * TURNS_A_SECOND))
    const [one] = rows
    const target = {
      name: 'JSON into three columns of eight fields',
      wanted: `at least ${QUICK_LEAST} x JSON.parse`,
      unit: 'x',
      isMet: (value: number) => value >= QUICK_LEAST,
    }
    const ratio = one && one.parseNs / one.decodeNs
    const judgements = [judgedValue(target, ratio)]
    return Promise.resolve({ trial: 'scan', lines, details: rows, judgements })
  },
}
