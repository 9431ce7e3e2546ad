/** Sources and sinks of a job as the engine's: columns with types, times, options as they are. */

import type { SourcePlan, SourceTime } from '../../engine/plan/plan.ts'
import { type Column, Schema } from '../../engine/schema/schema.ts'
import { TEXT, type Type, typeText } from '../../engine/schema/type.ts'
import { maybeType, refusalOf, TYPE_NAMES } from '../../engine/schema/type-text.ts'
import { type Json, type JsonMap, jsonOf, type MapNode, type Node } from '../document/node.ts'
import type { ColumnPart, SourcePart } from '../format/source.ts'
import type { Remarks } from '../lint/remarks.ts'
import { nearest } from '../shape/nearest.ts'
import type { Written } from '../shape/shape.ts'

/** What a record of a format without columns is. */
const TEXT_COLUMNS: readonly Column[] = [{ name: 'text', type: TEXT }]

/** How far records may come out of order where nobody says. */
const LAG_USUAL_MS = 0

export interface CompiledSource {
  readonly plan: SourcePlan
  /** Missing: only a registry knows it, which nobody has asked. */
  readonly schema?: Schema
}

export interface SourceInput {
  readonly id: string
  readonly part: SourcePart
  /** The part as it stands in the file. */
  readonly node: Node | undefined
}

/** Missing: something was wrong, and was said. */
export function compiledSource(
  { id, part, node }: SourceInput,
  remarks: Remarks,
): CompiledSource | undefined {
  const columns = columnsOf(part, remarks)
  if (columns === undefined) return undefined
  const time = timeOf(part, columns, remarks)
  if (time === undefined) return undefined
  const written = columns.map(({ name, type }) => ({ name, type: typeText(type) }))
  const plan = { id, columns: written, time, options: optionsOf(node) }
  return columns.length === 0 ? { plan } : { plan, schema: new Schema(columns) }
}

function columnsOf(
  { schema, format }: SourcePart,
  remarks: Remarks,
): readonly Column[] | undefined {
  if (schema === undefined) return isText(format) ? TEXT_COLUMNS : []
  const columns = [...schema].map(([name, part]) => ({ name, type: typeOf(part, remarks) }))
  const known = columns.flatMap(({ name, type }) => (type === undefined ? [] : [{ name, type }]))
  return known.length === columns.length ? known : undefined
}

/** Missing: there is no such type, or its unit means nothing, and that was said. */
function typeOf(part: ColumnPart, remarks: Remarks): Type | undefined {
  const { type: written, unit } = 'text' in part ? { type: part } : part
  const { text, at } = written
  const type = maybeType(spelt(text))
  if (type === undefined) {
    remarks.error(at, 'unknown-type', ...noTypeText(text))
    return undefined
  }
  if (unit === undefined || COUNTED.has(type.kind)) return type
  const message = `${unit} is what a number counts that becomes a timestamp or an interval`
  remarks.error(part.at, 'no-effect', `${message}; leave it out of ${typeText(type)}`)
  return undefined
}

/** `bigint ARRAY` as the engine reads it. */
function spelt(text: string): string {
  const [, elements] = /^(.*\S)\s+array$/i.exec(text) ?? []
  return elements === undefined ? text : `array<${spelt(elements)}>`
}

/** What a number becomes by its unit. */
const COUNTED: ReadonlySet<Type['kind']> = new Set(['timestamp', 'timestamptz', 'interval'])

const SOME_TYPES = 'boolean, bigint, double, decimal(12, 2), text, timestamptz, json, array<text>'

/** The sentence, and what may have been meant. */
function noTypeText(text: string): readonly [string, string?] {
  const refusal = refusalOf(text)
  if (refusal !== undefined) return [`${text} is no type: ${refusal}`]
  const suggestion = nearest(text, TYPE_NAMES)?.toLowerCase()
  const sentence = `${text} is no type; there are, for example, ${SOME_TYPES}`
  return suggestion === undefined ? [sentence] : [sentence, suggestion]
}

const isText = (format: SourcePart['format']) =>
  (typeof format === 'object' ? format.kind : format) === 'text'

function timeOf(
  { time }: SourcePart,
  columns: readonly Column[],
  remarks: Remarks,
): SourceTime | undefined {
  if (time === undefined) return { lagMs: LAG_USUAL_MS }
  const { field, lag = LAG_USUAL_MS, idle } = 'text' in time ? fieldAlone(time) : time
  const column = columns.find(({ name }) => name === field?.text)
  const kind = column?.type.kind
  if (field !== undefined && kind !== undefined && kind !== 'timestamp' && kind !== 'timestamptz') {
    const message = `${field.text} is to be a timestamp or a timestamptz, to be the time`
    remarks.error(field.at, 'sql-type', message)
    return undefined
  }
  return { column: field?.text, lagMs: lag, idleMs: idle }
}

interface FieldAlone {
  readonly field: Written
  readonly lag?: number
  readonly idle?: number
}

const fieldAlone = (field: Written): FieldAlone => ({ field })

/** Connector, format and their options: what is not said elsewhere in the plan. */
export function optionsOf(node: Node | undefined): Readonly<Record<string, Json>> {
  return node === undefined ? {} : optionsIn(jsonOf(node))
}

export function optionsIn(part: Json): Readonly<Record<string, Json>> {
  const all = part as JsonMap
  const said = new Set(['schema', 'time', 'key'])
  const options = Object.entries(all).filter(([key]) => !said.has(key))
  const places = placesIn(all['schema'])
  return Object.fromEntries(
    places.length === 0 ? options : [...options, [PLACES, Object.fromEntries(places)]],
  )
}

/** Where the values of columns stand in a record, by column: `{ path?, unit? }`. */
const PLACES = 'fields'

function placesIn(schema: Json | undefined): readonly (readonly [string, Json])[] {
  return Object.entries((schema ?? {}) as JsonMap).flatMap(([name, column]) => {
    if (typeof column !== 'object') return []
    const { type: _, ...place } = column as JsonMap
    return Object.keys(place).length === 0 ? [] : [[name, place] as const]
  })
}

/** The part of a document below a section: `sources`, `sinks`. */
export function partNode(root: Node, section: string, name: string): Node | undefined {
  const parts = partOf(root, section)
  return parts?.kind === 'map' ? parts.entries.get(name)?.value : undefined
}

export function partOf(root: Node, section: string): Node | undefined {
  return (root as MapNode).entries.get(section)?.value
}
