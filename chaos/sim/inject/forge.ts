/**
 * Messages that no replica sends, made from one that was sent. Only what a refusal must stop is
 * forged: this is no lying replica, against which Raft promises nothing.
 */

import { replicaId } from '../../../src/base/ids.ts'
import type { Prng } from '../../../src/base/prng.ts'
import type { Message } from '../../../src/raft/messages.ts'
import type { RefusalCode } from '../../../src/raft/refusal.ts'
import type { FaultKind } from '../world/faults.ts'

export type ForgeryKind = Extract<FaultKind, `forge-${string}`>

export interface Forgery {
  readonly message: Message
  /** What the core must say. */
  readonly expected: RefusalCode
}

export interface Materials {
  readonly original: Message
  /** Before whom it is put. */
  readonly self: Message['to']
  readonly prng: Prng
  readonly termJumpMax: number
}

/** No replica of a run has such an id. */
const STRANGER_MIN = 1_000_000

/**
 * What a field is turned into. None of these is a number, flag, list or bytes that belongs there.
 */
const nonsense: readonly unknown[] = [
  -1,
  0.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 60,
  '7',
  undefined,
  null,
  {},
]

/** Undefined: nothing of this kind can be made of this message. */
export function forge(kind: ForgeryKind, from: Materials): Forgery | undefined {
  const { original, self, prng, termJumpMax } = from
  if (original.from === self) return undefined
  const message = { ...original, to: self }
  switch (kind) {
    case 'forge-malformed':
      return { message: spoil(message, prng), expected: 'malformed' }
    case 'forge-stranger':
      return fromStranger(message, prng)
    case 'forge-future-term': {
      const term = message.term + termJumpMax * prng.between(2, 1000)
      return { message: { ...message, term }, expected: 'future-term' }
    }
    case 'forge-misaddressed': {
      const to = replicaId(STRANGER_MIN + prng.below(1000))
      return { message: { ...message, to }, expected: 'not-mine' }
    }
  }
}

/** One field becomes nonsense, or the whole a type that there is none of. */
function spoil(message: Message, prng: Prng): Message {
  const fields = Object.keys(message).filter(field => field !== 'type')
  const field = prng.below(fields.length + 1)
  const name = fields[field] ?? 'type'
  return { ...message, [name]: prng.pick(nonsense) } as unknown as Message
}

/** Only what answers or asks as a member: a stranger that campaigns or leads may be a newcomer. */
function fromStranger(message: Message, prng: Prng): Forgery | undefined {
  const speaksAsMember = message.type.endsWith('-reply') || message.type === 'read'
  if (!speaksAsMember) return undefined
  const from = replicaId(STRANGER_MIN + prng.below(1000))
  return { message: { ...message, from }, expected: 'unknown-peer' }
}
