/**
 * Aggregates, largest and rolling results: one operator that aggregates, perhaps one that computes
 * from its results, perhaps one that lets only some of them through.
 */

import { aggregateOf } from '../../engine/aggregates/registry.ts'
import type { AggregateCall, AggregateSpec, Named, WindowSpec } from '../../engine/plan/plan.ts'
import type { KeyPart, StepOf } from '../format/step.ts'
import type { LintedStep } from '../lint/job.ts'
import { LATE_SIDE } from '../lint/names.ts'
import { windowColumns } from '../lint/window.ts'
import type { Written } from '../shape/shape.ts'
import { aggregatesIn, hiddenName, type Parted, parted } from './calls.ts'
import { type Fragment, wholeOf } from './fragment.ts'
import { asIs, namedKey } from './key.ts'
import type { Line } from './line.ts'

type Settings = Omit<AggregateSpec, 'kind' | 'key' | 'aggregates'>

const GLOBAL: WindowSpec = { kind: 'global' }

export function putAggregate(step: StepOf<'aggregate'>, line: Line, linted: LintedStep): boolean {
  const { key, select, having, lateness = 0, late, emit, mode = 'final' } = step.body
  const settings: Settings = {
    window: linted.window ?? GLOBAL,
    latenessMs: lateness,
    lateSide: late === 'side' ? LATE_SIDE : undefined,
    mode,
    earlyMs: emit?.early,
  }
  return putResults({ key, select, settings }, line) && putHaving(having, select, line)
}

export function putRolling(step: StepOf<'rolling'>, line: Line, linted: LintedStep): boolean {
  const { key, select } = step.body
  const settings = { window: linted.window ?? GLOBAL, latenessMs: 0, mode: 'final' } as const
  return putResults({ key, select, settings }, line)
}

/** The largest: `top_n` of what they are ordered by, or `top_n_by` of what is kept of each. */
export function putTopN(step: StepOf<'topN'>, line: Line, linted: LintedStep): boolean {
  const { key, n, by, order = 'desc', as, select, at } = step.body
  const keyed = namedKey(key, line.scope)
  const types = [by, ...(select === undefined ? [] : [select])].map(one =>
    line.scope.expression(one),
  )
  if (keyed === undefined || types.includes(undefined)) return false
  const isPlain = select === undefined
  const way = order === 'desc' ? [] : ["'asc'"]
  const call: AggregateCall = {
    name: as?.text ?? 'top',
    fn: isPlain ? 'top_n' : 'top_n_by',
    args: [...(isPlain ? [] : [select.text]), by.text, String(n), ...way],
    distinct: false,
  }
  const window = linted.window ?? GLOBAL
  const mode = window.kind === 'global' ? 'updating' : 'final'
  const settings = { window, latenessMs: 0, mode } as const
  if (!columnsAreOwn(keyed, [call], window, line)) {
    const message = `a column is called ${call.name} already`
    return line.scope.fault(at, 'duplicate-column', message, 'as: NAME')
  }
  const spec = { kind: 'aggregate', key: keyed, aggregates: [call], ...settings } as const
  return isTaken(spec, wholeOf(by), line) && line.put(spec)
}

interface Results {
  readonly key: KeyPart | undefined
  readonly select: ReadonlyMap<string, Written>
  readonly settings: Settings
}

function putResults({ key, select, settings }: Results, line: Line): boolean {
  const { scope } = line
  const keyed = namedKey(key, scope)
  const parts = partedAll(select, settings, line)
  if (keyed === undefined || parts === undefined) return false
  if (!areResults(parts, { keyed, settings }, line)) return false
  const aggregates = [...parts.values()].flatMap(({ calls }) => calls.map(({ call }) => call))
  for (const [name, written] of select) {
    const isTaken = isPerRecord(settings.window) && scope.schema.placeOf(name) >= 0
    if (isTaken && !scope.isNew({ ...written, text: name })) return false
  }
  if (!line.put({ kind: 'aggregate', key: keyed, aggregates, ...settings })) return false
  return putRests(parts, new Set(aggregates.map(({ name }) => name)), line)
}

