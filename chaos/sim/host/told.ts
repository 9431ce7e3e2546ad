/** Messages in a few words, for people who read a trace. */

import type { Message } from '../../../src/raft/messages.ts'

export function toldMessage(message: Message): string {
  return `${message.type} ${message.from}>${message.to} t${message.term} ${body(message)}`.trimEnd()
}

function body(message: Message): string {
  switch (message.type) {
    case 'pre-vote':
    case 'vote':
      return `log ends ${message.lastIndex}/${message.lastTerm}`
    case 'pre-vote-reply':
    case 'vote-reply':
      return message.granted ? 'granted' : 'denied'
    case 'append': {
      const { prevIndex, prevTerm, entries, commit } = message
      return `behind ${prevIndex}/${prevTerm} +${entries.length} commit ${commit}`
    }
    case 'append-reply': {
      const { ok, index, hintIndex, hintTerm } = message
      return ok ? `up to ${index}` : `not behind ${index}, perhaps ${hintIndex}/${hintTerm}`
    }
    case 'heartbeat':
      return `commit ${message.commit} round ${message.round}`
    case 'heartbeat-reply':
      return `round ${message.round}`
    case 'snapshot': {
      const { image, offset, data, last } = message
      return `of ${image.index} bytes ${offset}+${data.length}${last ? ', the last' : ''}`
    }
    case 'snapshot-reply':
      return `of ${message.imageIndex} ${message.done ? 'done' : `wants ${message.offset}`}`
    case 'read':
      return `${message.read.replica}.${message.read.serial}`
    case 'read-reply':
      return `${message.read.replica}.${message.read.serial} at ${message.index}`
    case 'timeout-now':
      return ''
  }
}
