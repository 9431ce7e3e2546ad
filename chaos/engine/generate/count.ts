/** What the drawn plans are made of: nothing is proved of an operator that no plan has. */

import type { AggregateCall, Plan } from '../../oracle/plan.ts'
import type { Case } from './case.ts'

/** By what is counted: in how many plans it stands. */
export type Counts = Map<string, number>

export function countCase(counts: Counts, { plan, setting }: Pick<Case, 'plan' | 'setting'>): void {
  const own = plan.operators.flatMap(({ spec }) => namesOf(spec))
  const behind = [
    ...kindsBehind(plan, names => names.some(name => AGAIN.has(name)), 'what is said again'),
    ...kindsBehind(plan, names => names.includes(BY_CLOCK), 'processing time'),
  ]
  const times = plan.sources.some(({ time }) => time !== undefined) ? ['time by column'] : []
  const more = [...kindsOfColumns(plan), ...(isTwofold(plan) ? [TWOFOLD] : [])]
  const clocks = plan.sources.some(({ lagMs }) => lagMs !== undefined) ? [CLOCK] : []
  const policy = [`errors: ${setting.errors ?? 'dead-letter'}`]
  for (const name of new Set([...own, ...behind, ...times, ...more, ...clocks, ...policy])) {
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
}

const CLOCK = 'clock of a partition'
const TWOFOLD = 'union of two that are said again'

function kindsOfColumns({ sources }: Plan): string[] {
  const kinds = sources.flatMap(({ columns }) => columns.map(({ type }) => type.kind))
  return kinds.filter(kind => OWN_KINDS.includes(kind)).map(kind => `column of ${kind}`)
}

/** A union of what two aggregates say again. */
function isTwofold({ operators }: Plan): boolean {
  const saying = new Map<string, Set<string>>()
  return operators.some(({ id, inputs, spec }) => {
    const main = inputs.filter(({ side }) => side === undefined)
    const own = new Set(main.flatMap(({ from }) => [...(saying.get(from) ?? [])]))
    if (namesOf(spec).some(name => AGAIN.has(name))) own.add(id)
    saying.set(id, own)
    return spec.kind === 'union' && own.size > 1
  })
}

/** Of operators that read what such a one says, be it by way of others. */
function kindsBehind(plan: Plan, isSuch: (names: string[]) => boolean, what: string): string[] {
  const such = new Set<string>()
  return plan.operators.flatMap(({ id, inputs, spec }) => {
    const isBehind = inputs.some(({ from, side }) => side === undefined && such.has(from))
    if (isBehind || isSuch(namesOf(spec))) such.add(id)
    return isBehind ? [`${spec.kind} behind ${what}`] : []
  })
}

const BY_CLOCK = 'by processing time'
/** What makes an aggregate say its results again. */
const AGAIN = new Set(['updating', 'lateness', 'early'])

function namesOf(spec: Plan['operators'][number]['spec']): string[] {
  if (spec.kind !== 'aggregate') return [spec.kind]
  const { window, aggregates, mode, latenessMs, earlyMs, lateSide } = spec
  const time = 'time' in window && window.time === 'processing' ? ` ${BY_CLOCK}` : ''
  return [
    ...['aggregate', `${window.kind}${time}`, mode],
    ...aggregates.map(({ fn, distinct }) => `${fn}${distinct ? ' distinct' : '()'}`),
    ...aggregates.flatMap(({ filter }) => (filter === undefined ? [] : ['aggregate with filter'])),
    ...(aggregates.some(isTurned) ? ['top, smallest first'] : []),
    ...(latenessMs > 0 ? ['lateness'] : []),
    ...(earlyMs === undefined ? [] : ['early']),
    ...(lateSide === undefined ? [] : ['late side']),
    ...(time === '' ? [] : [BY_CLOCK]),
    ...(aggregates.some(({ distinct }) => distinct) ? ['distinct'] : []),
  ]
}

const isTurned = ({ args }: AggregateCall): boolean =>
  args.some(arg => arg.op === 'literal' && arg.value === 'asc')

/** Types that DuckDB has not, or otherwise. */
const OWN_KINDS: readonly string[] = ['json', 'interval', 'months']

/** What every campaign must have enough of; the rest only where records may be late. */
const ALWAYS = [
  ...['filter', 'project', 'unnest', 'union', 'split', 'key-by', 'aggregate', 'dedup'],
  ...['tumbling', 'hopping', 'cumulate', 'session', 'sliding', 'sliding-rows', 'count', 'global'],
  ...['count()', 'sum()', 'min()', 'max()', 'avg()', 'var_pop()', 'var_samp()', 'stddev_pop()'],
  ...['stddev_samp()', 'first()', 'last()', 'collect()', 'top_n()', 'top_n_by()'],
  ...['count_if()', 'bool_and()', 'bool_or()'],
  'distinct',
]
const UNBOUNDED = [
  ...[
    'updating',
    'lateness',
    'late side',
    'early',
    BY_CLOCK,
    'top, smallest first',
    'time by column',
  ],
  ...['filter behind what is said again', 'project behind what is said again'],
  ...['union behind what is said again', TWOFOLD, CLOCK],
  ...OWN_KINDS.map(kind => `column of ${kind}`),
  ...['errors: skip', 'errors: fail'],
]

/** In so many plans of a campaign of so many. */
const PLANS_MIN = 100
const CAMPAIGN_MIN = 1500

/** What too few of so many plans have. */
export function missing(counts: Counts, plans: number, finite: boolean): string[] {
  if (plans < CAMPAIGN_MIN) return []
  const names = finite ? ALWAYS : [...ALWAYS, ...UNBOUNDED]
  return names.filter(name => (counts.get(name) ?? 0) < PLANS_MIN)
}

export function countsText(counts: Counts): string {
  const rows = [...counts].sort(([one], [other]) => (one < other ? -1 : 1))
  return rows.map(([name, count]) => `${name.padEnd(30)}${String(count).padStart(8)}`).join('\n')
}
