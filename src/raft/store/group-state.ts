/**
 * What all records so far amount to, for each group, without its entries: what the head of a
 * segment repeats, and by which segments and image files are seen to be of no more use. The same
 * step is taken for what was just made durable and for what an opening finds.
 */

import { invariant } from '../../base/errors.ts'
import type { GroupId, ReplicaId } from '../../base/ids.ts'
import type { HardState } from '../types.ts'
import type { FiledImage, LogRecord } from './record.ts'

export interface GroupState {
  readonly replica: ReplicaId
  hardState: HardState
  filed: FiledImage
  lastIndex: number
}

export type GroupStates = Map<GroupId, GroupState>

export function advance(states: GroupStates, record: LogRecord): void {
  if (record.isRemoved === true) states.delete(record.group)
  if (record.created !== undefined) found(states, record.created, record)
  const state = states.get(record.group)
  if (state !== undefined) take(state, record)
}

function found(states: GroupStates, replica: ReplicaId, record: LogRecord): void {
  const { group, install: filed, hardState } = record
  invariant(filed !== undefined && hardState !== undefined, 'STORE a group begins whole', group)
  states.set(group, { replica, hardState, filed, lastIndex: filed.image.index })
}

function take(state: GroupState, { install, hardState, entries, compact }: LogRecord): void {
  if (install !== undefined) {
    state.filed = install
    state.lastIndex = install.image.index
  }
  state.hardState = hardState ?? state.hardState
  const last = entries.at(-1)
  if (last !== undefined) {
    // A leader may write again what its image already holds.
    state.lastIndex = Math.max(last.index, state.filed.image.index)
  }
  if (compact !== undefined && compact.image.index > state.filed.image.index) {
    state.filed = compact
    state.lastIndex = Math.max(state.lastIndex, compact.image.index)
  }
}
