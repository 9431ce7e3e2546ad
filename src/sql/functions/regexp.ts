/**
 * Regular expressions, in the syntax of RE2. Patterns and flags are constants: they are judged when
 * the expression is compiled, and compiled once.
 */

import type { Scalar } from '../../engine/columns/vector.ts'
import { arrayOf, BOOLEAN, INTEGER, TEXT, type Type } from '../../engine/schema/type.ts'
import type { ScalarFunction } from '../kernels/lift.ts'
import type { Work } from '../regex/meter.ts'
import { isPattern, type Match, type Pattern, patternOf } from '../regex/pattern.ts'
import { highestGroup, replaced, replacementOf } from '../regex/replacement.ts'
import { Failure } from '../value/failure.ts'
import { ARRAY_LENGTH_MAX, tooMany } from '../value/size.ts'
import { placeOf } from './characters.ts'
import type { Bound, Example, FunctionEntry, Param } from './entry.ts'
import { example, fixed, text, whole } from './params.ts'

const tooCostly = new Failure('sql-limit', 'The text is too long for this regular expression')
const PATTERN = 1
const EXTRA = 2
const FLAGS = 3

/** Where the flags stand, if they are given. */
function mustPattern(bound: Bound, flags: number | undefined): Pattern {
  const { constants, fail } = bound
  const given = flags === undefined ? '' : (constants[flags] ?? '')
  const made = patternOf((constants[PATTERN] ?? '') as string, given as string)
  if (isPattern(made)) return made
  const place = made.startsWith('there is no flag') && flags !== undefined ? flags : PATTERN
  return fail(place, `This is no regular expression: ${made}`)
}

const isNullPattern = ({ constants }: Bound): boolean => constants[PATTERN] === null

/** By the work that is left in an evaluation. */
type Working = (work: Work) => ScalarFunction

/** What is made of an answer, unless it was too much work to have one. */
const answering =
  <T>(ask: (text: string, work: Work) => T | undefined, make: Answer<T>): Working =>
  work =>
  value => {
    const answer = ask(value as string, work)
    return answer === undefined ? tooCostly : make(answer, value as string)
  }

type Answer<T> = (answer: T, text: string) => Scalar | Failure

const overFirst = (pattern: Pattern, make: Answer<Match | null>): Working =>
  answering((text, work) => pattern.first(text, work), make)

const overAll = (pattern: Pattern, make: Answer<readonly Match[]>): Working =>
  answering((text, work) => pattern.all(text, work), make)

const nothing: Working = () => () => null

interface Shape {
  readonly name: string
  readonly aliases?: readonly string[]
  readonly about: string
  readonly examples: readonly Example[]
  readonly extra?: readonly Param[]
  readonly result: Type
}

function entry(shape: Shape, bind: (bound: Bound) => Working): FunctionEntry {
  const { extra = [], result, ...rest } = shape
  const params = [text('text'), fixed(text('pattern')), ...extra]
  const working = (known: Bound): Working => (isNullPattern(known) ? nothing : bind(known))
  const overload = { params, optional: extra.length, result, working }
  return { ...rest, group: 'Regular expressions', overloads: [overload] }
}

/** The group that is asked for. */
function groupIn(bound: Bound, pattern: Pattern): number {
  const wanted = Number(bound.constants[EXTRA] ?? 0)
  if (wanted >= 0 && wanted <= pattern.groups) return wanted
  return bound.fail(EXTRA, `The pattern has ${pattern.groups} groups, and no group ${wanted}`)
}

const flags = fixed(text('flags'))
const group = fixed(whole('group'))

