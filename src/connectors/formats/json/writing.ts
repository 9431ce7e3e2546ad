/** How each type is written in JSON: one small object a column, no object a record. */

import { unreachable } from '../../../base/errors.ts'
import { decimalText } from '../../../engine/columns/decimal.ts'
import type {
  BooleanVector,
  BytesVector,
  ListVector,
  NumberVector,
  Scalar,
  TextVector,
  Vector,
} from '../../../engine/columns/vector.ts'
import type { DecimalType, Type } from '../../../engine/schema/type.ts'
import { monthsText, spanText } from '../convert/duration.ts'
import { dateText } from '../convert/text.ts'
import type { JsonOut } from './out.ts'

/** TIMESTAMPs as texts of ISO 8601, or as milliseconds since 1970. */
export type MomentForm = 'iso' | 'ms'

export interface Writing {
  /** A row that is not null. */
  row(out: JsonOut, vector: Vector, row: number): void
  /** A scalar that is not null: an element of an array. */
  scalar(out: JsonOut, value: Scalar): void
}

class WriteBoolean implements Writing {
  row(out: JsonOut, vector: BooleanVector, row: number): void {
    out.boolean(vector.flags[row] === 1)
  }

  scalar(out: JsonOut, value: Scalar): void {
    out.boolean(value === true)
  }
}

/** All that is a number in columns, and never wide. */
class WriteNumber implements Writing {
  readonly #write: (out: JsonOut, value: number) => void

  constructor(write: (out: JsonOut, value: number) => void) {
    this.#write = write
  }

  row(out: JsonOut, vector: NumberVector, row: number): void {
    this.#write(out, vector.numbers[row] as number)
  }

  scalar(out: JsonOut, value: Scalar): void {
    this.#write(out, value as number)
  }
}

class WriteBigint implements Writing {
  row(out: JsonOut, vector: NumberVector, row: number): void {
    const wide = vector.wide?.get(row)
    if (wide === undefined) out.whole(vector.numbers[row] as number)
    else out.ascii(wide.toString())
  }

  scalar(out: JsonOut, value: Scalar): void {
    if (typeof value === 'bigint') out.ascii(value.toString())
    else out.whole(value as number)
  }
}

class WriteDecimal implements Writing {
  readonly #scale: number

  constructor({ scale }: DecimalType) {
    this.#scale = scale
  }

  row(out: JsonOut, vector: NumberVector, row: number): void {
    this.scalar(out, vector.wide?.get(row) ?? (vector.numbers[row] as number))
  }

  scalar(out: JsonOut, value: Scalar): void {
    out.ascii(decimalText(value as number | bigint, this.#scale))
  }
}

class WriteText implements Writing {
  row(out: JsonOut, { starts, ends, source, strings }: TextVector, row: number): void {
    const start = starts[row] as number
    if (start < 0) out.text(strings[row] as string)
    else out.part(source, start, ends[row] as number)
  }

  scalar(out: JsonOut, value: Scalar): void {
    out.text(value as string)
  }
}

class WriteJson implements Writing {
  row(out: JsonOut, { starts, ends, source, strings }: TextVector, row: number): void {
    const start = starts[row] as number
    if (start < 0) this.scalar(out, strings[row] as string)
    else out.json(source, start, ends[row] as number)
  }

  scalar(out: JsonOut, value: Scalar): void {
    const bytes = utf8.encode(value as string)
    out.json(bytes, 0, bytes.length)
  }
}

class WriteBytes implements Writing {
  row(out: JsonOut, vector: BytesVector, row: number): void {
    out.base64(vector.values[row] as Uint8Array)
  }

  scalar(out: JsonOut, value: Scalar): void {
    out.base64(value as Uint8Array)
  }
}

class WriteList implements Writing {
  readonly #of: Writing

  constructor(of: Writing) {
    this.#of = of
  }

  row(out: JsonOut, vector: ListVector, row: number): void {
    this.scalar(out, vector.values[row] as readonly Scalar[])
  }

  scalar(out: JsonOut, value: Scalar): void {
    const elements = value as readonly Scalar[]
    out.byte(0x5b)
    elements.forEach((element, at) => {
      if (at > 0) out.byte(0x2c)
      if (element === null) out.null()
      else this.#of.scalar(out, element)
    })
    out.byte(0x5d)
  }
}

const utf8 = new TextEncoder()
const whole = new WriteNumber((out, value) => out.whole(value))
const double = new WriteNumber((out, value) => out.double(value))
const date = new WriteNumber((out, value) => out.text(dateText(value)))
const timestamp = new WriteNumber((out, value) => out.moment(value, false))
const timestamptz = new WriteNumber((out, value) => out.moment(value, true))
const interval = new WriteNumber((out, value) => out.text(spanText(value)))
const months = new WriteNumber((out, value) => out.text(monthsText(value)))

export function writingOf(type: Type, moments: MomentForm): Writing {
  switch (type.kind) {
    case 'boolean':
      return new WriteBoolean()
    case 'integer':
      return whole
    case 'bigint':
      return new WriteBigint()
    case 'decimal':
      return new WriteDecimal(type)
    case 'double':
      return double
    case 'text':
      return new WriteText()
    case 'json':
      return new WriteJson()
    case 'bytes':
      return new WriteBytes()
    case 'date':
      return date
    case 'timestamp':
      return moments === 'iso' ? timestamp : whole
    case 'timestamptz':
      return moments === 'iso' ? timestamptz : whole
    case 'interval':
      return interval
    case 'months':
      return months
    case 'array':
      return new WriteList(writingOf(type.of, moments))
    default:
      return unreachable(type)
  }
}
