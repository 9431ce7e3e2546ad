/** Test support: stories of a few records, step by step, and what an operator said of them. */

import { DELETE, INSERT, type Row, UPDATE } from '../../columns/records.ts'
import type { AggregateSpec, WindowSpec } from '../../plan/plan.ts'
import { testCompiler } from '../../testing/compiler.ts'
import type { Outcome, Script, Step } from '../../testing/verify.ts'
import { input, recordsFrom } from './events.ts'

export type Words = Omit<Step, 'records'>

/** Records as `USER@TIME` or `USER@TIME=NUMBER`, a space between; a `-` is the user null. */
export function came(text: string, words: Words = {}): Step {
  const events = text.split(' ').map(word => {
    const [, user, time, n = '1'] = /^(\S+?)@(-?\d+)(?:=(-?\d+))?$/.exec(word) ?? []
    if (user === undefined) throw new Error(`${word} is no record`)
    return { user: user === '-' ? null : user, time: Number(time), n: Number(n) }
  })
  return { records: recordsFrom(events), ...words }
}

export const passes = (watermark: number): Step => ({ watermark })
export const END: Step = { watermark: Number.POSITIVE_INFINITY }

export function story(spec: AggregateSpec, ...steps: readonly Step[]): Script {
  return { spec, input, steps, compiler: testCompiler }
}

/** How many, and how much together. */
export function sums(window: WindowSpec, more: Partial<AggregateSpec> = {}): AggregateSpec {
  return {
    kind: 'aggregate',
    key: [{ name: 'user', expression: 'user' }],
    window,
    aggregates: [
      { name: 'total', fn: 'count', args: [], distinct: false },
      { name: 'sum', fn: 'sum', args: ['n'], distinct: false },
    ],
    latenessMs: 0,
    mode: 'final',
    ...more,
  }
}

const SIGNS: Readonly<Record<number, string>> = { [INSERT]: '', [UPDATE]: '~', [DELETE]: '-' }

/** `a 0..10 2 5`: the key, the window and the results; `~` is said again, `-` taken back. */
function shown({ kind = INSERT, values }: Row): string {
  const [key, start, end, ...results] = values
  return `${SIGNS[kind]}${key ?? '-'} ${start}..${end} ${results.join(' ')}`
}

export function said({ outputs }: Outcome): readonly string[] {
  return (outputs.get('main') ?? []).map(shown)
}

/** What was said, with its times, whatever the columns. */
export function told({ outputs }: Outcome, edge = 'main'): readonly unknown[] {
  return (outputs.get(edge) ?? []).map(({ time, values }) => [time, ...values])
}

export const tumbling = (sizeMs: number, time: 'event' | 'processing' = 'event') =>
  ({ kind: 'tumbling', sizeMs, offsetMs: 0, time }) as const

export const hopping = (sizeMs: number, everyMs: number, time: 'event' | 'processing' = 'event') =>
  ({ kind: 'hopping', sizeMs, everyMs, offsetMs: 0, time }) as const

export const cumulate = (sizeMs: number, stepMs: number, time: 'event' | 'processing' = 'event') =>
  ({ kind: 'cumulate', sizeMs, stepMs, offsetMs: 0, time }) as const

export const session = (gapMs: number, time: 'event' | 'processing' = 'event') =>
  ({ kind: 'session', gapMs, time }) as const

/** The row that says how far the operator has come. */
export const PROGRESS = 1
