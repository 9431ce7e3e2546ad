/**
 * One call of a client, one answer: what the wire says in terms of the group, and back. What a
 * client is told decides what a checker believes, so every outcome has its row here.
 */

import { groupId } from '../../../src/base/ids.ts'
import type { ProposeOutcome, ReadOutcome, ServedGroup } from '../../../src/node/group.ts'
import { commandTrouble, encodeCommand, type KvCommand, type KvResult } from '../command.ts'
import type { KvMachine } from '../machine.ts'

/** As kv.proto numbers them. */
export const callKinds = { READ: 0, WRITE: 1, APPEND: 2, CAS: 3 } as const
export const outcomes = { OK: 0, FAIL: 1, UNKNOWN: 2 } as const

export interface WireCall {
  readonly id: number
  readonly group: number
  readonly kind: number
  readonly key: string
  readonly value: Uint8Array
  readonly expected: Uint8Array
  readonly expect_nothing: boolean
}

export interface WireAnswer {
  readonly id: number
  readonly outcome: number
  readonly value?: Uint8Array
  readonly nothing?: boolean
  readonly code?: string
  readonly message?: string
  readonly leader?: string
  readonly index?: number
}

export type KvGroup = ServedGroup<KvMachine>
export type FindGroup = (id: ReturnType<typeof groupId>) => KvGroup | undefined

export function answerCall(
  find: FindGroup,
  call: WireCall,
  done: (answer: WireAnswer) => void,
): void {
  const { id } = call
  const group = find(groupId(call.group))
  if (group === undefined) {
    done(failed(id, 'unknown-group', 'this node has no replica of the group; ask another'))
  } else if (call.kind === callKinds.READ) {
    group.read(outcome => done(answerRead(group, call, outcome)))
  } else answerCommand(group, call, done)
}

function answerRead(group: KvGroup, { id, key }: WireCall, outcome: ReadOutcome): WireAnswer {
  switch (outcome.kind) {
    case 'ready':
      return { id, outcome: outcomes.OK, ...held(group.machine.read(key)) }
    case 'refused':
      return { ...failed(id, outcome.code, outcome.message), ...hint(group) }
    case 'lost':
      return {
        ...failed(id, 'read-lost', 'the leader changed meanwhile; ask again'),
        ...hint(group),
      }
  }
}

function answerCommand(group: KvGroup, call: WireCall, done: (answer: WireAnswer) => void): void {
  const { id } = call
  const command = commandOf(call)
  const trouble = command === undefined ? 'unknown kind of call' : commandTrouble(command)
  if (command === undefined || trouble !== undefined) {
    done(failed(id, 'bad-call', trouble ?? ''))
    return
  }
  group.propose(encodeCommand(command), outcome => done(answerOf(group, id, outcome)))
}

function commandOf({ kind, key, value, expected, ...call }: WireCall): KvCommand | undefined {
  if (kind === callKinds.WRITE) return { kind: 'write', key, value }
  if (kind === callKinds.APPEND) return { kind: 'append', key, value }
  if (kind !== callKinds.CAS) return undefined
  return { kind: 'cas', key, value, ...(call.expect_nothing ? {} : { expected }) }
}

function answerOf(group: KvGroup, id: number, outcome: ProposeOutcome): WireAnswer {
  switch (outcome.kind) {
    case 'applied':
      return resultOf(id, outcome.index, outcome.result as KvResult)
    case 'refused':
      return { ...failed(id, outcome.code, outcome.message), ...hint(group) }
    case 'unknown': {
      const message = 'leadership was lost while the entry was on its way; it may have happened'
      return { id, outcome: outcomes.UNKNOWN, code: 'leader-lost', message, ...hint(group) }
    }
  }
}

function resultOf(id: number, index: number, { isDone, found }: KvResult): WireAnswer {
  if (isDone) return { id, outcome: outcomes.OK, index }
  const message = 'the key holds something else, or would hold too much'
  return { ...failed(id, 'not-done', message), ...held(found), index }
}

function held(value: Uint8Array | undefined) {
  return value === undefined ? { nothing: true } : { value }
}

function hint(group: KvGroup) {
  const leader = group.leaderAddress()
  return leader === undefined ? {} : { leader }
}

function failed(id: number, code: string, message: string): WireAnswer {
  return { id, outcome: outcomes.FAIL, code, message }
}
