/**
 * What a job must be besides its shape: names that lead somewhere, outputs that somebody reads,
 * times that windows can close by. Errors make it useless; warnings are for its author.
 */

import { SINKS_MAX } from '../../engine/batch/entry.ts'
import type { Edge, WindowSpec } from '../../engine/plan/plan.ts'
import { DEAD_LETTERS_REFUSED } from '../../engine/plan/soundness.ts'
import { DEAD_LETTERS } from '../../engine/stage/dead-letters.ts'
import type { JobPart, TestPart } from '../format/job.ts'
import { keysIn, pathTo } from '../format/path.ts'
import type { ColumnPart, SourcePart } from '../format/source.ts'
import { nearest } from '../shape/nearest.ts'
import type { Place, Tree, Written } from '../shape/shape.ts'
import { sinkNameOf, type WiredStep, wiredSteps } from './names.ts'
import type { Remarks } from './remarks.ts'
import { distinctColumns, hasStage, isStateful, judgeStep, suggestedName } from './step.ts'
import { closesByEventTime } from './window.ts'

export interface LintedStep extends WiredStep {
  readonly window?: WindowSpec | undefined
}

/** Steps with their inputs and windows, in the order of the file, which is topological. */
export function lintedSteps(job: JobPart, remarks: Remarks): readonly LintedStep[] {
  const judged = new Map(job.steps.map(part => [part, judgeStep(part, remarks)]))
  const steps = wiredSteps(job, remarks).map(step => ({ ...step, ...judged.get(step.part) }))
  checkSources(job, remarks)
  checkSinks(job, remarks)
  const readers = readersOf(job, steps, remarks)
  checkTests(job, remarks)
  if (!remarks.hasErrors) warn(job, steps, readers, remarks)
  return steps
}

function checkSources({ sources }: JobPart, remarks: Remarks): void {
  for (const [name, source] of sources) {
    const { schema, time } = source
    if (schema === undefined && !carriesSchema(source)) {
      const message = `the source ${name} needs schema: with the columns that the job uses`
      remarks.error(source.at, 'missing-key', message, 'schema: { COLUMN: text, .. }')
    }
    const format = formatOf(source.format)
    if (format === 'csv') checkCells(source, remarks)
    if (format === 'text') checkText(name, source, remarks)
    const field = time === undefined || 'text' in time ? time : time.field
    if (field === undefined || schema === undefined || schema.has(field.text)) continue
    const message = `the source ${name} has no column ${field.text}`
    remarks.error(field.at, 'unknown-name', message, nearest(field.text, schema.keys()))
  }
}

/** Of CSV a value stands in a cell, under one name. */
function checkCells({ schema }: SourcePart, remarks: Remarks): void {
  for (const column of schema?.values() ?? []) {
    if ('text' in column || column.path === undefined) continue
    const { path } = column
    if (keysIn(path).length === 1) continue
    const message = `${path} leads into a value, and a record of CSV has cells: name one of them`
    remarks.error(column.at, 'bad-path', message, `path: ${JSON.stringify(pathTo(path))}`)
  }
}

/** All of a record is one value. */
function checkText(name: string, { schema, at }: SourcePart, remarks: Remarks): void {
  if (schema === undefined) return
  if (schema.size > 1) {
    const message = `a record of text is one column, and the source ${name} has ${schema.size}`
    remarks.error(at, 'bad-value', message, 'schema: { text: text }')
  }
  for (const column of schema.values()) {
    if ('text' in column || column.path === undefined) continue
    remarks.error(column.at, 'bad-path', 'a record of text has no places in it; leave path out')
  }
}

/** There is nobody who writes the others. */
const WRITTEN: readonly string[] = ['json', 'ndjson', 'csv', 'text']

function checkSinks({ sinks, views }: JobPart, remarks: Remarks): void {
  for (const { key } of [...(sinks?.values() ?? []), ...(views?.values() ?? [])]) {
    if (key !== undefined && !('text' in key)) distinctColumns(key, remarks)
  }
  for (const [name, { format, at }] of sinks ?? []) {
    const kind = formatOf(format)
    if (WRITTEN.includes(kind)) continue
    const message = `the sink ${name} cannot write ${kind}; ${WRITTEN.join(', ')} can be written`
    remarks.error(at, 'bad-format', message, 'format: json')
  }
  const at = sinks?.get(DEAD_LETTERS)?.at
  if (at !== undefined) {
    remarks.error(at, 'bad-name', DEAD_LETTERS_REFUSED, `${DEAD_LETTERS}-of-mine`)
  }
  // One more has the dead letters.
  const most = SINKS_MAX - 1
  const beyond = [...(sinks?.values() ?? [])][most]
  if (beyond === undefined) return
  remarks.error(beyond.at, 'too-many-sinks', `a job has at most ${most} sinks; make two jobs of it`)
}

