/** Test support: the commands that look and change nothing. */

import { refusals } from '../refusal.ts'
import type { PeerStatus } from '../status.ts'
import type { Handlers } from './handler.ts'
import { each } from './handler.ts'
import { entryText, hardStateText, imageText, membersText } from './words.ts'

export const views: Handlers = {
  /** `status 1`: what a replica would tell of itself, a leader also of its peers. */
  status: each((group, { raft, id }) => {
    const { role, term, vote, leader, commit, applied, durable, lastIndex, ...more } = raft.status()
    const fast = more.fast ? ' fast' : ''
    group.tell(`${id} ${role}${fast} of ${leader || 'nobody'}, term ${term} vote ${vote || 'none'}`)
    group.tell(`  last ${lastIndex} durable ${durable} commit ${commit} applied ${applied}`)
    group.tell(`  members ${membersText(more.members)} of ${more.membersIndex}`)
    if (more.transferee !== 0) group.tell(`  hands over to ${more.transferee}`)
    if (more.uncommittedBytes > 0) group.tell(`  uncommitted ${more.uncommittedBytes} bytes`)
    if (more.readsPending > 0) group.tell(`  reads pending ${more.readsPending}`)
    for (const peer of more.peers) group.tell(peerText(peer))
  }),

  /** `log 1 2`: image and entries in memory. */
  log: each((group, { raft, id }) => {
    const { log } = raft
    const entries: string[] = []
    for (let index = log.firstIndex; index <= log.lastIndex; index++) {
      const entry = log.entry(index)
      if (entry !== undefined) entries.push(entryText(entry))
    }
    group.tell(`${id} image ${imageText(log.image)}, log ${entries.join(', ') || 'empty'}`)
  }),

  /** `state 1 2`: what has been applied. */
  state: each((group, { state, id }) => {
    group.tell(`${id} "${state.join(' ')}"`)
  }),

  /** `disk 1`: what would be there after a crash. */
  disk: each((group, { disk, id }) => {
    const { hardState, image, entries } = disk.stored
    const log = entries.map(entryText).join(', ') || 'empty'
    group.tell(`${id} ${hardStateText(hardState)}, image ${imageText(image)}, log ${log}`)
  }),

  /** `refused 1`: every code that was counted, and what it means. */
  refused: each((group, { raft }) => {
    for (const [code, meaning] of Object.entries(refusals)) {
      const count = raft.counters.refused[code as keyof typeof refusals]
      if (count > 0) group.tell(`${count} ${code}: ${meaning}`)
    }
  }),
}

function peerText(peer: PeerStatus): string {
  const { id, state, match, next, inflightEntries, inflightBytes, active } = peer
  const window =
    inflightEntries > 0 ? `, ${inflightEntries} in flight (${inflightBytes} bytes)` : ''
  return `  ${id} ${state} match ${match} next ${next}${window}${active ? '' : ', silent'}`
}
