/** Texts looked at and changed character by character. */

import { BOOLEAN, BYTES, INTEGER, TEXT, type Type } from '../../engine/schema/type.ts'
import { Failure } from '../value/failure.ts'
import { TEXT_LENGTH_MAX, tooLong } from '../value/size.ts'
import { bytesOfText } from '../value/text.ts'
import type { Whole } from '../value/whole.ts'
import { characters, countOf, placeOf } from './characters.ts'
import type { FunctionEntry } from './entry.ts'
import { bytes, example, type Plain, scalar, text, whole } from './params.ts'

/** From one text. */
function ofText(
  what: Plain,
  result: Type,
  run: (of: string) => string | number | Failure,
): FunctionEntry {
  const overloads = [{ params: [text('text')], result, run: scalar(run) }]
  return { ...what, group: 'Text', overloads }
}

/** Whether one text stands in the other somewhere. */
function test(what: Plain, run: (of: string, part: string) => boolean): FunctionEntry {
  const params = [text('text'), text('part')]
  return { ...what, group: 'Text', overloads: [{ params, result: BOOLEAN, run: scalar(run) }] }
}

/** From 1 on; 0 where it is not. */
function positionOf(part: string, of: string): number {
  const unit = of.indexOf(part)
  return unit < 0 ? 0 : placeOf(of, unit) + 1
}

/** Words begin behind what is no letter and no digit. */
const capitalised = (of: string): string =>
  of.toLowerCase().replace(/[\p{L}\p{N}]+/gu, word => {
    const [first = '', ...rest] = characters(word)
    return first.toUpperCase() + rest.join('')
  })

function translated(of: string, from: string, to: string): string {
  const targets = characters(to)
  const table = new Map<string, string>()
  for (const [i, character] of characters(from).entries()) {
    if (!table.has(character)) table.set(character, targets[i] ?? '')
  }
  return characters(of)
    .map(character => table.get(character) ?? character)
    .join('')
}

function replaced(of: string, from: string, to: string): string | Failure {
  if (from === '') return of
  const parts = of.split(from)
  const length = of.length + (parts.length - 1) * (to.length - from.length)
  return length > TEXT_LENGTH_MAX ? tooLong : parts.join(to)
}

function characterOf(code: Whole): string | Failure {
  const point = Number(code)
  const isHalf = point >= 0xd800 && point <= 0xdfff
  if (point < 1 || point > 0x10ffff || isHalf) {
    return new Failure('sql-argument', `There is no character with the number ${code}`)
  }
  return String.fromCodePoint(point)
}

/** Longer texts are compared no further: the work is the product of the lengths. */
const COMPARED_MAX = 64

function distance(one: string, other: string): number | Failure {
  if (countOf(one) > COMPARED_MAX || countOf(other) > COMPARED_MAX) {
    return new Failure('sql-limit', `Only texts up to ${COMPARED_MAX} characters are compared so`)
  }
  return edits(characters(one), characters(other))
}

/** Characters to insert, delete or replace. */
function edits(one: readonly string[], other: readonly string[]): number {
  let last = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (const [at, character] of one.entries()) {
    const row = [at + 1]
    for (const [place, wanted] of other.entries()) {
      const replaced = (last[place] as number) + (character === wanted ? 0 : 1)
      row.push(Math.min(replaced, (last[place + 1] as number) + 1, (row[place] as number) + 1))
    }
    last = row
  }
  return last.at(-1) as number
}

