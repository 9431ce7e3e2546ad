/** Test support: the commands that move messages, lose them, or forge them. */

import type { ReplicaId } from '../../base/ids.ts'
import type { Message } from '../messages.ts'
import type { Command } from './command.ts'
import type { Group } from './group.ts'
import type { Handlers } from './handler.ts'
import { isOn } from './net.ts'
import { rawMessage } from './raw.ts'
import { messageText } from './words.ts'

export const traffic: Handlers = {
  /**
   * `deliver 1->2 type=append nth=2`: what is on its way there now arrives; with `keep` a copy
   * stays under way.
   */
  deliver(group, command) {
    for (const message of pick(group, command)) group.deliver(message)
  },

  /** `drop 1->2`: is lost. */
  drop(group, command) {
    for (const message of pick(group, command)) {
      if (!group.quiet) group.tell(`${messageText(message)} (lost)`)
    }
  },

  /** `flying`: what is on its way. */
  flying(group) {
    for (const message of group.net.flying) group.tell(messageText(message))
  },

  /** `stabilize 1 2`: everything between them arrives, until they have no more to say. */
  stabilize(group, command) {
    group.stabilize(command.words.map((_, at) => command.mustId(at)))
  },

  /** `cut 3` or `cut 1->3`: what is sent there is lost from now on. */
  cut(group, command) {
    if (command.words[0]?.includes('->') === true) group.net.cut(command.path())
    else for (const [at] of command.words.entries()) group.net.isolate(command.mustId(at))
  },

  /** `heal`: no path is cut any more. */
  heal(group) {
    group.net.heal()
  },

  /** `send vote from=2 to=1 term=5 ..`: a message from nowhere, with just these fields. */
  send(group, command) {
    const message = rawMessage(command)
    const at = (command.number('at') ?? message.to) as ReplicaId
    group.receive(group.mustHost(at), message)
  },
}

/** Taken at once: what the deliveries bring about is not among them. */
function pick(group: Group, command: Command): readonly Message[] {
  const keep = command.words[1] === 'keep'
  const path = command.path()
  const type = command.messageType()
  const nth = command.number('nth')
  let at = 0
  const passes = (message: Message): boolean => {
    if (!isOn(path, message) || (type !== undefined && type !== message.type)) return false
    at++
    return nth === undefined || nth === at
  }
  const picked = keep ? group.net.flying.filter(passes) : group.net.take(passes)
  if (picked.length === 0) throw new Error(`${command.name}: no such message is on its way`)
  return picked
}
