/**
 * A test of a job: what its file says happens, and what comes out compared with what it says comes
 * out. Expected records become columns of the sink and are compared as such, so that `1` and `1.0`,
 * or two ways of writing a moment, are no difference, and no digit is too much.
 */

import { invariant, WeirError } from '../base/errors.ts'
import type { Compiler } from '../engine/columns/expression.ts'
import type { Plan } from '../engine/plan/plan.ts'
import { edgeText } from '../engine/plan/schemas.ts'
import type { Schema } from '../engine/schema/schema.ts'
import { jsonText, nodeText } from '../job/document/json-text.ts'
import { jsonOf, type Node } from '../job/document/node.ts'
import type { TestPart } from '../job/format/job.ts'
import { type Kind, mustDecode, type Shown, shownOf } from './codec.ts'
import { Trial } from './trial.ts'

/** The machine's clock at the beginning of a test: 1970-01-01T00:00:00Z. */
const CLOCK_START_MS = 0

/** In an expected record: what comes out of it; without it, an insert or an update. */
const CHANGE = '$change'

const KINDS: readonly Kind[] = ['insert', 'update', 'delete']
const isKind = (word: unknown): word is Kind => KINDS.includes(word as Kind)

/** Without a kind: any that leaves a record. */
type Expected = Pick<Shown, 'text' | 'meaning'> & { readonly kind: Kind | undefined }

/** One line of a comparison; of a difference both sides are shown. */
export interface Line {
  readonly at: number
  readonly expected?: string
  readonly received?: string
}

export interface Difference {
  readonly sink: string
  /** All records, so that one sees where it begins. */
  readonly lines: readonly Line[]
}

export interface TestOutcome {
  readonly name: string
  readonly differences: readonly Difference[]
  /** Sentences: what went wrong besides. */
  readonly troubles: readonly string[]
}

export interface Subject {
  readonly plan: Plan
  readonly schemas: ReadonlyMap<string, Schema>
  readonly compiler: Compiler
}

export const hasPassed = ({ differences, troubles }: TestOutcome): boolean =>
  differences.length === 0 && troubles.length === 0

export function runTest(test: TestPart, subject: Subject): TestOutcome {
  const { name } = test
  try {
    const trial = new Trial(subject.plan, subject.compiler, CLOCK_START_MS)
    play(test, subject.plan, trial)
    return {
      name,
      differences: differencesOf(test, subject, trial),
      troubles: countsOf(test, trial),
    }
  } catch (error) {
    if (!(error instanceof WeirError)) throw error
    return { name, differences: [], troubles: [error.message] }
  }
}

function play({ input }: TestPart, plan: Plan, trial: Trial): void {
  for (const one of input) {
    const source = one.from?.text ?? plan.sources[0]?.id ?? ''
    if (one.kind === 'records') {
      for (const { node } of one.body) trial.send(source, nodeText(node))
    } else if (one.kind === 'advance') trial.advance(one.body)
    else if (one.body) trial.end(one.from?.text)
  }
}

/** Sinks that the test does not name are not looked at; keys have no order among each other. */
function differencesOf(test: TestPart, subject: Subject, trial: Trial): readonly Difference[] {
  return [...test.expect].flatMap(([sink, records]) => {
    const schema = schemaOf(sink, subject)
    const expected = records.map(({ node }) => expectedOf(node, schema, sink))
    const received = trial.received(sink).flatMap(shownOf)
    const paired = test.order === 'exact' ? inOrder : inAnyOrder
    const all = linesOf(paired(expected, received))
    return all.some(isDifferent) ? [{ sink, lines: all }] : []
  })
}

const isDifferent = ({ expected, received }: Line): boolean => expected !== received

function schemaOf(sink: string, { plan, schemas }: Subject): Schema {
  const from = plan.sinks.find(({ id }) => id === sink)?.from
  const schema = from && schemas.get(edgeText(from))
  if (schema === undefined) throw new WeirError('unknown-sink', `nothing goes to the sink ${sink}`)
  return schema
}

