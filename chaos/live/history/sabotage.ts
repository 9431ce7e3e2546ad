/**
 * Spoils one answer of a recorded history in a way that no correct store could have given it: who
 * still finds it good does not look. Which answer is drawn from the seed.
 */

import type { Random } from '../../../src/base/env.ts'
import type { Sabotage } from '../evidence.ts'
import { operationsOf } from './calls.ts'
import { type HistoryEvent, kindOfKey } from './event.ts'

export interface Sabotaged {
  readonly events: readonly HistoryEvent[]
  /** The key whose history was spoilt; all others are as they were. */
  readonly key: string
  /** For people: what was done to which event. */
  readonly deed: string
}

interface Candidate {
  readonly at: number
  readonly value: number | readonly number[]
}

type Finder = (events: readonly HistoryEvent[]) => readonly Candidate[]

const isRead = (event: HistoryEvent, kind: 'list' | 'register') =>
  event.type === 'ok' && event.f === 'read' && kindOfKey(event.key) === kind

function losses(events: readonly HistoryEvent[]): readonly Candidate[] {
  const acknowledged = new Map<number, number>()
  const found: Candidate[] = []
  for (const { call, answer, returned } of operationsOf(events)) {
    if (call.f === 'append' && answer?.type === 'ok') {
      acknowledged.set(call.value as number, returned)
    }
  }
  for (const { called, answer, returned } of operationsOf(events)) {
    if (answer === undefined || !isRead(answer, 'list')) continue
    const items = answer.value as readonly number[]
    const lost = items.find(item => (acknowledged.get(item) ?? Number.POSITIVE_INFINITY) < called)
    if (lost === undefined) continue
    found.push({ at: returned, value: items.filter(item => item !== lost) })
  }
  return found
}

/**
 * lose: a list is read without an item that was acknowledged before. repeat: a list is read with an
 * item twice. alter: a register is read with a value that nobody ever wrote.
 */
const finders: Record<Sabotage, Finder> = {
  lose: losses,
  repeat: events =>
    events.flatMap((event, at) => {
      const items = isRead(event, 'list') ? (event.value as readonly number[]) : []
      const [first] = items
      return first === undefined ? [] : [{ at, value: [...items, first] }]
    }),
  alter: events => {
    const unused = 1 + events.reduce((most, { value }) => Math.max(most, largestOf(value)), 0)
    return events.flatMap((event, at) => (isRead(event, 'register') ? [{ at, value: unused }] : []))
  },
}

function largestOf(value: HistoryEvent['value']): number {
  if (value === null) return 0
  return typeof value === 'number' ? value : Math.max(0, ...value.map(one => one ?? 0))
}

/** undefined: nothing in this history could be spoiled so; then it proves nothing either. */
export function sabotaged(
  events: readonly HistoryEvent[],
  how: Sabotage,
  random: Random,
): Sabotaged | undefined {
  const candidates = finders[how](events)
  const chosen = candidates[random.uint32() % Math.max(1, candidates.length)]
  const victim = chosen === undefined ? undefined : events[chosen.at]
  if (chosen === undefined || victim === undefined) return undefined
  const { at, value } = chosen
  const spoiled = { ...victim, value }
  const was = `${JSON.stringify(victim.value)} of ${victim.key}`
  return {
    events: events.with(at, spoiled),
    key: victim.key,
    deed: `${how}: event ${at} read ${was}, now ${JSON.stringify(value)}`,
  }
}