/** False: a column of the records stands where only results may, and that was said. */
function areResults(
  parts: ReadonlyMap<string, Parted>,
  { keyed, settings }: { readonly keyed: readonly Named[]; readonly settings: Settings },
  { scope }: Line,
): boolean {
  if (isPerRecord(settings.window)) return true
  const known = [...keyed.map(({ name }) => name), ...windowColumns(settings.window)]
  const results = new Set([...known, ...parts.keys()])
  const odd = [...parts.values()].flatMap(({ outside }) => {
    return outside.filter(({ text }) => scope.schema.placeOf(text) >= 0 && !results.has(text))
  })
  for (const fragment of odd) {
    const message = `${fragment.text} is not one value for all records of a key and window`
    const advice = `take max(${fragment.text}) or another aggregate of it, or put it into the key`
    scope.faultIn(fragment, 'sql-unknown-column', `${message}; ${advice}`)
  }
  return odd.length === 0
}

/** Their results are the record's columns, and more. */
const isPerRecord = ({ kind }: WindowSpec) => kind === 'sliding' || kind === 'sliding-rows'

function columnsAreOwn(
  key: readonly Named[],
  calls: readonly AggregateCall[],
  window: WindowSpec,
  line: Line,
): boolean {
  const taken = isPerRecord(window) ? line.schema.names : key.map(({ name }) => name)
  return calls.every(({ name }) => !taken.includes(name))
}

const isAggregate = (name: string) => aggregateOf(name) !== undefined

/** The parts of each result; missing: one was wrong. */
function partedAll(
  select: ReadonlyMap<string, Written>,
  settings: Settings,
  line: Line,
): ReadonlyMap<string, Parted> | undefined {
  const { scope } = line
  const all = new Map<string, Parted>()
  let ordinal = 0
  for (const [name, written] of select) {
    const found = scope.guarded(wholeOf(written), () => {
      return parted(written, { name, ordinal, isAggregate })
    })
    if (found === undefined || !callsAreSound(found, settings, line)) continue
    ordinal += found.calls.length
    all.set(name, found)
  }
  return all.size === select.size ? all : undefined
}

function callsAreSound({ calls }: Parted, settings: Settings, line: Line): boolean {
  const { scope } = line
  const areSound = calls.map(({ call, whole, fragments }) => {
    const args = fragments.slice(0, call.args.length).map(fragment => scope.typed(fragment))
    const filters = fragments.slice(call.args.length).map(one => scope.isCondition(one))
    if (args.includes(undefined) || filters.includes(false)) return false
    const alone = { ...call, name: hiddenName(0) }
    const spec = { kind: 'aggregate', key: [], aggregates: [alone], ...settings } as const
    return isTaken(spec, whole, line)
  })
  return !areSound.includes(false)
}

/** False: the engine will not have it, and that was said of the fragment. */
function isTaken(spec: AggregateSpec, fragment: Fragment, line: Line): boolean {
  const work = () => {
    line.mustTake(spec)
    return true
  }
  return line.scope.guarded(fragment, work) === true
}

/** Results that are computed from those of aggregates, with all others beside them. */
function putRests(
  parts: ReadonlyMap<string, Parted>,
  aggregated: ReadonlySet<string>,
  line: Line,
): boolean {
  const { scope } = line
  const rests = [...parts].flatMap(([name, { rest }]) =>
    rest === undefined ? [] : [{ name, rest }],
  )
  if (rests.length === 0) return true
  const types = rests.map(({ rest }) => scope.typed(rest))
  if (types.includes(undefined)) return false
  const others = scope.schema.names.filter(name => !aggregated.has(name))
  const results = [...parts].map(([name, { rest }]) => {
    return rest === undefined ? asIs(name) : { name, expression: rest.text }
  })
  const columns = [...others.map(asIs), ...results]
  return line.put({ kind: 'project', columns }, '~select')
}

function putHaving(
  having: Written | undefined,
  select: ReadonlyMap<string, Written>,
  line: Line,
): boolean {
  if (having === undefined) return true
  const { scope } = line
  const calls = scope.guarded(wholeOf(having), () => aggregatesIn(having, isAggregate))
  if (calls === undefined) return false
  for (const call of calls) scope.faultIn(call, 'aggregate-in-having', namelessText(call, select))
  if (calls.length > 0 || !scope.condition(having)) return false
  return line.put({ kind: 'filter', where: having.text }, '~having')
}

/** What `having` is about has names. */
function namelessText({ text }: Fragment, select: ReadonlyMap<string, Written>): string {
  const [known] = [...select].find(([, written]) => written.text.trim() === text) ?? []
  if (known !== undefined) return `having is about the results, by their names; write ${known}`
  return `having is about the results, by their names; select NAME: ${text}, and write NAME here`
}
