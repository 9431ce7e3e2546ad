/**
 * What the leader of `meta` should propose next: facts in, a command out. It says of nodes what the
 * roster of `meta` knows, who is seen and who is not, and where groups should be; and of all that
 * only what would change something, so that it comes to rest.
 */

import type { NodeId } from '../../base/ids.ts'
import { apply } from '../../meta/apply.ts'
import type { MetaCommand, NodeWord } from '../../meta/command.ts'
import { nextPlace } from '../../meta/placement/placement.ts'
import { type MetaState, nodeIn } from '../../meta/state.ts'
import { parseAddress } from '../address.ts'
import { type Introduction, newestOf, type Roster } from '../roster/roster.ts'

/** A node that was not seen for as long is gone: a restart is not told to anybody. */
export const UNSEEN_MS = 10_000

export interface MetaFacts {
  readonly roster: Roster
  readonly state: MetaState
  readonly nowMs: number
  /** For how long it was not seen; 0: it is here. */
  unseenMs(node: NodeId): number
}

export function nextMetaCommand(facts: MetaFacts): MetaCommand | undefined {
  const { roster, state, nowMs } = facts
  const isNews = (command: MetaCommand) => apply(state, command).state !== state
  const words = [...newestOf(roster).values()].flatMap(who => wordOf(facts, who) ?? [])
  return words.find(isNews) ?? absences(facts).find(isNews) ?? nextPlace(state, nowMs)
}

/** undefined: nothing that is not known. */
function wordOf({ state, unseenMs }: MetaFacts, who: Introduction): MetaCommand | undefined {
  const { node: id, store, boot, address, http } = who
  const known = nodeIn(state, id)
  const host = parseAddress(address)?.host ?? ''
  const word: NodeWord = { id, store, boot, zone: known?.zone ?? '', host, address, http }
  const isSame = known !== undefined && sameWord(known, word)
  const isBack = known?.goneSinceMs !== undefined && unseenMs(id) === 0
  return isSame && !isBack ? undefined : { kind: 'node', node: word }
}

const sameWord = (a: NodeWord, b: NodeWord) =>
  a.store === b.store &&
  a.boot === b.boot &&
  a.host === b.host &&
  a.address === b.address &&
  a.http === b.http

function absences({ state, nowMs, unseenMs }: MetaFacts): readonly MetaCommand[] {
  const unseen = state.nodes.filter(({ id }) => unseenMs(id) >= UNSEEN_MS)
  return unseen.map(({ id }) => {
    const sinceMs = Math.max(0, Math.floor(nowMs - unseenMs(id)))
    return { kind: 'gone', node: id, sinceMs }
  })
}
