/** What one step must say besides its shape, by kind: what excludes what, what no two may share. */

import type { WindowSpec } from '../../engine/plan/plan.ts'
import { isReserved } from '../../sql/text/token.ts'
import type { KeyPart, StepKind, StepOf, StepPart } from '../format/step.ts'
import type { WindowPart } from '../format/window.ts'
import { COLUMN } from '../format/words.ts'
import type { Place, Placed, Written } from '../shape/shape.ts'
import type { Remarks } from './remarks.ts'
import { closesByEventTime, windowColumns, windowOf } from './window.ts'

/** A column of a key, and the expression that makes it. */
export interface KeyColumn {
  readonly name: string
  readonly expression: Written
}

/** A step's window, read once. */
export interface Judged {
  readonly window?: WindowSpec | undefined
}

const NONE: Judged = {}

type Judge<K extends StepKind> = (step: StepOf<K>, remarks: Remarks) => Judged

const judges: { readonly [K in StepKind]?: Judge<K> } = {
  map: ({ body }, remarks) => wantOne(body, ['select', 'set'], remarks),
  project: judgeProject,
  aggregate: judgeAggregate,
  topN: judgeTopN,
  rolling: judgeRolling,
}

export function judgeStep(step: StepPart, remarks: Remarks): Judged {
  const judge = judges[step.kind] as Judge<StepKind> | undefined
  return judge?.(step, remarks) ?? NONE
}

/** Kinds that keep something between records. */
const stateful: ReadonlySet<StepKind> = new Set(['aggregate', 'dedup', 'topN', 'rolling'])

export const isStateful = ({ kind }: StepPart): boolean => stateful.has(kind)

/** Kinds before which records change their group, so that `partitions` means something. */
export function hasStage(step: StepPart): boolean {
  return isStateful(step) || step.kind === 'keyBy'
}

export function keyColumns(key: KeyPart | undefined): readonly KeyColumn[] {
  if (key === undefined) return []
  if (isWritten(key)) return [columnAsKey(key)]
  if (isList(key)) return key.map(columnAsKey)
  return [...key].map(([name, expression]) => ({ name, expression }))
}

/** It is a column, whatever SQL would take its name for. */
function columnAsKey(column: Written): KeyColumn {
  const { text: name } = column
  const text = isReserved(name.toUpperCase()) ? `"${name}"` : name
  return { name, expression: { ...column, text } }
}

const isWritten = (key: KeyPart): key is Written => 'text' in key
const isList = (key: KeyPart): key is readonly Written[] => Array.isArray(key)

/** Exactly one of them. */
function wantOne(body: Placed, names: readonly string[], remarks: Remarks): Judged {
  const values = new Map(Object.entries(body))
  const found = names.filter(name => values.has(name))
  if (found.length !== 1) {
    const message = `exactly one of ${names.join(' and ')} is wanted`
    remarks.error(body.at, found.length === 0 ? 'missing-key' : 'bad-value', message)
  }
  return NONE
}

function judgeProject({ body }: StepOf<'project'>, remarks: Remarks): Judged {
  const { keep, drop, rename } = body
  if (keep === undefined && drop === undefined && rename === undefined) {
    remarks.error(body.at, 'missing-key', 'one of keep, drop and rename is wanted')
  }
  if (keep !== undefined && drop !== undefined) {
    remarks.error(body.at, 'bad-value', 'keep and drop exclude each other')
  }
  distinctColumns(keep ?? drop ?? [], remarks)
  distinctColumns([...(rename ?? new Map<string, Written>()).values()], remarks)
  return NONE
}

export function distinctColumns(columns: readonly Written[], remarks: Remarks): void {
  const seen = new Set<string>()
  for (const { text, at } of columns) {
    if (seen.has(text)) remarks.error(at, 'duplicate-column', `the column ${text} is here already`)
    seen.add(text)
  }
}

