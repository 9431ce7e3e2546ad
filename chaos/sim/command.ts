/**
 * The commands of the simulated clients and their bytes. Each has a serial of its own and carries
 * the term that its client believed to be proposing in, so that a committed entry tells who asked
 * for it, and for which term.
 */

import { ByteReader, ByteWriter } from '../../src/base/bytes.ts'
import { WeirError } from '../../src/base/errors.ts'

export type KeyKind = 'register' | 'list' | 'queue'
const keyKinds: readonly KeyKind[] = ['register', 'list', 'queue']

/** What a key holds is told by the key. */
export function kindOf(key: number): KeyKind {
  return keyKinds[key % keyKinds.length] as KeyKind
}

export type CommandName = 'write' | 'cas' | 'append' | 'enqueue' | 'dequeue'
const names: readonly CommandName[] = ['write', 'cas', 'append', 'enqueue', 'dequeue']

export const commandsOf: Record<KeyKind, readonly CommandName[]> = {
  register: ['write', 'cas'],
  list: ['append'],
  queue: ['enqueue', 'dequeue'],
}

export interface Command {
  readonly name: CommandName
  /** Never used twice in a run. */
  readonly serial: number
  /** The term in which it may be appended, and in no other. */
  readonly expectedTerm: number
  readonly key: number
  /** What is written, appended or put in; 0 for dequeue. */
  readonly value: number
  /** cas: what must be there. */
  readonly expected: number
  /** Bytes that mean nothing and make the entry larger. */
  readonly paddingBytes: number
}

const writer = new ByteWriter()
const nothing = new Uint8Array(0)

export function encodeCommand(command: Command): Uint8Array {
  writer.uint8(names.indexOf(command.name))
  writer.varint(command.serial).varint(command.expectedTerm).varint(command.key)
  writer.varint(command.value).varint(command.expected)
  writer.bytes(command.paddingBytes > 0 ? new Uint8Array(command.paddingBytes) : nothing)
  return writer.finish()
}

export function decodeCommand(bytes: Uint8Array): Command {
  const reader = new ByteReader(bytes)
  const name = names[reader.uint8()]
  if (name === undefined) throw new WeirError('malformed-bytes', 'unknown command')
  return {
    name,
    serial: reader.varint(),
    expectedTerm: reader.varint(),
    key: reader.varint(),
    value: reader.varint(),
    expected: reader.varint(),
    paddingBytes: reader.bytes().length,
  }
}