const formatOf = (format: SourcePart['format']) =>
  typeof format === 'object' ? format.kind : (format ?? 'json')

/** Registries know the columns of theirs; a text has one. */
function carriesSchema({ format }: SourcePart): boolean {
  const name = formatOf(format)
  return name === 'avro' || name === 'protobuf' || name === 'text'
}

/** Everything that is read by anybody: `step`, `step.side`, and the names of sinks. */
interface Readers {
  readonly edges: ReadonlySet<string>
  readonly sinks: ReadonlySet<string>
}

const edgeText = ({ from, side }: Edge) => (side === undefined ? from : `${from}.${side}`)

function readersOf(job: JobPart, steps: readonly WiredStep[], remarks: Remarks): Readers {
  const edges = new Set(steps.flatMap(step => step.inputs.map(edgeText)))
  const sinks = new Set<string>()
  const known = new Set(job.sinks?.keys())
  for (const { part } of steps) {
    if (part.kind !== 'to') continue
    const sink = sinkNameOf(part)
    sinks.add(sink.text)
    mustKnow(sink, known, { remarks, what: 'a sink' })
  }
  const outputs = new Set(steps.filter(({ part }) => part.kind !== 'to').map(({ id }) => id))
  const all = new Set([...known, ...outputs, ...job.sources.keys()])
  for (const { from } of [...(job.views?.values() ?? []), ...(job.cubes?.values() ?? [])]) {
    mustKnow(from, all, { remarks, what: 'a source, step or sink' })
    edges.add(from.text)
  }
  return { edges, sinks }
}

interface Wanted {
  readonly remarks: Remarks
  readonly what: string
}

function mustKnow(name: Written, known: ReadonlySet<string>, { remarks, what }: Wanted): void {
  if (known.has(name.text)) return
  const list = known.size === 0 ? 'there is none' : `there are ${[...known].join(', ')}`
  const message = `${name.text} is not the name of ${what}; ${list}`
  remarks.error(name.at, 'unknown-name', message, nearest(name.text, known))
}

function checkTests(job: JobPart, remarks: Remarks): void {
  for (const test of job.tests ?? []) checkTest(job, test, remarks)
}

/** A test that stands in a file of its own is looked at against its job. */
export function checkTest(job: JobPart, test: TestPart, remarks: Remarks): void {
  const sources = new Set(job.sources.keys())
  for (const input of test.input) {
    const { from, kind, at } = input
    if (from !== undefined) mustKnow(from, sources, { remarks, what: 'a source' })
    else if (kind === 'records' && sources.size > 1) {
      const message = `from: is wanted, one of ${[...sources].join(', ')}`
      remarks.error(at, 'missing-key', message)
    }
    if (kind !== 'records') continue
    const [only] = sources
    const schema = job.sources.get(from?.text ?? only ?? '')?.schema
    for (const record of input.body) warnOfKeys(record, schema, remarks)
  }
  const sinks = new Set(job.sinks?.keys())
  for (const [sink, records] of test.expect) {
    for (const record of records) checkChange(record, remarks)
    if (sinks.has(sink)) continue
    const at = records[0]?.at ?? test.at
    const message = `${sink} is not the name of a sink`
    remarks.error(at, 'unknown-name', message, nearest(sink, sinks))
  }
}

const CHANGES: readonly string[] = ['insert', 'update', 'delete']

function checkChange({ node, at }: Tree, remarks: Remarks): void {
  const entry = node.kind === 'map' ? node.entries.get('$change') : undefined
  if (entry === undefined) return
  const { key, value } = entry
  const word = value.kind === 'text' ? value.value : ''
  if (CHANGES.includes(word)) return
  const place = { path: [...at.path, '$change'], start: key.start, end: key.end }
  const message = `$change is one of ${CHANGES.join(', ')}`
  remarks.error(place, 'bad-value', message, nearest(word, CHANGES))
}

