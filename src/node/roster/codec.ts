/**
 * Bytes of rosters, of the commands that change them, and of what goes into a group's log at all:
 * the first byte of an entry's data says whose it is.
 */

import { ByteReader, ByteWriter, MALFORMED_BYTES } from '../../base/bytes.ts'
import { WeirError } from '../../base/errors.ts'
import { nodeId, replicaId } from '../../base/ids.ts'
import { type Enrolled, type Introduction, ROSTER_MAX, type Roster } from './roster.ts'

/** Whose an entry is. */
const INNER = 1
const ENROL = 2
const DIGEST = 3

export type GroupCommand =
  /** For the machine that the group replicates. */
  | { readonly kind: 'inner'; readonly data: Uint8Array }
  | { readonly kind: 'enrol'; readonly who: Introduction }
  /** Every replica computes the digest of its state right behind this entry. */
  | { readonly kind: 'digest' }

/** Room for the first byte is made by whoever encodes: the data is copied once. */
export function encodeInner(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + data.length)
  bytes[0] = INNER
  bytes.set(data, 1)
  return bytes
}

export function encodeEnrol(who: Introduction): Uint8Array {
  const out = new ByteWriter().uint8(ENROL)
  writeIntroduction(out, who)
  return out.finish()
}

export const encodeDigest = (): Uint8Array => Uint8Array.of(DIGEST)

export function decodeGroupCommand(bytes: Uint8Array): GroupCommand {
  if (bytes[0] === INNER) return { kind: 'inner', data: bytes.subarray(1) }
  const input = new ByteReader(bytes)
  const kind = input.uint8()
  if (kind !== ENROL && kind !== DIGEST) throw malformed('an entry of nobody')
  const command: GroupCommand =
    kind === DIGEST ? { kind: 'digest' } : { kind: 'enrol', who: readIntroduction(input) }
  input.done()
  return command
}

function writeIntroduction(out: ByteWriter, who: Introduction): void {
  out.text(who.node).text(who.store).varint(who.boot).text(who.opening)
  out.text(who.address).text(who.http)
}

function readIntroduction(input: ByteReader): Introduction {
  const [node, store, boot] = [nodeId(input.text()), input.text(), input.varint()]
  const [opening, address, http] = [input.text(), input.text(), input.text()]
  return { node, store, boot, opening, address, http }
}

export function encodeRoster({ nextReplica, replicas, replaced }: Roster): Uint8Array {
  const out = new ByteWriter().varint(nextReplica).varint(replicas.length)
  for (const one of replicas) {
    out.varint(one.replica)
    writeIntroduction(out, one)
  }
  out.varint(replaced.length)
  for (const store of replaced) out.text(store)
  return out.finish()
}

export function decodeRoster(bytes: Uint8Array): Roster {
  const input = new ByteReader(bytes)
  const nextReplica = input.varint()
  const replicas = listOf(input, readEnrolled)
  const replaced = listOf(input, () => input.text())
  input.done()
  return { nextReplica, replicas, replaced }
}

function readEnrolled(input: ByteReader): Enrolled {
  const replica = replicaId(input.varint())
  return { replica, ...readIntroduction(input) }
}

function listOf<T>(input: ByteReader, read: (input: ByteReader) => T): readonly T[] {
  const count = input.varint()
  if (count > ROSTER_MAX) throw malformed('a roster beyond its bound')
  return Array.from({ length: count }, () => read(input))
}

const malformed = (what: string) =>
  new WeirError(MALFORMED_BYTES, `${what}; was it written by another version?`)
