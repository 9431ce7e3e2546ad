/**
 * A case once more, as groups with leaders run it: records come through channels, batches are
 * speculated on, committed, thrown away, begun anew by another leader. Then the log of each group
 * is replayed, from the start and from an image of a drawn moment. What sinks got is the oracle's,
 * wherever batches are those of the input.
 */

import { BrokenInvariant, WeirError } from '../../../src/base/errors.ts'
import { Prng } from '../../../src/base/prng.ts'
import type { Compiler } from '../../../src/engine/columns/expression.ts'
import type { OperatorSpec } from '../../../src/engine/plan/plan.ts'
import { schemasOf } from '../../../src/engine/plan/schemas.ts'
import { sitesOf } from '../../../src/engine/plan/sites.ts'
import { PLACE_BYTES } from '../../../src/engine/state/row-key.ts'
import { bookOf } from '../../../src/group/state.ts'
import { columnsOf } from '../../oracle/columns.ts'
import { type Answer, answered } from '../../oracle/oracle.ts'
import type { Row } from '../../oracle/table.ts'
import { type Failure, failedIn, namingOf } from '../check.ts'
import { difference } from '../compare/tables.ts'
import type { Case } from '../generate/case.ts'
import { tableRows } from '../run/scalars.ts'
import { enginePlan, expressionsOf } from '../run/texts.ts'
import { treeCompiler } from '../run/trees.ts'
import type { Course, LoggedGroup } from './group.ts'
import { disagreement, storeOf } from './member.ts'
import { Network } from './network.ts'
import { NO_TROUBLE } from './wire.ts'

const ALL_ROWS = 1_000_000
const FIRST_TABLE = 16

function courseOf(prng: Prng): Course {
  const isRough = prng.chance(0.7)
  const rowsMax = prng.pick([ALL_ROWS, ALL_ROWS, 3])
  return {
    prng,
    rowsMax,
    epochs: prng.pick([0, 0.2, 0.6]),
    // A channel that waits for the barriers of others is behind the oracle.
    spread: rowsMax === ALL_ROWS ? 0 : 3,
    trouble: isRough ? { lost: 0.1, repeated: 0.2, deposed: 0.1 } : NO_TROUBLE,
    discard: isRough ? 0.15 : 0,
    lead: isRough ? 0.15 : 0,
    bounds: prng.pick([undefined, { keys: 1, cells: 1, bytes: 1 }]),
  }
}

/** Undefined: nothing is wrong. */
export function replayed(one: Case): Failure | undefined {
  try {
    return objection(one, new Prng(one.seed).fork('replay'))
  } catch (error) {
    if (error instanceof BrokenInvariant) return { checker: 'INVARIANT', detail: error.message }
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { checker: 'CRASH', detail }
  }
}

function objection(one: Case, prng: Prng): Failure | undefined {
  const plan = enginePlan(one.plan)
  const compiler: Compiler = treeCompiler(expressionsOf(one.plan))
  const schemas = schemasOf(plan, compiler)
  const sites = sitesOf(plan)
  const course = courseOf(prng)
  const network = new Network(one, { plan, compiler, schemas, sites, course })
  const isInStep = course.rowsMax === ALL_ROWS && network.isChain
  const wanted = answered(one.plan, one.input)
  const { rows, stopped } = ran(one, network, prng.below(one.input.batches.length))
  const mustStop = one.setting.errors === 'fail' && failedIn(wanted) > 0
  if (isInStep && (stopped !== undefined) !== mustStop) return wronglyStopped(stopped)
  const disagreeing = () => firstOf(network.groups, group => disagreement(group, prng))
  // What was committed by then holds.
  if (stopped !== undefined) return disagreeing()
  return (
    (isInStep ? differing(one, wanted, { rows, network }) : undefined) ??
    firstOf(network.groups, group => left(group, one)) ??
    firstOf(network.groups, overslept) ??
    firstOf(network.groups, group => miscut(group, course)) ??
    firstOf(network.groups, untaken) ??
    disagreeing()
  )
}

interface Run {
  /** By sink. */
  readonly rows: ReadonlyMap<string, readonly Row[]>
  /** Missing: it went to the end. */
  readonly stopped: WeirError | undefined
}

function ran({ plan, input, setting }: Case, network: Network, cutAt: number): Run {
  const rows = new Map<string, Row[]>(plan.sinks.map(({ id }) => [id, []]))
  const columns = columnsOf(plan)
  for (const [at, batch] of input.batches.entries()) {
    try {
      for (const { to, records } of network.pass(batch)) {
        const sink = plan.sinks.find(({ id }) => id === to)
        if (sink !== undefined) rows.get(to)?.push(...tableRows(records, columns(sink.from), at))
      }
    } catch (error) {
      if (setting.errors === 'fail' && error instanceof WeirError) return { rows, stopped: error }
      throw error
    }
    if (at === cutAt) for (const group of network.groups) group.cut()
  }
  return { rows, stopped: undefined }
}

