/** Each kind of step as the engine's operators: a table, one row a kind. */

import type { StepKind, StepOf } from '../format/step.ts'
import type { LintedStep } from '../lint/job.ts'
import { anotherName } from '../lint/step.ts'
import type { Written } from '../shape/shape.ts'
import { putAggregate, putRolling, putTopN } from './aggregate.ts'
import { wholeOf } from './fragment.ts'
import { asIs, namedKey } from './key.ts'
import type { Line } from './line.ts'

/** False: something was wrong, and was said. */
type Maker<K extends StepKind> = (step: StepOf<K>, line: Line, linted: LintedStep) => boolean

const makers: { readonly [K in Exclude<StepKind, 'to'>]: Maker<K> } = {
  filter: ({ body }, line) => {
    const where = 'where' in body ? body.where : body
    return line.scope.condition(where) && line.put({ kind: 'filter', where: where.text })
  },
  map: putMap,
  project: putProject,
  flatMap: ({ body }, line) => putUnnest(body, line),
  unnest: ({ body }, line) => putUnnest(body, line),
  keyBy: ({ body }, line) => {
    const key = namedKey(body.key, line.scope)
    return key !== undefined && line.put({ kind: 'key-by', key })
  },
  union: (_, line) => line.put({ kind: 'union' }),
  split: putSplit,
  aggregate: putAggregate,
  dedup: ({ body }, line) => {
    const key = namedKey(body.key, line.scope)
    return key !== undefined && line.put({ kind: 'dedup', key, withinMs: body.within })
  },
  topN: putTopN,
  rolling: putRolling,
}

export function putStep(step: LintedStep, line: Line): boolean {
  const { part } = step
  if (part.kind === 'to') return true
  const maker = makers[part.kind] as Maker<StepKind>
  return maker(part, line, step)
}

function putMap({ body }: StepOf<'map'>, line: Line): boolean {
  const { scope } = line
  const columns = scope.named(body.select ?? body.set ?? [])
  if (columns === undefined) return false
  if (body.select !== undefined) return line.put({ kind: 'project', columns })
  const set = new Map(columns.map(column => [column.name, column]))
  const kept = scope.schema.names.map(name => set.get(name) ?? asIs(name))
  const added = columns.filter(({ name }) => scope.schema.placeOf(name) < 0)
  return line.put({ kind: 'project', columns: [...kept, ...added] })
}

function putProject({ body }: StepOf<'project'>, line: Line): boolean {
  const { scope } = line
  const { keep, drop, rename = new Map<string, Written>() } = body
  const isKnown = (keep ?? drop ?? []).map(column => scope.hasColumn(column))
  const goes = new Set(drop?.map(({ text }) => text))
  const names = keep?.map(({ text }) => text) ?? scope.schema.names.filter(name => !goes.has(name))
  for (const [name, to] of rename) {
    if (names.includes(name)) continue
    isKnown.push(scope.fault(to.at, 'sql-unknown-column', `there is no column ${name} to rename`))
  }
  if (isKnown.includes(false)) return false
  const columns = names.map(name => ({ ...asIs(name), name: rename.get(name)?.text ?? name }))
  const doubled = columns.find(({ name }, at) => columns.findIndex(c => c.name === name) !== at)
  if (doubled !== undefined) {
    const { name } = doubled
    const { at } = [...rename.values()].find(({ text }) => text === name) ?? body
    const suggestion = anotherName(name, new Set(columns.map(column => column.name)))
    return scope.fault(at, 'duplicate-column', `two columns would be called ${name}`, suggestion)
  }
  if (columns.length === 0) return scope.fault(body.at, 'bad-value', 'no column would be left')
  return line.put({ kind: 'project', columns })
}

function putUnnest(body: StepOf<'unnest'>['body'], line: Line): boolean {
  const { scope } = line
  const { each, as, position, keepEmpty = false, select } = body
  const type = scope.expression(each)
  const names = position === undefined ? [as] : [as, position]
  const areNew = names.map(name => scope.isNew(name))
  if (position?.text === as.text) {
    areNew.push(scope.fault(position.at, 'duplicate-column', `the element is called ${as.text}`))
  }
  if (type === undefined || areNew.includes(false)) return false
  const ordinality = position?.text
  const spec = { kind: 'unnest', array: each.text, as: as.text, ordinality, keepEmpty } as const
  if (!line.put(spec)) return false
  if (select === undefined) return true
  const columns = line.scope.named(select)
  return columns !== undefined && line.put({ kind: 'project', columns }, '~select')
}

function putSplit({ body }: StepOf<'split'>, line: Line): boolean {
  const branches = [...body.into]
  const areConditions = branches.map(([, where]) => line.scope.isCondition(wholeOf(where)))
  if (areConditions.includes(false)) return false
  const sides = branches.map(([side, { text }]) => ({ side, where: text }))
  return line.put({ kind: 'split', branches: sides })
}
