/**
 * A command on the state: total, and a function of the two alone. A refusal leaves the very state
 * that was there.
 */

import { unreachable } from '../base/errors.ts'
import type { MetaCommand, MetaOutcome, MetaRefusal } from './command.ts'
import { found, place } from './groups.ts'
import { claim, drop, settleClaim, submit, wish } from './jobs.ts'
import { leave, miss, welcome } from './nodes.ts'
import { set } from './settings.ts'
import type { MetaState } from './state.ts'

export interface Applied {
  readonly state: MetaState
  readonly outcome: MetaOutcome
}

export function apply(state: MetaState, command: MetaCommand): Applied {
  const next = changed(state, command)
  if (typeof next === 'string') return { state, outcome: next }
  return { state: next, outcome: 'done' }
}

function changed(state: MetaState, command: MetaCommand): MetaState | MetaRefusal {
  switch (command.kind) {
    case 'node':
      return welcome(state, command.node)
    case 'gone':
      return miss(state, command.node, command.sinceMs)
    case 'leave':
      return leave(state, command.node)
    case 'submit':
      return submit(state, command.job)
    case 'wish':
      return wish(state, command.job, command.wish)
    case 'generation':
      return claim(state, command)
    case 'claimed':
      return settleClaim(state, command)
    case 'drop':
      return drop(state, command.job)
    case 'place':
      return place(state, command.groups)
    case 'founded':
      return found(state, command.groups)
    case 'setting':
      return set(state, command.setting)
    default:
      return unreachable(command)
  }
}
