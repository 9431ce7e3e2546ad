/** JSON: ways into it, what it is, and JSON made of values. */

import type { Scalar } from '../../engine/columns/vector.ts'
import { arrayOf, BOOLEAN, INTEGER, JSON_TYPE, TEXT, type Type } from '../../engine/schema/type.ts'
import type { ScalarFunction } from '../kernels/lift.ts'
import { Failure, shown } from '../value/failure.ts'
import { Joined } from '../value/joined.ts'
import { eachField, itemsOf, jsonAt, jsonOf, kindOf, nameAt, type Step } from '../value/json.ts'
import { textOfJson, toJsonOf } from '../value/text.ts'
import type { Bound, FunctionEntry } from './entry.ts'
import { anything, entriesOf, example, fixed, json, scalar, text } from './params.ts'

const entry = entriesOf('JSON')

const PLAIN_STEP = /\.([\p{ID_Start}_$][\p{ID_Continue}$-]*)/u
const QUOTED_STEP = /\."((?:[^"\\]|\\.)*)"/u
const PLACE_STEP = /\[(-?\d{1,9})\]|\['((?:[^'\\]|\\.)*)'\]/u
const STEP = new RegExp(
  [PLAIN_STEP, QUOTED_STEP, PLACE_STEP].map(one => one.source).join('|'),
  'uy',
)
const PATH_LENGTH_MAX = 1000

/** `$.a.b[0]`; undefined for what is no path. */
function stepsOf(path: string): readonly Step[] | undefined {
  if (!path.startsWith('$') || path.length > PATH_LENGTH_MAX) return undefined
  const steps: Step[] = []
  for (STEP.lastIndex = 1; STEP.lastIndex < path.length; ) {
    const found = STEP.exec(path)
    if (found === null) return undefined
    const [, plain, quoted, place, single] = found
    const name = plain ?? (quoted ?? single)?.replace(/\\(.)/gu, '$1')
    steps.push(name ?? Number(place))
  }
  return steps
}

function mustSteps({ constants, fail }: Bound): readonly Step[] {
  const path = String(constants[1] ?? '$')
  return stepsOf(path) ?? fail(1, `${shown(path)} is no path; write '$.user.tags[0]'`)
}

const unsound = (of: string): Failure => new Failure('sql-json', `${shown(of)} is no JSON`)

/** Follows a constant path, then goes on with what is there, or null where nothing is. */
function along(then: (found: string | null) => Scalar | Failure) {
  return (bound: Bound): ScalarFunction => {
    const steps = mustSteps(bound)
    return scalar((of: string) => {
      const found = jsonAt(of, steps)
      return found === undefined ? unsound(of) : then(found)
    })
  }
}

const path = fixed(text('path'))

function keysOf(of: string): readonly string[] | null | Failure {
  if (kindOf(of) !== 'object') return null
  const names = new Set<string>()
  const isSound = eachField(of, (from, to) => names.add(nameAt(of, from, to)))
  return isSound ? [...names] : unsound(of)
}

function lengthOf(of: string): number | null | Failure {
  if (kindOf(of) === 'object') {
    const keys = keysOf(of)
    return keys === null || keys instanceof Failure ? keys : keys.length
  }
  const items = itemsOf(of)
  if (items === undefined) return unsound(of)
  return items === null ? null : items.length
}

/** Null is null in JSON. */
function jsonsOf(types: readonly Type[]): (values: readonly Scalar[], place: number) => string {
  const make = types.map(toJsonOf)
  return (values, place) => {
    const value = values[place] as Scalar
    return value === null ? 'null' : (make[place]?.(value) ?? 'null')
  }
}

/** The parts between brackets. */
function enclosed([open, close]: string, parts: Iterable<string | Failure>): string | Failure {
  const joined = new Joined(',')
  for (const part of parts) {
    if (part instanceof Failure) return part
    if (!joined.add(part)) break
  }
  const inner = joined.finish()
  return inner instanceof Failure ? inner : `${open}${inner}${close}`
}

function objectOf({ types, fail }: Bound): ScalarFunction {
  if (types.length % 2 !== 0) return fail(types.length - 1, 'A name goes with each value')
  const toJson = jsonsOf(types)
  function* fields(values: readonly Scalar[]): Generator<string | Failure> {
    for (let i = 0; i < values.length; i += 2) {
      if (values[i] === null) yield new Failure('sql-argument', 'A name in JSON is not null')
      else yield `${nameOf(toJson(values, i))}:${toJson(values, i + 1)}`
    }
  }
  return (...values) => enclosed('{}', fields(values))
}

function* items(values: readonly Scalar[], toJson: ReturnType<typeof jsonsOf>): Generator<string> {
  for (let i = 0; i < values.length; i++) yield toJson(values, i)
}

const nameOf = (made: string): string => (made.startsWith('"') ? made : JSON.stringify(made))

const MINIFIED = /("(?:[^"\\]|\\.)*")|\s+/g