export const regexps: readonly FunctionEntry[] = [
  entry(
    {
      name: 'regexp_like',
      aliases: ['regexp_matches', 'regexp_contains'],
      about: 'Whether the pattern is found; flags: i no case, m lines, s dot takes line ends.',
      examples: [
        example("regexp_like('GET /users/7', '/users/\\d+$')", 'true'),
        example("regexp_like('ERROR', '^err', 'i')", 'true'),
      ],
      extra: [flags],
      result: BOOLEAN,
    },
    bound => {
      const pattern = mustPattern(bound, EXTRA)
      return answering(
        (text, work) => pattern.test(text, work),
        found => found,
      )
    },
  ),
  entry(
    {
      name: 'regexp_extract',
      about: 'What was found first, or one of its groups; null where nothing was.',
      examples: [
        example("regexp_extract('user=ann id=7', '(\\w+)=(\\d+)', 2)", '7'),
        example("regexp_extract('abc', 'x')", 'NULL'),
      ],
      extra: [group],
      result: TEXT,
    },
    bound => {
      const pattern = mustPattern(bound, undefined)
      const wanted = groupIn(bound, pattern)
      return overFirst(pattern, match => match?.groups[wanted] ?? null)
    },
  ),
  entry(
    {
      name: 'regexp_extract_all',
      about: 'All that was found, or one of its groups each time.',
      examples: [example("regexp_extract_all('a1 b22', '[a-z](\\d+)', 1)", '["1","22"]')],
      extra: [group],
      result: arrayOf(TEXT),
    },
    bound => {
      const pattern = mustPattern(bound, undefined)
      const wanted = groupIn(bound, pattern)
      return overAll(pattern, matches =>
        matches.length > ARRAY_LENGTH_MAX
          ? tooMany
          : matches.map(({ groups }) => groups[wanted] ?? null),
      )
    },
  ),
  {
    name: 'regexp_replace',
    group: 'Regular expressions',
    about: 'With all that is found replaced; \\1 stands for a group, \\0 for all of it.',
    examples: [
      example("regexp_replace('john smith', '(\\w+) (\\w+)', '\\2, \\1')", 'smith, john'),
      example("regexp_replace('aAa', 'a', '-', 'i')", '---'),
    ],
    overloads: [
      {
        params: [
          text('text'),
          fixed(text('pattern')),
          fixed(text('replacement')),
          fixed(text('flags')),
        ],
        optional: 1,
        result: TEXT,
        working: bound => {
          if (isNullPattern(bound) || bound.constants[EXTRA] === null) return nothing
          const pattern = mustPattern(bound, FLAGS)
          const by = replacementOf(bound.constants[EXTRA] as string)
          if (highestGroup(by) > pattern.groups) {
            bound.fail(EXTRA, `The pattern has ${pattern.groups} groups, and no more`)
          }
          return overAll(pattern, (matches, text) => replaced(text, matches, by))
        },
      },
    ],
  },
  entry(
    {
      name: 'regexp_count',
      about: 'How often the pattern is found.',
      examples: [example("regexp_count('a1b22', '\\d')", '3')],
      extra: [flags],
      result: INTEGER,
    },
    bound => overAll(mustPattern(bound, EXTRA), matches => matches.length),
  ),
  entry(
    {
      name: 'regexp_position',
      aliases: ['regexp_instr'],
      about: 'Where the pattern is found first, from 1 on, or 0.',
      examples: [example("regexp_position('ab12', '\\d')", '3')],
      extra: [flags],
      result: INTEGER,
    },
    bound => {
      const pattern = mustPattern(bound, EXTRA)
      return overFirst(pattern, (match, text) =>
        match === null ? 0 : placeOf(text, match.start) + 1,
      )
    },
  ),
  entry(
    {
      name: 'regexp_split',
      aliases: ['regexp_split_to_array'],
      about: 'The parts between what is found.',
      examples: [example("regexp_split('a, b;c', '[,;] *')", '["a","b","c"]')],
      extra: [flags],
      result: arrayOf(TEXT),
    },
    bound =>
      overAll(mustPattern(bound, EXTRA), (matches, text) =>
        matches.length >= ARRAY_LENGTH_MAX ? tooMany : partsBetween(text, matches),
      ),
  ),
]

/** An empty match separates nothing at the ends. */
function partsBetween(text: string, matches: readonly Match[]): readonly string[] {
  const parts: string[] = []
  let from = 0
  for (const { start, end } of matches) {
    if (end === start && (start === from || end === text.length)) continue
    parts.push(text.slice(from, start))
    from = end
  }
  return [...parts, text.slice(from)]
}
