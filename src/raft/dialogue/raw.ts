/**
 * Test support: a message built field by field from a script, sound or not. What is not given is
 * not there.
 */

import type { Message } from '../messages.ts'
import type { Entry } from '../types.ts'
import type { Command } from './command.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** How fields are spelled that are neither numbers nor yes and no. */
const spelled: Readonly<Record<string, (text: string) => unknown>> = {
  data: bytes,
  entries: text => (text === '' ? [] : text.split(',').map(rawEntry)),
  read: rawRead,
  image: rawImage,
}

export function rawMessage(command: Command): Message {
  const fields: Record<string, unknown> = { type: command.words[0] }
  for (const name of command.optionNames()) {
    if (name !== 'at') fields[name] = field(name, command.option(name) ?? '')
  }
  // What a script makes up need not be a message: that is what it is for.
  return fields as unknown as Message
}

function field(name: string, text: string): unknown {
  const spell = spelled[name]
  if (spell !== undefined) return spell(text)
  if (text === 'yes') return true
  if (text === 'no') return false
  const number = Number(text)
  return Number.isNaN(number) ? text : number
}

/** `5@3:text`, or `5@3:members:` with bytes that are none. */
function rawEntry(text: string): Entry {
  const [place = '', ...rest] = text.split(':')
  const [index, term] = place.split('@').map(Number)
  const kind = rest.length > 1 ? (rest[0] as Entry['kind']) : 'data'
  return { index: index ?? 0, term: term ?? 0, kind, data: bytes(rest.at(-1) ?? '') }
}

/** `2/7`: the seventh read of replica 2. */
function rawRead(text: string): unknown {
  const [replica, serial] = text.split('/').map(Number)
  return { replica, boot: 1, serial }
}

/** `5@3:1,2,3`: of a group with these voters. */
function rawImage(text: string): unknown {
  const [place = '', voters = '1,2,3'] = text.split(':')
  const [index, term] = place.split('@').map(Number)
  const members = { voters: voters.split(',').map(Number), outgoing: [], learners: [] }
  return { index, term, members, membersIndex: 0, chain: 0 }
}
