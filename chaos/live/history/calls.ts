/**
 * What the linearizability checker must place, made of the recorded events alone: whoever keeps the
 * file can judge it again.
 */

import { WeirError } from '../../../src/base/errors.ts'
import type { Call } from '../../sim/checkers/linear/linearizable.ts'
import type { Move } from '../../sim/checkers/linear/models.ts'
import { type Exchange, type HistoryEvent, kindOfKey, MISMATCH, type Seen } from './event.ts'

export interface Operation {
  readonly call: HistoryEvent
  readonly called: number
  /** undefined: the history ends before. */
  readonly answer?: HistoryEvent
  readonly returned: number
}

const NEVER = Number.POSITIVE_INFINITY

export function operationsOf(events: readonly HistoryEvent[]): readonly Operation[] {
  const open = new Map<number, { call: HistoryEvent; called: number }>()
  const operations: Operation[] = []
  for (const [at, event] of events.entries()) {
    const before = open.get(event.process)
    if (event.type === 'invoke') {
      if (before !== undefined) throw malformed(at, 'calls before its last call was answered')
      open.set(event.process, { call: event, called: at })
    } else {
      if (before === undefined) throw malformed(at, 'is answered without a call')
      open.delete(event.process)
      operations.push({ ...before, answer: event, returned: at })
    }
  }
  for (const rest of open.values()) operations.push({ ...rest, returned: NEVER })
  return operations.sort((a, b) => a.called - b.called)
}

function malformed(at: number, what: string): WeirError {
  const message = `event ${at}: its process ${what}; a history is whole or it says nothing`
  return new WeirError('malformed-history', message)
}

export function callsByKey(events: readonly HistoryEvent[]): ReadonlyMap<string, readonly Call[]> {
  const byKey = new Map<string, Call[]>()
  for (const operation of operationsOf(events)) {
    const call = callOf(operation)
    if (call === undefined) continue
    const calls = byKey.get(operation.call.key) ?? []
    byKey.set(operation.call.key, calls)
    calls.push(call)
  }
  return byKey
}

/** undefined: it never happened, or it is a read that nobody saw. */
function callOf({ call, called, answer, returned }: Operation): Call | undefined {
  const type = answer?.type ?? 'info'
  const isMismatch = call.f === 'cas' && type === 'fail' && answer?.error === MISMATCH
  if (type === 'fail' && !isMismatch) return undefined
  if (type === 'info' && call.f === 'read') return undefined
  const isKnown = type !== 'info'
  const result = isKnown ? { ok: !isMismatch } : undefined
  const move = moveOf(call, answer, result)
  return { move, called, returned: isKnown ? returned : NEVER }
}

function moveOf(
  { f, key, value }: HistoryEvent,
  answer: HistoryEvent | undefined,
  result: { ok: boolean } | undefined,
): Move {
  if (f === 'read') {
    return { name: 'read', value: 0, expected: 0, seen: seenOf(key, answer?.value as Seen) }
  }
  if (f === 'cas') {
    const [expected, wanted] = value as Exchange
    return { name: 'cas', value: wanted, expected: expected ?? 0, result }
  }
  return { name: f, value: value as number, expected: 0, result }
}

/** What was never written is 0 to a register's model, and nothing to a list's. */
function seenOf(key: string, seen: Seen): number | readonly number[] {
  if (kindOfKey(key) === 'list') return seen === null ? [] : (seen as readonly number[])
  return (seen ?? 0) as number
}