export const textLooks: readonly FunctionEntry[] = [
  ofText(
    {
      name: 'lower',
      aliases: ['lcase'],
      about: 'In small letters.',
      examples: [example("lower('ÄbC')", 'äbc')],
    },
    TEXT,
    of => of.toLowerCase(),
  ),
  ofText(
    {
      name: 'upper',
      aliases: ['ucase'],
      about: 'In capital letters.',
      examples: [example("upper('äbC')", 'ÄBC'), example("upper('ß')", 'SS')],
    },
    TEXT,
    of => of.toUpperCase(),
  ),
  ofText(
    {
      name: 'initcap',
      about: 'Each word with a capital letter, the rest small.',
      examples: [example("initcap('new YORK-city')", 'New York-City')],
    },
    TEXT,
    capitalised,
  ),
  {
    name: 'length',
    aliases: ['char_length', 'character_length', 'len'],
    group: 'Text',
    about: 'How many characters a text has, or how many bytes BYTES have.',
    examples: [example("length('größe')", '5'), example("length('😀')", '1')],
    overloads: [
      { params: [text('text')], result: INTEGER, run: scalar(countOf) },
      { params: [bytes('bytes')], result: INTEGER, run: scalar((of: Uint8Array) => of.length) },
    ],
  },
  ofText(
    {
      name: 'octet_length',
      aliases: ['byte_length'],
      about: 'How many bytes the text has in UTF-8.',
      examples: [example("octet_length('größe')", '7')],
    },
    INTEGER,
    of => bytesOfText(of).length,
  ),
  ofText(
    {
      name: 'reverse',
      about: 'The characters from the last to the first.',
      examples: [example("reverse('ab😀')", '😀ba')],
    },
    TEXT,
    of => characters(of).toReversed().join(''),
  ),
  ofText(
    {
      name: 'ascii',
      aliases: ['unicode', 'ord'],
      about: 'The number of the first character in Unicode; 0 for an empty text.',
      examples: [example("ascii('A')", '65'), example("ascii('€')", '8364')],
    },
    INTEGER,
    of => of.codePointAt(0) ?? 0,
  ),
  {
    name: 'chr',
    aliases: ['char'],
    group: 'Text',
    about: 'The character with this number in Unicode.',
    examples: [example('chr(8364)', '€')],
    overloads: [{ params: [whole('number')], result: TEXT, run: scalar(characterOf) }],
  },
  {
    name: 'position',
    group: 'Text',
    about: 'Where a part begins in a text, from 1 on, or 0; also POSITION(part IN text).',
    examples: [example("POSITION('re' IN 'stream')", '3'), example("position('x', 'stream')", '0')],
    overloads: [{ params: [text('part'), text('text')], result: INTEGER, run: scalar(positionOf) }],
  },
  {
    name: 'strpos',
    aliases: ['instr'],
    group: 'Text',
    about: 'As position, with the text first.',
    examples: [example("strpos('stream', 're')", '3')],
    overloads: [
      {
        params: [text('text'), text('part')],
        result: INTEGER,
        run: scalar((of: string, part: string) => positionOf(part, of)),
      },
    ],
  },
  test(
    {
      name: 'starts_with',
      aliases: ['startswith'],
      about: 'Whether the text begins with a part.',
      examples: [example("starts_with('stream', 'str')", 'true')],
    },
    (of, part) => of.startsWith(part),
  ),
  test(
    {
      name: 'ends_with',
      aliases: ['endswith'],
      about: 'Whether the text ends with a part.',
      examples: [example("ends_with('stream', 'str')", 'false')],
    },
    (of, part) => of.endsWith(part),
  ),
  test(
    {
      name: 'contains',
      about: 'Whether a part stands anywhere in the text.',
      examples: [example("contains('stream', 'tre')", 'true')],
    },
    (of, part) => of.includes(part),
  ),
  {
    name: 'replace',
    group: 'Text',
    about: 'With every occurrence of one text replaced by another.',
    examples: [
      example("replace('a-b-c', '-', '+')", 'a+b+c'),
      example("replace('ab', '', 'x')", 'ab'),
    ],
    overloads: [
      {
        params: [text('text'), text('from'), text('to')],
        result: TEXT,
        run: scalar(replaced),
      },
    ],
  },
  {
    name: 'translate',
    group: 'Text',
    about: 'Each character of one set becomes that at the same place of the other, or goes.',
    examples: [example("translate('12-34', '1-', 'a')", 'a234')],
    overloads: [
      {
        params: [text('text'), text('from'), text('to')],
        result: TEXT,
        run: scalar(translated),
      },
    ],
  },
  {
    name: 'levenshtein',
    aliases: ['edit_distance'],
    group: 'Text',
    about: `How many characters to insert, delete or replace; of texts up to ${COMPARED_MAX}.`,
    examples: [
      example("levenshtein('kitten', 'sitting')", '3'),
      example("levenshtein('ab', 'ba')", '2'),
    ],
    overloads: [{ params: [text('one'), text('other')], result: INTEGER, run: scalar(distance) }],
  },
  {
    name: 'to_bytes',
    group: 'Text',
    about: 'The bytes of a text in UTF-8.',
    examples: [example("hex(to_bytes('é'))", 'c3a9')],
    overloads: [{ params: [text('text')], result: BYTES, run: scalar(bytesOfText) }],
  },
]