function expectedOf(node: Node, schema: Schema, sink: string): Expected {
  invariant(node.kind === 'map', 'records-of-tests-are-maps')
  const { [CHANGE]: change, ...columns } = Object.fromEntries(node.entries)
  const odd = Object.keys(columns).find(name => schema.placeOf(name) < 0)
  if (odd !== undefined) {
    const message = `records of the sink ${sink} have no column ${odd}; they have ${schema.names}`
    throw new WeirError('unknown-column', message)
  }
  const kind = change && jsonOf(change.value)
  invariant(kind === undefined || isKind(kind), 'lint-knows-the-changes-of-tests')
  const entries = new Map(Object.entries(columns))
  const [shown] = shownOf(mustDecode(nodeText({ ...node, entries }), schema))
  invariant(shown !== undefined, 'a-record-is-one-row')
  return { ...shown, kind }
}

function isMet({ meaning, kind }: Expected, received: Shown): boolean {
  if (meaning !== received.meaning) return false
  return kind === undefined ? received.kind !== 'delete' : kind === received.kind
}

interface Pair {
  readonly expected?: Expected | undefined
  readonly received?: Shown | undefined
}

function inOrder(expected: readonly Expected[], received: readonly Shown[]): readonly Pair[] {
  const length = Math.max(expected.length, received.length)
  return Array.from({ length }, (_, at) => ({ expected: expected[at], received: received[at] }))
}

/** Those that say what they are choose first: the others take what is left. */
function inAnyOrder(expected: readonly Expected[], received: readonly Shown[]): readonly Pair[] {
  const left = [...received]
  const found = new Map<Expected, Shown>()
  for (const says of [true, false]) {
    for (const one of expected.filter(({ kind }) => (kind !== undefined) === says)) {
      const place = left.findIndex(other => isMet(one, other))
      if (place >= 0) found.set(one, ...(left.splice(place, 1) as [Shown]))
    }
  }
  const pairs = expected.map(one => ({ expected: one, received: found.get(one) }))
  return [...pairs, ...left.map(one => ({ received: one }))]
}

/** What a record received is to others is shown where the test speaks of it, and deletes always. */
function linesOf(pairs: readonly Pair[]): readonly Line[] {
  const speaks = pairs.some(({ expected }) => expected?.kind !== undefined)
  const received = (one: Shown) => written(speaks || one.kind === 'delete' ? one : plain(one))
  return pairs.map(({ expected: one, received: other }, at) => {
    if (one && other && isMet(one, other)) {
      return { at, expected: written(one), received: written(one) }
    }
    return {
      at,
      ...(one === undefined ? {} : { expected: written(one) }),
      ...(other === undefined ? {} : { received: received(other) }),
    }
  })
}

const plain = (one: Shown): Expected => ({ ...one, kind: undefined })

function written({ text, kind }: Expected): string {
  if (kind === undefined) return text
  const rest = text === '{}' ? '}' : `,${text.slice(1)}`
  return `{${jsonText(CHANGE)}:${jsonText(kind)}${rest}`
}

/** Records that went nowhere: a test that does not speak of them expects none. */
function countsOf({ deadLetters = 0, late = 0 }: TestPart, trial: Trial): readonly string[] {
  const troubles: string[] = []
  const dead = trial.deadLetters
  if (dead.length !== deadLetters) {
    const why = dead.map(({ at, code, reason }) => `${at}: ${code}: ${reason}`).join('; ')
    troubles.push(`${dead.length} dead letters, ${deadLetters} expected${why && `: ${why}`}`)
  }
  if (trial.lateCount !== late) {
    troubles.push(`${trial.lateCount} records were too late, ${late} expected`)
  }
  return troubles
}

/** As people read it. */
export function outcomeText({ name, differences, troubles }: TestOutcome): string {
  const isGood = differences.length === 0 && troubles.length === 0
  const head = `${isGood ? 'passed' : 'FAILED'}  ${name}`
  const said = troubles.map(one => `  ${one}`)
  const compared = differences.flatMap(({ sink, lines }) => {
    return [`  ${sink}: - expected, + received`, ...lines.flatMap(lineText)]
  })
  return [head, ...said, ...compared].join('\n')
}

function lineText(line: Line): readonly string[] {
  const { expected, received } = line
  if (!isDifferent(line)) return [`      ${expected}`]
  return [
    ...(expected === undefined ? [] : [`    - ${expected}`]),
    ...(received === undefined ? [] : [`    + ${received}`]),
  ]
}