function wronglyStopped(stopped: WeirError | undefined): Failure {
  const checker = 'REPLAY-13 a job stops where something fails, and nowhere else'
  return { checker, detail: stopped?.message ?? 'it went on' }
}

function firstOf(
  groups: readonly LoggedGroup[],
  say: (group: LoggedGroup) => Failure | undefined,
): Failure | undefined {
  for (const group of groups) {
    const failure = say(group)
    if (failure !== undefined) return failure
  }
  return undefined
}

function differing(
  { plan, setting }: Case,
  wanted: Answer,
  { rows, network }: Pick<Run, 'rows'> & { readonly network: Network },
): Failure | undefined {
  for (const sink of plan.sinks) {
    const { id } = sink
    const table = wanted.sinks[id]
    if (table === undefined) continue
    const seen = { columns: table.columns, rows: rows.get(id) ?? [] }
    const detail = difference(table, seen, namingOf(plan, sink))
    const checker = 'REPLAY-6 what is committed is what the oracle says'
    if (detail !== undefined) return { checker, detail: `${id}: ${detail}` }
  }
  // What is passed over leaves nothing in a log, and is met again by whoever begins anew.
  const isSilent = setting.errors === 'skip'
  const failed = isSilent ? 0 : failedIn(wanted)
  const dead = isSilent ? network.letters : network.dead
  if (failed === dead) return undefined
  return { checker: 'REPLAY-7 dead letters are committed once', detail: `${dead}, not ${failed}` }
}

/**
 * What a key keeps for ever: nothing closes it when the input ends. By count it waits for a record
 * that may always come; no time says that it will not.
 */
function keepsForEver(spec: OperatorSpec): boolean {
  if (spec.kind === 'dedup') return spec.withinMs === undefined
  return (
    spec.kind === 'aggregate' &&
    (['count', 'sliding-rows'].includes(spec.window.kind) || spec.earlyMs !== undefined)
  )
}

/** Operators have nothing but how far time has come, once the input has ended. */
function left({ store, options }: LoggedGroup, { input }: Case): Failure | undefined {
  const isOver = input.batches.at(-1)?.ended === true
  if (!isOver || options.site.operators.some(({ spec }) => keepsForEver(spec))) return undefined
  const kept: string[] = []
  for (const rows = store.scan(); rows.next(); ) {
    const [high = 0, low = 0] = rows.key
    if (high * 256 + low >= FIRST_TABLE && rows.key.length > PLACE_BYTES) kept.push(rows.key.join())
  }
  if (kept.length === 0) return undefined
  const detail = `${options.site.id}: ${kept.length} rows, the first ${kept[0]}`
  return { checker: 'REPLAY-8 nothing is kept behind the end of the input', detail }
}

/** Where processing time only makes early results due, they are so within an interval. */
function overslept({ aheadMs, options }: LoggedGroup): Failure | undefined {
  const specs = options.site.operators.flatMap(({ spec }) => {
    return spec.kind === 'aggregate' ? [spec] : []
  })
  const byClock = specs.some(({ window }) => 'time' in window && window.time === 'processing')
  const longestMs = Math.max(0, ...specs.map(({ earlyMs = 0 }) => earlyMs))
  if (byClock || aheadMs <= longestMs) return undefined
  const detail = `${options.site.id}: ${aheadMs} ms ahead, and early means ${longestMs}`
  return { checker: 'REPLAY-9 early results are due within their interval', detail }
}

/** An epoch holds what stands before its barriers, of every channel, and nothing behind them. */
function miscut(group: LoggedGroup, { trouble, discard, lead }: Course): Failure | undefined {
  const { uncut, givenUp, cuts, options } = group
  const checker = 'REPLAY-10 an epoch cuts what stands before its barriers'
  if (uncut !== undefined) return { checker, detail: uncut }
  for (const { barrier, placed, slices } of cuts) {
    const book = bookOf(storeOf(slices), options.slots?.from ?? 0)
    for (const { channel, offset } of barrier.offsets) {
      const [stood, cursor] = [placed.get(channel), book.channels.get(channel)?.cursor]
      if (stood === offset && cursor === offset) continue
      const detail = `epoch ${barrier.epoch}, channel ${channel}: ${stood}, ${offset}, ${cursor}`
      return { checker, detail }
    }
  }
  if (givenUp === 0 || trouble !== NO_TROUBLE || discard + lead > 0) return undefined
  const detail = `${givenUp} were not`
  return { checker: 'REPLAY-11 epochs are cut where nothing is lost', detail }
}

/** Whoever waited for a barrier goes on. */
function untaken({ store, options, wires }: LoggedGroup): Failure | undefined {
  const book = bookOf(store, options.slots?.from ?? 0)
  const left = wires.find(({ channel, end }) => book.channels.get(channel)?.cursor !== end)
  if (left === undefined) return undefined
  const detail = `${options.site.id}, channel ${left.channel}: not up to ${left.end}`
  return { checker: 'REPLAY-12 all that was said is taken in the end', detail }
}
