/**
 * One value of JSON becomes a scalar of a type. The lexer has taken the value already: it is sound
 * and within the limits. Null is for the caller to see.
 */

import { wholeText } from '../../../base/bytes.ts'
import { LIST_MAX } from '../../../engine/columns/scalar-codec.ts'
import type { Scalar } from '../../../engine/columns/vector.ts'
import type { Type } from '../../../engine/schema/type.ts'
import {
  type Conversion,
  type ConversionOptions,
  conversionOf,
  wrongType,
} from '../convert/conversion.ts'
import { Trouble } from '../trouble.ts'
import {
  BACKSLASH,
  CLOSE_ARRAY,
  COMMA,
  type Lexer,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
} from './lexer.ts'
import { unescaped } from './tree.ts'

const TRUE = 0x74
const FALSE = 0x66
const NULL = 0x6e
const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

export interface Reading {
  /** The value from `start` to `end`, without space around it. */
  read(lexer: Lexer, start: number, end: number): Scalar | Trouble
}

export function isNullAt(bytes: Uint8Array, start: number): boolean {
  return bytes[start] === NULL
}

export function hasEscapes(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    if (bytes[at] === BACKSLASH) return true
  }
  return false
}

class ReadSingle implements Reading {
  readonly #type: Type
  readonly #conversion: Conversion

  constructor(type: Type, conversion: Conversion) {
    this.#type = type
    this.#conversion = conversion
  }

  read({ bytes }: Lexer, start: number, end: number): Scalar | Trouble {
    switch (bytes[start]) {
      case QUOTE:
        return this.#text(bytes, start + 1, end - 1)
      case TRUE:
      case FALSE:
        return this.#conversion.boolean(bytes[start] === TRUE)
      case OPEN_OBJECT:
        return wrongType(this.#type, 'object')
      case OPEN_ARRAY:
        return wrongType(this.#type, 'array')
      default:
        return this.#conversion.number(bytes, start, end)
    }
  }

  #text(bytes: Uint8Array, start: number, end: number): Scalar | Trouble {
    if (!hasEscapes(bytes, start, end)) return this.#conversion.text(bytes, start, end)
    const plain = encoder.encode(wholeText(unescaped(bytes, start, end)))
    return this.#conversion.text(plain, 0, plain.length)
  }
}

class ReadJson implements Reading {
  read({ bytes }: Lexer, start: number, end: number): Scalar {
    return decoder.decode(bytes.subarray(start, end))
  }
}

class ReadArray implements Reading {
  readonly #type: Type
  readonly #of: Reading

  constructor(type: Type, of: Reading) {
    this.#type = type
    this.#of = of
  }

  read(lexer: Lexer, start: number, end: number): Scalar | Trouble {
    const { bytes } = lexer
    if (bytes[start] === QUOTE) return wrongType(this.#type, 'text')
    if (bytes[start] === TRUE || bytes[start] === FALSE) return wrongType(this.#type, 'boolean')
    if (bytes[start] === OPEN_OBJECT) return wrongType(this.#type, 'object')
    if (bytes[start] !== OPEN_ARRAY) return wrongType(this.#type, 'number')
    return this.#elements(lexer, start, end)
  }

  #elements(lexer: Lexer, start: number, end: number): Scalar | Trouble {
    const { bytes } = lexer
    const elements: Scalar[] = []
    let at = lexer.space(start + 1, end)
    while (bytes[at] !== CLOSE_ARRAY) {
      const next = lexer.value(at, end, 0)
      const element = isNullAt(bytes, at) ? null : this.#of.read(lexer, at, next)
      if (element instanceof Trouble) return element
      if (elements.push(element) > LIST_MAX) {
        return new Trouble('out-of-range', `an array has more than ${LIST_MAX} elements`)
      }
      at = lexer.space(next, end)
      if (bytes[at] === COMMA) at = lexer.space(at + 1, end)
    }
    return elements
  }
}

export function readingOf(type: Type, options: ConversionOptions): Reading {
  if (type.kind === 'json') return new ReadJson()
  if (type.kind === 'array') return new ReadArray(type, readingOf(type.of, options))
  return new ReadSingle(type, conversionOf(type, options))
}
