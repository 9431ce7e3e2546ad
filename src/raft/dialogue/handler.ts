/** Test support: the shape of what carries out a command. */

import type { Command } from './command.ts'
import type { Group } from './group.ts'
import type { Host } from './host.ts'

export type Handler = (group: Group, command: Command) => void
export type Handlers = Readonly<Record<string, Handler>>

/** The replicas that the words name; `*` names all that run. */
function mustHosts(group: Group, command: Command): readonly Host[] {
  if (command.words.length === 0) throw new Error(`${command.name}: of which replica?`)
  if (command.words[0] === '*') return group.hosts.filter(host => host.isUp)
  return command.words.map((_, at) => group.mustHost(command.mustId(at)))
}

/** A handler for each of the replicas that the words name. */
export function each(act: (group: Group, host: Host, command: Command) => void): Handler {
  return (group, command) => {
    for (const host of mustHosts(group, command)) act(group, host, command)
  }
}
