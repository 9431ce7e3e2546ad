/**
 * Calls of drills in the words of the key-value service, and its answers in theirs. A register is a
 * number in digits; a list is numbers, each with a space behind it, so that appending bytes appends
 * an item.
 */

import { callKinds, outcomes, type WireAnswer, type WireCall } from '../../kv/service/calls.ts'
import { type Exchange, kindOfKey, type Seen } from '../history/event.ts'
import type { Answer, Request } from './port.ts'

type KvCall = Partial<Omit<WireCall, 'id'>> & Pick<WireCall, 'group' | 'kind' | 'key'>

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const digits = (value: number) => encoder.encode(String(value))

export function callOf({ group, key, f, value }: Request): KvCall {
  const common = { group, key }
  if (f === 'read') return { ...common, kind: callKinds.READ }
  if (f === 'write') return { ...common, kind: callKinds.WRITE, value: digits(value as number) }
  if (f === 'append') {
    return { ...common, kind: callKinds.APPEND, value: encoder.encode(`${value} `) }
  }
  const [expected, wanted] = value as Exchange
  const guard = expected === null ? { expect_nothing: true } : { expected: digits(expected) }
  return { ...common, kind: callKinds.CAS, value: digits(wanted), ...guard }
}

/** `nodeAt`: whose address that is. */
export function answerOf(
  { f, key }: Request,
  answer: WireAnswer,
  nodeAt: (address: string) => string | undefined,
): Answer {
  const code = answer.code ?? ''
  if (answer.outcome === outcomes.UNKNOWN) return { kind: 'unknown', code }
  if (answer.outcome === outcomes.OK) {
    return f === 'read' ? { kind: 'ok', seen: seenOf(key, answer) } : { kind: 'ok' }
  }
  if (f === 'cas' && code === 'not-done') return { kind: 'mismatch' }
  const leader = nodeAt(answer.leader ?? '')
  return { kind: 'refused', code, ...(leader === undefined ? {} : { leader }) }
}

function seenOf(key: string, { nothing, value }: WireAnswer): Seen {
  const isList = kindOfKey(key) === 'list'
  if (nothing === true) return isList ? [] : null
  const text = decoder.decode(value)
  return isList ? text.trimEnd().split(' ').map(Number) : Number(text)
}
