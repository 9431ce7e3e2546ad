/** One column in the making, out of values of JSON that the lexer has taken already. */

import { RECORD_MS } from '../../../base/calendar.ts'
import { unreachable } from '../../../base/errors.ts'
import {
  type Builder,
  builderOf,
  NumberBuilder,
  TextBuilder,
} from '../../../engine/columns/builder.ts'
import type { Vector } from '../../../engine/columns/vector.ts'
import type { Type } from '../../../engine/schema/type.ts'
import type { ConversionOptions } from '../convert/conversion.ts'
import type { Field, RawRecords, TimeUnit } from '../format.ts'
import { Trouble } from '../trouble.ts'
import { type Lexer, QUOTE } from './lexer.ts'
import { hasEscapes, isNullAt, type Reading, readingOf } from './reading.ts'
import { unescaped } from './tree.ts'

export interface JsonColumn {
  readonly type: Type
  begin(raw: RawRecords): void
  put(row: number, start: number, end: number): Trouble | undefined
  setNull(row: number): void
  finish(size: number): Vector
}

abstract class OneColumn<B extends Builder> implements JsonColumn {
  readonly type: Type
  readonly lexer: Lexer
  readonly #reading: Reading
  protected abstract builder: B

  constructor(type: Type, lexer: Lexer, reading: Reading) {
    this.type = type
    this.lexer = lexer
    this.#reading = reading
  }

  abstract begin(raw: RawRecords): void

  put(row: number, start: number, end: number): Trouble | undefined {
    if (isNullAt(this.lexer.bytes, start)) {
      this.builder.setNull(row)
      return undefined
    }
    const value = this.#reading.read(this.lexer, start, end)
    if (value instanceof Trouble) return value
    this.builder.set(row, value)
    return undefined
  }

  setNull(row: number): void {
    this.builder.setNull(row)
  }

  finish(size: number): Vector {
    return this.builder.finish(size)
  }
}

class AnyColumn extends OneColumn<Builder> {
  protected override builder = builderOf(this.type, 0)

  override begin({ size }: RawRecords): void {
    this.builder = builderOf(this.type, size)
  }
}

/** How whole numbers of at most 15 digits become what stands in the column. */
interface Scaling {
  /** 10 to the power of the places behind the point that the column keeps. */
  readonly times: number
  readonly min: number
  readonly max: number
}

/** All types that are numbers in columns, except DATE: a number of JSON is not one of those. */
export class NumberColumn extends OneColumn<NumberBuilder> {
  readonly #scaling: Scaling
  protected override builder = new NumberBuilder(0)

  constructor(type: Type, lexer: Lexer, reading: Reading, scaling: Scaling) {
    super(type, lexer, reading)
    this.#scaling = scaling
  }

  override begin({ size }: RawRecords): void {
    this.builder = new NumberBuilder(size)
  }

  /** False: out of range, and nothing is set. */
  putWhole(row: number, value: number): boolean {
    const { times, min, max } = this.#scaling
    const scaled = value * times
    if (scaled < min || scaled > max) return false
    this.builder.setNumber(row, scaled)
    return true
  }

  /** `digits` with so many of them behind the point. False: not so simple, and nothing is set. */
  putFraction(row: number, digits: number, places: number): boolean {
    const power = POWERS[places] as number
    if (this.type.kind === 'double') {
      this.builder.setNumber(row, digits / power)
      return true
    }
    const { times, min, max } = this.#scaling
    const scaled = digits * (times / power)
    const isExact = times >= power && scaled >= min && scaled <= max
    if (isExact) this.builder.setNumber(row, scaled)
    return isExact
  }
}

/** Powers of ten that are exact. */
const POWERS = Float64Array.from({ length: 16 }, (_, power) => 10 ** power)

/** TEXT and JSON: parts of the records where nothing has to be unescaped. */
export class PartColumn extends OneColumn<TextBuilder> {
  override builder = new TextBuilder(0)

  override begin({ size, bytes }: RawRecords): void {
    this.builder = new TextBuilder(size, bytes)
  }

  override put(row: number, start: number, end: number): Trouble | undefined {
    const { bytes } = this.lexer
    if (isNullAt(bytes, start)) this.builder.setNull(row)
    else if (this.type.kind === 'json') this.builder.setPart(row, start, end)
    else if (bytes[start] === QUOTE && !hasEscapes(bytes, start, end)) {
      this.builder.setPart(row, start + 1, end - 1)
    } else if (bytes[start] === QUOTE) {
      this.builder.setText(row, unescaped(bytes, start + 1, end - 1))
    } else return super.put(row, start, end)
    return undefined
  }
}

const UNIT_TIMES: Readonly<Record<TimeUnit, number>> = { s: 1000, ms: 1, us: 0 }

/** Undefined: no number of JSON is so simple. */
function scalingOf({ type, unit = 'ms' }: Field): Scaling | undefined {
  const symmetric = (max: number, times = 1) => ({ times, min: -max, max })
  const safe = Number.MAX_SAFE_INTEGER
  switch (type.kind) {
    case 'integer':
      return { times: 1, min: -(2 ** 31), max: 2 ** 31 - 1 }
    case 'bigint':
    case 'months':
      return symmetric(safe)
    case 'double':
      return symmetric(Infinity)
    case 'decimal':
      return type.scale > 15
        ? undefined
        : symmetric(Math.min(safe, 10 ** type.precision - 1), 10 ** type.scale)
    case 'timestamp':
    case 'timestamptz':
      return unit === 'us' ? undefined : { ...RECORD_MS, times: UNIT_TIMES[unit] }
    case 'interval':
      return unit === 'us' ? undefined : symmetric(safe, UNIT_TIMES[unit])
    case 'boolean':
    case 'date':
    case 'text':
    case 'bytes':
    case 'json':
    case 'array':
      return undefined
    default:
      return unreachable(type)
  }
}

type Texts = Pick<ConversionOptions, 'lenient' | 'notFinite'>

export function jsonColumnOf(field: Field, lexer: Lexer, texts: Texts = {}): JsonColumn {
  const { type, unit } = field
  const reading = readingOf(type, { unit, ...texts })
  const scaling = scalingOf(field)
  if (scaling !== undefined) return new NumberColumn(type, lexer, reading, scaling)
  const isPart = type.kind === 'text' || type.kind === 'json'
  return isPart ? new PartColumn(type, lexer, reading) : new AnyColumn(type, lexer, reading)
}
