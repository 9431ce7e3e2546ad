/**
 * Handing leadership over: the target catches up, proposals wait, then it is told to campaign at
 * once.
 */

import type { ReplicaId } from '../../base/ids.ts'
import type { Core } from '../core.ts'
import { isVoter } from '../members/members.ts'
import type { Refusal } from '../refusal.ts'
import type { Leadership } from './leadership.ts'
import { feed } from './replicate.ts'

export function transfer(core: Core, to: ReplicaId): Refusal | undefined {
  const { leading } = core
  if (leading === undefined) return core.refuse('not-leader')
  const peer = leading.peers.get(to)
  if (peer === undefined || !isVoter(core.log.members, to)) return core.refuse('not-a-voter')
  if (leading.transfer !== undefined) return core.refuse('transferring')
  if (core.log.membersIndex > core.log.commit) return core.refuse('change-pending')
  leading.transfer = { to, elapsedMs: 0 }
  feed(core, peer)
  maybeTimeoutNow(core, leading)
  return undefined
}

/** The target has all that there is: it wins if it asks now. */
export function maybeTimeoutNow(core: Core, leading: Leadership): void {
  const { transfer: open } = leading
  if (open === undefined) return
  const peer = leading.peers.get(open.to)
  if (peer?.match === core.log.lastIndex) core.send({ type: 'timeout-now', to: open.to })
}

/** A target that does not take over within an election timeout will not; proposals go on. */
export function expireTransfer(core: Core, leading: Leadership, elapsedMs: number): void {
  const { transfer: open } = leading
  if (open === undefined) return
  open.elapsedMs += elapsedMs
  const member = isVoter(core.log.members, open.to)
  if (open.elapsedMs >= core.options.times.electionMs || !member) leading.transfer = undefined
}
