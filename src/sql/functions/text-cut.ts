/** Texts cut, padded, put together. Places are counted from 1, as everywhere in SQL. */

import type { Scalar } from '../../engine/columns/vector.ts'
import { arrayOf, TEXT, type Type } from '../../engine/schema/type.ts'
import { Failure } from '../value/failure.ts'
import { Joined } from '../value/joined.ts'
import { ARRAY_LENGTH_MAX, TEXT_LENGTH_MAX, tooLong, tooMany } from '../value/size.ts'
import { toTextOf } from '../value/text.ts'
import type { Whole } from '../value/whole.ts'
import { characters, countOf, sliced } from './characters.ts'
import type { FunctionEntry } from './entry.ts'
import { anything, example, scalar, text, whole } from './params.ts'

/** Far away is far away: such places are beyond any text. */
const FAR = 2 ** 40
const near = (place: Whole): number => Math.min(Math.max(Number(place), -FAR), FAR)

function substring(of: string, start: Whole, length?: Whole): string | Failure {
  const from = near(start) - 1
  if (length === undefined) return sliced(of, Math.max(from, 0), of.length)
  if (length < 0) return new Failure('sql-argument', 'A substring has no length below zero')
  return sliced(of, Math.max(from, 0), Math.max(from + near(length), 0))
}

/** Below zero: all but so many at the other end, as in Postgres. */
function left(of: string, count: Whole): string {
  const wanted = near(count)
  return sliced(of, 0, wanted >= 0 ? wanted : Math.max(countOf(of) + wanted, 0))
}

function right(of: string, count: Whole): string {
  const wanted = near(count)
  const size = countOf(of)
  return sliced(of, wanted >= 0 ? Math.max(size - wanted, 0) : Math.min(-wanted, size), size)
}

/** The filling for so many characters. */
function filling(fill: string, count: number): string {
  const pieces = characters(fill)
  const whole = fill.repeat(Math.floor(count / pieces.length))
  return whole + pieces.slice(0, count % pieces.length).join('')
}

function padded(of: string, length: Whole, fill: string, atStart: boolean): string | Failure {
  const wanted = Math.max(near(length), 0)
  if (wanted > TEXT_LENGTH_MAX) return tooLong
  const size = countOf(of)
  if (wanted <= size) return sliced(of, 0, wanted)
  if (fill === '') return of
  const extra = filling(fill, wanted - size)
  return atStart ? extra + of : of + extra
}

function trimmed(of: string, set: string, sides: 'start' | 'end' | 'both'): string {
  const dropped = new Set(characters(set))
  const all = characters(of)
  let from = 0
  let to = all.length
  if (sides !== 'end') while (from < to && dropped.has(all[from] as string)) from++
  if (sides !== 'start') while (to > from && dropped.has(all[to - 1] as string)) to--
  return all.slice(from, to).join('')
}

function trims(name: string, aliases: string[], sides: 'start' | 'end' | 'both'): FunctionEntry {
  const where = { start: 'at the start', end: 'at the end', both: 'at both ends' }[sides]
  const results = { start: 'abxx', end: 'xxab', both: 'ab' }
  return {
    name,
    aliases,
    group: 'Text',
    about: `Without the blanks, or the given characters, ${where}.`,
    examples: [
      example(`${name}('xxabxx', 'x')`, results[sides]),
      example(`length(${name}('  a '))`, { start: '2', end: '3', both: '1' }[sides]),
    ],
    overloads: [
      {
        params: [text('text'), text('characters')],
        optional: 1,
        result: TEXT,
        run: scalar((of: string, set?: string) => trimmed(of, set ?? ' ', sides)),
      },
    ],
  }
}

function pads(name: string, atStart: boolean): FunctionEntry {
  return {
    name,
    group: 'Text',
    about: `Filled ${atStart ? 'at the start' : 'at the end'} up to a length, or cut to it.`,
    examples: [
      example(`${name}('7', 3, '0')`, atStart ? '007' : '700'),
      example(`${name}('abc', 2)`, 'ab'),
    ],
    overloads: [
      {
        params: [text('text'), whole('length'), text('fill')],
        optional: 1,
        result: TEXT,
        run: scalar((of: string, length: Whole, fill?: string) =>
          padded(of, length, fill ?? ' ', atStart),
        ),
      },
    ],
  }
}

function splitPart(of: string, separator: string, index: Whole): string | Failure {
  if (index === 0) return new Failure('sql-argument', 'Parts are counted from 1, or from -1 back')
  const parts = separator === '' ? [of] : of.split(separator)
  const place = near(index)
  return parts.at(place > 0 ? place - 1 : place) ?? ''
}

function split(of: string, separator: string): readonly string[] | Failure {
  if (of === '') return []
  const parts = separator === '' ? characters(of) : of.split(separator)
  return parts.length > ARRAY_LENGTH_MAX ? tooMany : parts
}

function overlaid(of: string, by: string, start: Whole, length?: Whole): string | Failure {
  if (start < 1) return new Failure('sql-argument', 'Places in a text are counted from 1')
  const from = near(start) - 1
  const to = from + Math.max(near(length ?? countOf(by)), 0)
  return sliced(of, 0, from) + by + sliced(of, to, of.length)
}

