/**
 * The recorded history of a drill, one event a line, in the form that checkers of Jepsen's kind
 * read: who called what, and what came of it. A read of a register that was never written sees
 * null; a list is the numbers that were appended to it.
 */

import { WeirError } from '../../../src/base/errors.ts'

const verbs = ['read', 'write', 'append', 'cas'] as const
export type Verb = (typeof verbs)[number]

/** `fail`: it certainly did not happen. `info`: nobody knows. */
const eventTypes = ['invoke', 'ok', 'fail', 'info'] as const
export type EventType = (typeof eventTypes)[number]

export type Seen = number | null | readonly number[]
/** cas: what it expects, and what it puts in its place. */
export type Exchange = readonly [expected: number | null, value: number]

export interface HistoryEvent {
  /** One call at a time; after an `info` its worker goes on under another number. */
  readonly process: number
  readonly type: EventType
  readonly f: Verb
  readonly key: string
  /** Of a read: null when it is called. */
  readonly value: Seen | Exchange
  /** Nanoseconds since the history began. */
  readonly time: number
  /** Why it failed, or is not known. */
  readonly error?: string
}

/** A cas that found another value: it failed, and that tells what was not there. */
export const MISMATCH = 'mismatch'

export type LiveKind = 'register' | 'list'

/** What a key holds is told by its first letter. */
export const kindOfKey = (key: string): LiveKind => (key.startsWith('l') ? 'list' : 'register')

export const linesOf = (events: readonly HistoryEvent[]): string =>
  events.map(event => `${JSON.stringify(event)}\n`).join('')

/** The reverse: of a file that somebody kept, or wrote. */
export function eventsOf(text: string): readonly HistoryEvent[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines.map((line, at) => {
    const event = parsed(line)
    const trouble = troubleOf(event)
    if (trouble === undefined) return event as HistoryEvent
    throw new WeirError('malformed-history', `line ${at + 1}: ${trouble}`)
  })
}

function parsed(line: string): Partial<Record<keyof HistoryEvent, unknown>> {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    // Said as the trouble of an event without fields.
    return {}
  }
}

function troubleOf(event: Partial<Record<keyof HistoryEvent, unknown>>): string | undefined {
  const { process, type, f, key, value, time } = event
  if (!Number.isSafeInteger(process)) return 'process is a whole number'
  if (!eventTypes.some(one => one === type)) return `type is one of ${eventTypes.join(', ')}`
  const verb = verbs.find(one => one === f)
  if (verb === undefined) return `f is one of ${verbs.join(', ')}`
  if (typeof key !== 'string' || !/^[rl]/.test(key)) return 'key begins with r or l'
  if (typeof time !== 'number') return 'time is a number'
  return isValueOf(verb, value) ? undefined : `that is no value of a ${verb}`
}

function isValueOf(verb: Verb, value: unknown): boolean {
  const isNumber = (one: unknown) => Number.isSafeInteger(one)
  if (verb === 'write' || verb === 'append') return isNumber(value)
  if (verb === 'read') {
    return value === null || isNumber(value) || (Array.isArray(value) && value.every(isNumber))
  }
  if (!Array.isArray(value) || value.length !== 2) return false
  return (value[0] === null || isNumber(value[0])) && isNumber(value[1])
}