export const jsonFunctions: readonly FunctionEntry[] = [
  entry(
    {
      name: 'json_extract',
      aliases: ['json_query', 'json_path'],
      about: 'What a path leads to, as JSON; null where it leads nowhere. Items count from 0.',
      examples: [
        example(`json_extract('{"a": {"b": [1, 2]}}', '$.a.b[1]')`, '2'),
        example(`json_extract('{"a b": "x"}', '$."a b"')`, '"x"'),
      ],
    },
    [{ params: [json('json'), path], result: JSON_TYPE, bind: along(found => found) }],
  ),
  entry(
    {
      name: 'json_value',
      aliases: ['json_extract_text', 'json_extract_string', 'get_json_object'],
      about: 'The same as a text, without the quotes of a JSON string.',
      examples: [example(`json_value('{"user": {"name": "Ann"}}', '$.user.name')`, 'Ann')],
    },
    [
      {
        params: [json('json'), path],
        result: TEXT,
        bind: along(found => (found === null ? null : textOfJson(found))),
      },
    ],
  ),
  entry(
    {
      name: 'json_exists',
      about: 'Whether a path leads anywhere, to a JSON null too.',
      examples: [
        example(`json_exists('{"a": null}', '$.a')`, 'true'),
        example(`json_exists('{}', '$.a')`, 'false'),
      ],
    },
    [{ params: [json('json'), path], result: BOOLEAN, bind: along(found => found !== null) }],
  ),
  entry(
    {
      name: 'json_type',
      aliases: ['json_typeof'],
      about: 'Its kind: object, array, string, number, boolean or null.',
      examples: [example("json_type('[1]')", 'array'), example("json_type('1.5')", 'number')],
    },
    [{ params: [json('json')], result: TEXT, run: scalar(kindOf) }],
  ),
  entry(
    {
      name: 'json_length',
      aliases: ['json_array_length'],
      about: 'How many items or fields there are; null for what has none.',
      examples: [
        example("json_length('[1, [2, 3]]')", '2'),
        example(`json_length('{"a": 1}')`, '1'),
      ],
    },
    [{ params: [json('json')], result: INTEGER, run: scalar(lengthOf) }],
  ),
  entry(
    {
      name: 'json_keys',
      aliases: ['json_object_keys'],
      about: 'The names of the fields, each once; null for what is no object.',
      examples: [example(`json_keys('{"b": 1, "a": 2}')`, '["b","a"]')],
    },
    [{ params: [json('json')], result: arrayOf(TEXT), run: scalar(keysOf) }],
  ),
  entry(
    {
      name: 'json_items',
      about: 'The items of a JSON array as an ARRAY of JSON; null for what is no array.',
      examples: [example(`json_items('[1, "a"]')`, '[1,"a"]')],
    },
    [
      {
        params: [json('json')],
        result: arrayOf(JSON_TYPE),
        run: scalar((of: string) => {
          const items = itemsOf(of)
          return items === undefined ? unsound(of) : items
        }),
      },
    ],
  ),
  entry(
    {
      name: 'is_json',
      aliases: ['json_valid'],
      about: 'Whether a text is JSON.',
      examples: [example(`is_json('{"a": 1}')`, 'true'), example("is_json('{a: 1}')", 'false')],
    },
    [
      {
        params: [text('text')],
        result: BOOLEAN,
        run: scalar((of: string) => jsonOf(of) !== undefined),
      },
    ],
  ),
  entry(
    {
      name: 'to_json',
      about: 'Any value as JSON; a text becomes a JSON string.',
      examples: [example("to_json('a')", '"a"'), example('to_json(ARRAY[1, 2])', '[1,2]')],
    },
    [
      {
        params: [anything('value')],
        result: JSON_TYPE,
        bind: ({ types }) => toJsonOf(types[0] as Type),
      },
    ],
  ),
  entry(
    {
      name: 'json_text',
      about: 'JSON as the text that it is, with the quotes of strings.',
      examples: [example(`json_text(to_json('a'))`, '"a"')],
    },
    [{ params: [json('json')], result: TEXT, run: value => value }],
  ),
  entry(
    {
      name: 'json_minify',
      about: 'The same JSON without blanks between its parts.',
      examples: [example(`json_minify('{ "a b" : [ 1, 2 ] }')`, '{"a b":[1,2]}')],
    },
    [
      {
        params: [json('json')],
        result: JSON_TYPE,
        run: scalar((of: string) => of.replace(MINIFIED, '$1')),
      },
    ],
  ),
  entry(
    {
      name: 'json_object',
      aliases: ['json_build_object'],
      about: 'An object of names and values by turns.',
      examples: [example("json_object('a', 1, 'b', NULL)", '{"a":1,"b":null}')],
    },
    [
      {
        params: [anything('name'), anything('value')],
        rest: anything('..'),
        result: JSON_TYPE,
        seesNulls: true,
        bind: objectOf,
      },
    ],
  ),
  entry(
    {
      name: 'json_array',
      aliases: ['json_build_array'],
      about: 'An array of all arguments.',
      examples: [example("json_array(1, 'a', NULL)", '[1,"a",null]')],
    },
    [
      {
        params: [anything('value')],
        rest: anything('value'),
        result: JSON_TYPE,
        seesNulls: true,
        bind: ({ types }) => {
          const toJson = jsonsOf(types)
          return (...values) => enclosed('[]', items(values, toJson))
        },
      },
    ],
  ),
]