function repeated(of: string, count: Whole): string | Failure {
  const times = Math.max(near(count), 0)
  return of.length * times > TEXT_LENGTH_MAX ? tooLong : of.repeat(of === '' ? 0 : times)
}

/** Values of any type as texts, one behind the other, without those that are null. */
function joinOf(types: readonly Type[]) {
  const texts = types.map(toTextOf)
  return (values: readonly Scalar[], separator: string): string | Failure => {
    const joined = new Joined(separator)
    for (const [i, toText] of texts.entries()) {
      const value = values[i] as Scalar
      if (value !== null && !joined.add(toText(value))) break
    }
    return joined.finish()
  }
}

export const textCuts: readonly FunctionEntry[] = [
  {
    name: 'substring',
    aliases: ['substr', 'mid'],
    group: 'Text',
    about: 'So many characters from a place on; also SUBSTRING(text FROM start FOR length).',
    examples: [
      example("substring('stream', 2, 3)", 'tre'),
      example("SUBSTRING('stream' FROM 4)", 'eam'),
      example("substring('abc', -1, 3)", 'a'),
    ],
    overloads: [
      {
        params: [text('text'), whole('start'), whole('length')],
        optional: 1,
        result: TEXT,
        run: scalar(substring),
      },
    ],
  },
  {
    name: 'left',
    group: 'Text',
    about: 'The first characters; below zero, all but so many at the end.',
    examples: [example("left('stream', 2)", 'st'), example("left('stream', -2)", 'stre')],
    overloads: [{ params: [text('text'), whole('count')], result: TEXT, run: scalar(left) }],
  },
  {
    name: 'right',
    group: 'Text',
    about: 'The last characters; below zero, all but so many at the start.',
    examples: [example("right('stream', 2)", 'am'), example("right('stream', -2)", 'ream')],
    overloads: [{ params: [text('text'), whole('count')], result: TEXT, run: scalar(right) }],
  },
  trims('trim', ['btrim'], 'both'),
  trims('ltrim', [], 'start'),
  trims('rtrim', [], 'end'),
  pads('lpad', true),
  pads('rpad', false),
  {
    name: 'split_part',
    group: 'Text',
    about: 'The part at a place between separators, from 1 on, or from -1 back; empty beyond.',
    examples: [
      example("split_part('a/b/c', '/', 2)", 'b'),
      example("split_part('a/b/c', '/', -1)", 'c'),
    ],
    overloads: [
      {
        params: [text('text'), text('separator'), whole('place')],
        result: TEXT,
        run: scalar(splitPart),
      },
    ],
  },
  {
    name: 'split',
    aliases: ['string_to_array', 'string_split'],
    group: 'Text',
    about: 'All parts between separators; without a separator the characters.',
    examples: [
      example("split('a,b,,c', ',')", '["a","b","","c"]'),
      example("split('ab', '')", '["a","b"]'),
    ],
    overloads: [
      { params: [text('text'), text('separator')], result: arrayOf(TEXT), run: scalar(split) },
    ],
  },
  {
    name: 'concat',
    group: 'Text',
    about: 'All arguments as texts, one behind the other; nulls are left out.',
    examples: [example("concat('a', 1, NULL, TRUE)", 'a1true')],
    overloads: [
      {
        params: [anything('value')],
        rest: anything('value'),
        result: TEXT,
        seesNulls: true,
        bind: ({ types }) => {
          const join = joinOf(types)
          return (...values) => join(values, '')
        },
      },
    ],
  },
  {
    name: 'concat_ws',
    group: 'Text',
    about: 'All arguments but the first as texts, with the first between them; nulls are left out.',
    examples: [example("concat_ws('-', 2024, NULL, 7)", '2024-7')],
    overloads: [
      {
        params: [text('separator'), anything('value')],
        rest: anything('value'),
        result: TEXT,
        seesNulls: true,
        bind: ({ types }) => {
          const join = joinOf(types.slice(1))
          return (separator, ...values) =>
            separator === null ? null : join(values, separator as string)
        },
      },
    ],
  },
  {
    name: 'repeat',
    group: 'Text',
    about: 'The text so many times.',
    examples: [example("repeat('ab', 3)", 'ababab'), example("repeat('ab', 0)", '')],
    overloads: [{ params: [text('text'), whole('count')], result: TEXT, run: scalar(repeated) }],
  },
  {
    name: 'overlay',
    group: 'Text',
    about:
      'With a part replaced by another text; also OVERLAY(text PLACING other FROM start FOR n).',
    examples: [
      example("OVERLAY('stream' PLACING 'XX' FROM 2)", 'sXXeam'),
      example("overlay('stream', 'XX', 2, 0)", 'sXXtream'),
    ],
    overloads: [
      {
        params: [text('text'), text('other'), whole('start'), whole('length')],
        optional: 1,
        result: TEXT,
        run: scalar(overlaid),
      },
    ],
  },
]