function judgeAggregate({ body }: StepOf<'aggregate'>, remarks: Remarks): Judged {
  const window = windowIn(body.window, remarks)
  const { mode = 'final', lateness, late, emit } = body
  const isTimed = window !== undefined && closesByEventTime(window)
  const at = body.window?.at ?? body.at
  if (!isTimed && (lateness !== undefined || late !== undefined) && isSound(body.window, window)) {
    const message = 'lateness and late are for windows that close by event time'
    remarks.error(at, 'bad-value', message)
  }
  if (window?.kind === 'sliding' && lateness !== undefined) {
    const message = 'a sliding window waits for nobody: let the lag of the source be longer'
    remarks.error(at, 'bad-value', message)
  }
  if (emit?.early !== undefined && mode === 'updating') {
    remarks.error(emit.at, 'bad-value', 'early results are for mode: final; updating is earlier')
  }
  if (window !== undefined && !lasts(window) && (mode === 'updating' || emit !== undefined)) {
    const message = `a ${window.kind} window says each result once: it has no mode and no emit`
    remarks.error(at, 'bad-value', message)
  }
  if (window?.kind === 'global' && mode === 'final' && emit?.early === undefined) {
    const message = 'its only result comes when the input ends'
    remarks.warning(at, 'no-result', message, 'mode: updating')
  }
  ownColumns(body.key, window, { remarks, select: body.select, at: body.at })
  return { window }
}

/** It has something to say before it closes. */
const lasts = (window: WindowSpec) => 'time' in window || window.kind === 'global'

/** A window that was faulty has been spoken about. */
const isSound = (part: WindowPart | undefined, window: WindowSpec | undefined) =>
  part === undefined || window !== undefined

function windowIn(part: WindowPart | undefined, remarks: Remarks): WindowSpec | undefined {
  return part === undefined ? { kind: 'global' } : windowOf(part, remarks)
}

interface Selected {
  readonly remarks: Remarks
  readonly select: ReadonlyMap<string, Written>
  readonly at: Place
}

/** For a column whose name others have. */
export function anotherName(name: string, taken: { has(name: string): boolean }): string {
  let number = 2
  while (taken.has(`${name}_${number}`)) number++
  return `${name}_${number}`
}

/** Key, window and results: no two columns of one name. */
function ownColumns(
  key: KeyPart | undefined,
  window: WindowSpec | undefined,
  { remarks, select, at }: Selected,
): void {
  const keys = keyColumns(key)
  distinctColumns(
    keys.map(({ name, expression }) => ({ ...expression, text: name })),
    remarks,
  )
  const taken = new Map<string, string>(keys.map(({ name }) => [name, 'the key']))
  for (const name of window === undefined ? [] : windowColumns(window)) {
    if (taken.has(name)) {
      remarks.error(at, 'duplicate-column', `the column ${name} of the key is the window's name`)
    }
    taken.set(name, 'the window')
  }
  for (const [name, expression] of select) {
    const owner = taken.get(name)
    if (owner === undefined) continue
    const message = `the column ${name} comes from ${owner} already`
    remarks.error(expression.at, 'duplicate-column', message, anotherName(name, taken))
  }
}

function judgeTopN({ body }: StepOf<'topN'>, remarks: Remarks): Judged {
  const window = windowIn(body.window, remarks)
  const { as } = body
  const select = new Map(as === undefined ? [] : [[as.text, as]])
  ownColumns(body.key, window, { remarks, select, at: body.at })
  return { window }
}

function judgeRolling({ body }: StepOf<'rolling'>, remarks: Remarks): Judged {
  wantOne(body, ['time', 'count'], remarks)
  const { time, count } = body
  if (time !== undefined) return { window: { kind: 'sliding', sizeMs: time } }
  return count === undefined ? NONE : { window: { kind: 'sliding-rows', rows: count } }
}

/** `count-by-page`: what a step without a name might be called. */
export function suggestedName(step: StepPart): string | undefined {
  if (!('key' in step.body)) return step.kind
  const [first] = keyColumns(step.body.key)
  const isShort = first !== undefined && COLUMN.pattern.test(first.name)
  return isShort ? `${step.kind}-by-${first.name.replaceAll('_', '-')}` : step.kind
}
