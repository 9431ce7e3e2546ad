/** Test support: the commands by which a host asks its replica for something. */

import { isRefusal } from '../refusal.ts'
import type { Handlers } from './handler.ts'
import { each } from './handler.ts'
import { readText } from './words.ts'

export const asks: Handlers = {
  /**
   * `propose 1 x - term=3 bytes=100`: one entry for each word, padded; `-` is an empty one. Each is
   * sent before the next is proposed, unless `together=yes`.
   */
  propose(group, command) {
    const host = group.mustHost(command.mustId(0))
    const term = command.number('term') ?? host.raft.term
    const sizeBytes = command.number('bytes') ?? 0
    const isTogether = command.option('together') === 'yes'
    for (const word of command.words.slice(1)) {
      const text = word === '-' ? '' : word.padEnd(sizeBytes, '.')
      const data = new TextEncoder().encode(text)
      const answer = host.raft.propose(term, data)
      if (isRefusal(answer)) group.tellRefusal('refused', answer)
      else group.tell(`proposed ${answer.index}@${answer.term}`)
      if (!isTogether) group.pump(host)
    }
    group.pump(host)
  },

  /** `members 1 voters=1,2,4 learners=5 of=0`: a wish, computed from the members of that index. */
  members(group, command) {
    const host = group.mustHost(command.mustId(0))
    const wish = { voters: command.ids('voters'), learners: command.ids('learners') }
    const answer = host.raft.changeMembers(wish, command.number('of') ?? host.raft.log.membersIndex)
    if (isRefusal(answer)) group.tellRefusal('refused', answer)
    else group.tell(`proposed ${answer.index}@${answer.term}`)
    group.pump(host)
  },

  /** `transfer 1 2`: the first hands leadership to the second. */
  transfer(group, command) {
    const host = group.mustHost(command.mustId(0))
    const refusal = host.raft.transfer(command.mustId(1))
    if (isRefusal(refusal)) group.tellRefusal('refused', refusal)
    group.pump(host)
  },

  /** `read 2 count=3`: linearizable reads, asked at once. */
  read: each((group, host, command) => {
    for (let i = 0; i < (command.number('count') ?? 1); i++) {
      const answer = host.raft.read()
      if (isRefusal(answer)) group.tellRefusal('refused', answer)
      else group.tell(`${host.id} asks read ${readText(answer.read)}`)
    }
    group.pump(host)
  }),

  /** `suspect 2 3 leader=1`: their connection to it closed and does not come back. */
  suspect: each((group, host, command) => {
    const [leader] = command.ids('leader')
    if (leader === undefined) throw new Error('suspect: which leader?')
    host.raft.suspectLeader(leader)
    group.pump(host)
  }),

  /** `unreachable 1 3`: the first could not get messages through to the second. */
  unreachable(group, command) {
    const host = group.mustHost(command.mustId(0))
    host.raft.unreachable(command.mustId(1))
    group.pump(host)
  },

  /** `chain 1 2 at=5`: the fingerprint of all entries up to there. */
  chain: each((group, host, command) => {
    const refusal = host.raft.askChain(command.number('at') ?? host.raft.log.applied)
    if (isRefusal(refusal)) group.tellRefusal('refused', refusal)
    group.pump(host)
  }),
}
