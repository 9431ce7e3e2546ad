/** Test support: how a dialogue spells what replicas say and write. */

import { decodeMembers } from '../log/codec.ts'
import type { Message } from '../messages.ts'
import type { Write } from '../ready.ts'
import type { Entry, HardState, Image, Members, ReadId } from '../types.ts'

const DATA_SHOWN_MAX = 24

function dataText(data: Uint8Array): string {
  const text = new TextDecoder().decode(data)
  return text.length > DATA_SHOWN_MAX ? `(${data.length} bytes)` : `"${text}"`
}

/** `5@3 "x"`: index 5, term 3. */
export function entryText(entry: Entry): string {
  const { index, term, kind, data } = entry
  if (kind === 'term') return `${index}@${term} opens`
  if (kind === 'data') return `${index}@${term} ${dataText(data)}`
  return `${index}@${term} ${membersText(decodeMembers(data))}`
}

export function entriesText(entries: readonly Entry[]): string {
  return `[${entries.map(entryText).join(', ')}]`
}

/** `{1,2,4 joint 1,2,3 learners 5}` */
export function membersText(members: Members): string {
  const { voters, outgoing, learners } = members
  const joint = outgoing.length > 0 ? ` joint ${outgoing.join(',')}` : ''
  const learning = learners.length > 0 ? ` learners ${learners.join(',')}` : ''
  return `{${voters.join(',')}${joint}${learning}}`
}

/** `2/7`: the seventh read of replica 2; `2/7#3` after its third start. */
export function readText({ replica, boot, serial }: ReadId): string {
  return boot > 1 ? `${replica}/${serial}#${boot}` : `${replica}/${serial}`
}

export function imageText(image: Image): string {
  return `${image.index}@${image.term}`
}

export function hardStateText({ term, vote, commit }: HardState): string {
  return `term ${term} vote ${vote === 0 ? 'none' : vote} commit ${commit}`
}

export function messageText(message: Message): string {
  const { from, to, type, term } = message
  return `${from} -> ${to}  ${type} t${term}${bodyText(message)}`
}

function bodyText(message: Message): string {
  switch (message.type) {
    case 'pre-vote':
      return ` log ${message.lastIndex}@${message.lastTerm}`
    case 'vote': {
      const forced = message.forced ? ' forced' : ''
      return ` log ${message.lastIndex}@${message.lastTerm}${forced}`
    }
    case 'pre-vote-reply':
    case 'vote-reply':
      return message.granted ? ' yes' : ' no'
    case 'append': {
      const { prevIndex, prevTerm, entries, commit } = message
      const what = entries.length === 0 ? 'empty' : entriesText(entries)
      return ` prev ${prevIndex}@${prevTerm} ${what} commit ${commit}`
    }
    case 'append-reply': {
      const { ok, index, hintIndex, hintTerm } = message
      return ok ? ` ok ${index}` : ` no ${index} hint ${hintIndex}@${hintTerm}`
    }
    case 'heartbeat':
      return ` commit ${message.commit}${roundText(message.round)}`
    case 'heartbeat-reply':
      return roundText(message.round)
    case 'snapshot': {
      const { image, offset, data, last } = message
      const end = last ? ' last' : ''
      return ` image ${imageText(image)} at ${offset} ${dataText(data)}${end}`
    }
    case 'snapshot-reply': {
      const progress = message.done ? 'done' : `want ${message.offset}`
      return ` image ${message.imageIndex} ${progress}`
    }
    case 'timeout-now':
      return ''
    case 'read':
      return ` ${readText(message.read)}`
    case 'read-reply':
      return ` ${readText(message.read)} at ${message.index}`
  }
}

/** Only rounds of reads are worth a word. */
function roundText(round: number): string {
  return round === 0 ? '' : ` round ${round}`
}

export function writeText(write: Write): string {
  const { number, chunk, install, hardState, entries, compact, sync } = write
  const parts: string[] = []
  if (chunk !== undefined) parts.push(`chunk of ${imageText(chunk.image)} at ${chunk.offset}`)
  if (install !== undefined) parts.push(`install ${imageText(install)}`)
  if (hardState !== undefined) parts.push(hardStateText(hardState))
  if (entries.length > 0) parts.push(`entries ${entriesText(entries)}`)
  if (compact !== undefined) parts.push(`image ${imageText(compact)}`)
  return `write ${number}: ${parts.join(', ')}${sync ? '' : ' (no sync)'}`
}