/** A record may hold more than its source reads; in a test it is a slip. */
function warnOfKeys({ node, at }: Tree, schema: SourcePart['schema'], remarks: Remarks): void {
  if (schema === undefined || node.kind !== 'map') return
  const read = new Set([...schema].map(([name, column]) => keyRead(name, column)))
  if (read.has(undefined)) return
  for (const [name, { key }] of node.entries) {
    if (read.has(name)) continue
    const place = { path: [...at.path, name], start: key.start, end: key.end }
    const message = `the source has no column ${name}: nobody will see this`
    const known = [...read].flatMap(one => one ?? [])
    remarks.warning(place, 'unknown-column', message, nearest(name, known))
  }
}

/** Under which key of a record it begins; missing: it is the whole record. */
function keyRead(name: string, column: ColumnPart): string | undefined {
  if ('text' in column || column.path === undefined) return name
  return keysIn(column.path)[0]
}

function warn(
  job: JobPart,
  steps: readonly LintedStep[],
  readers: Readers,
  remarks: Remarks,
): void {
  for (const step of steps) warnOfStep(step, readers, remarks)
  warnOfTime(job, steps, remarks)
  for (const [name, { at }] of job.sources) {
    if (!readers.edges.has(name)) remarks.warning(at, 'unused', `nobody reads the source ${name}`)
  }
  for (const [name, { at }] of job.sinks ?? []) {
    if (!readers.sinks.has(name)) {
      remarks.warning(at, 'unused', `nothing goes to the sink ${name}`, `- to: ${name}`)
    }
  }
  const { replication } = job.options ?? {}
  if (replication !== undefined && replication % 2 === 0) {
    const message = `${replication} replicas survive no more losses than ${replication - 1}`
    remarks.warning(job.options?.at ?? job.at, 'even-replication', message)
  }
}

function warnOfStep({ id, part }: LintedStep, readers: Readers, remarks: Remarks): void {
  const { at } = part
  if (isStateful(part) && part.name === undefined) {
    const message = `its state hangs on being ${id}: a step put before it would take it over`
    remarks.warning(at, 'unnamed-state', message, `name: ${suggestedName(part)}`)
  }
  if (part.partitions !== undefined && !hasStage(part)) {
    remarks.warning(at, 'no-effect', `a ${part.kind} has no groups of its own for partitions`)
  }
  if (part.kind !== 'to' && !readers.edges.has(id)) warnUnread(id, at, remarks)
  for (const side of sideNames(part)) {
    if (!readers.edges.has(`${id}.${side}`)) warnUnread(`${id}.${side}`, at, remarks)
  }
}

function warnUnread(name: string, at: Place, remarks: Remarks): void {
  remarks.warning(at, 'unused', `nobody reads ${name}`, '- to: SINK')
}

function sideNames(part: LintedStep['part']): readonly string[] {
  if (part.kind === 'split') return [...part.body.into.keys()]
  return part.kind === 'aggregate' && part.body.late === 'side' ? ['late'] : []
}

/** Windows by event time over sources that do not say what their time is. */
function warnOfTime(job: JobPart, steps: readonly LintedStep[], remarks: Remarks): void {
  const origins = new Map<string, ReadonlySet<string>>()
  /** Behind windows by processing time. */
  const clocked = new Set<string>()
  for (const name of job.sources.keys()) origins.set(name, new Set([name]))
  for (const { id, part, inputs, window } of steps) {
    const from = new Set(inputs.flatMap(edge => [...(origins.get(edge.from) ?? [])]))
    origins.set(id, from)
    const isClocked = inputs.some(edge => clocked.has(edge.from))
    if (isClocked || (window && 'time' in window && window.time === 'processing')) clocked.add(id)
    if (window === undefined || !closesByEventTime(window)) continue
    if (isClocked) {
      const message =
        "its windows go by event time, and its input comes when the machine's clock says so: " +
        'all of that may be late'
      remarks.warning(part.at, 'late-input', message, 'window: { .., time: processing }')
    }
    const timeless = [...from].filter(name => job.sources.get(name)?.time === undefined)
    if (timeless.length === 0) continue
    const message =
      `its windows go by event time, and ${timeless.join(', ')} does not say which: ` +
      'the time at which a record was written counts, and nothing may be late'
    remarks.warning(part.at, 'no-time', message, 'time: { field: COLUMN, lag: 2s } in the source')
  }
}
