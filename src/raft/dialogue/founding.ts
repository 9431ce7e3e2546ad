/** Test support: the commands by which a group comes to be, with whatever past it is given. */

import type { ReplicaId } from '../../base/ids.ts'
import { noMembers } from '../members/members.ts'
import { defaultLimits, defaultTimes } from '../options.ts'
import type { Entry, Members, Stored } from '../types.ts'
import { NO_ONE } from '../types.ts'
import type { Command } from './command.ts'
import { mustNumber } from './command.ts'
import type { Handlers } from './handler.ts'

export const founding: Handlers = {
  /**
   * `group voters=1,2,3 learners=4 chunkBytesMax=8`: a new group; any limit or time by its name.
   */
  group(group, command) {
    const members = membersOf(command)
    group.begin({
      times: overridden(defaultTimes, command),
      // No tail unless a script asks for one: followers that lag are to need images.
      limits: overridden({ ...defaultLimits, tailEntries: 0 }, command),
    })
    for (const id of [...members.voters, ...members.learners]) group.add(id, fresh(members))
  },

  /** `join 4`: a new replica that knows of nobody. */
  join(group, command) {
    for (const [at] of command.words.entries()) group.add(command.mustId(at), fresh(noMembers))
  },

  /** `past 2 log=1,1,3 term=3 vote=2 commit=1`: the replica starts with entries of these terms. */
  past(group, command) {
    const id = command.mustId(0)
    const { image } = group.mustHost(id).disk.stored
    const entries = (command.option('log') ?? '').split(',').map(pastEntry)
    const term = command.number('term') ?? entries.at(-1)?.term ?? 0
    const vote = (command.number('vote') ?? NO_ONE) as ReplicaId
    const hardState = { term, vote, commit: command.number('commit') ?? 0 }
    group.add(id, { hardState, image, entries })
    group.pump(group.mustHost(id))
  },
}

function membersOf(command: Command): Members {
  return { voters: command.ids('voters'), outgoing: [], learners: command.ids('learners') }
}

function fresh(members: Members): Stored {
  return {
    hardState: { term: 0, vote: NO_ONE, commit: 0 },
    image: { index: 0, term: 0, members, membersIndex: 0, chain: 0 },
    entries: [],
  }
}

function overridden<T extends object>(defaults: T, command: Command): T {
  const given = Object.keys(defaults).map(name => [name, command.number(name)] as const)
  return { ...defaults, ...Object.fromEntries(given.filter(([, value]) => value !== undefined)) }
}

/** Entry 3 of term 2 holds "c2": what two logs have in common can be seen. */
function pastEntry(termText: string, at: number): Entry {
  const term = mustNumber(termText)
  const text = `${String.fromCharCode(97 + at)}${term}`
  return { index: at + 1, term, kind: 'data', data: new TextEncoder().encode(text) }
}
