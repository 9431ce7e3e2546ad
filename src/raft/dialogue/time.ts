/** Test support: the commands by which time passes. */

import type { Group } from './group.ts'
import type { Handlers } from './handler.ts'
import { each } from './handler.ts'
import type { Host } from './host.ts'

export const time: Handlers = {
  /** `tick 1 ms=100 late=400`: time passes at these replicas only. */
  tick: each((group, host, command) => {
    host.raft.tick(command.number('ms') ?? 0, command.number('late') ?? 0)
    group.pump(host)
  }),

  /** `campaign 1`: time passes at this replica until its election timer acts. */
  campaign: each((group, host) => {
    if (host.raft.role === 'leader') throw new Error(`replica ${host.id} leads already`)
    host.raft.tick(host.raft.wakeInMs(), 0)
    group.pump(host)
  }),

  /** `elect 1`: campaigns, and all messages arrive, of which nothing is told. */
  elect(group, command) {
    const host = group.mustHost(command.mustId(0))
    group.quiet = true
    host.raft.tick(host.raft.wakeInMs(), 0)
    group.pump(host)
    group.stabilize([])
    group.takeLines()
    tellLeader(group, host)
  },

  /** `timer 1`: how long until something happens there by itself. */
  timer: each((group, host) => {
    const wakeInMs = host.raft.wakeInMs()
    const when = Number.isFinite(wakeInMs) ? `acts in ${wakeInMs} ms` : 'never acts by itself'
    group.tell(`${host.id} ${when}`)
  }),
}

function tellLeader(group: Group, { raft, id }: Host): void {
  if (raft.role !== 'leader') throw new Error(`replica ${id} was not elected`)
  group.tell(`${id} is leader, t${raft.term}, commit ${raft.log.commit}`)
}
