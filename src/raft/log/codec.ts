/**
 * The bytes of what a replica stores: entries, members, hard state, images. One value has one
 * encoding.
 */

import { ByteReader, ByteWriter, MALFORMED_BYTES } from '../../base/bytes.ts'
import { WeirError } from '../../base/errors.ts'
import type { ReplicaId } from '../../base/ids.ts'
import { replicaId } from '../../base/ids.ts'
import type { Entry, EntryKind, HardState, Image, Members } from '../types.ts'

const kinds: readonly EntryKind[] = ['data', 'members', 'term']

/** What an entry counts for in every bound in bytes: its data and what is around it. */
export const ENTRY_OVERHEAD_BYTES = 16

export function sizeOf(entry: Entry): number {
  return entry.data.length + ENTRY_OVERHEAD_BYTES
}

export function kindCode(kind: EntryKind): number {
  return kinds.indexOf(kind)
}

export function encodeMembers(members: Members): Uint8Array {
  const out = new ByteWriter()
  writeMembers(out, members)
  return out.finish()
}

export function decodeMembers(bytes: Uint8Array): Members {
  const input = new ByteReader(bytes)
  const members = readMembers(input)
  input.done()
  return members
}

export function writeEntry(out: ByteWriter, entry: Entry): void {
  out.varint(entry.index)
  out.varint(entry.term)
  out.varint(kindCode(entry.kind))
  out.bytes(entry.data)
}

export function readEntry(input: ByteReader): Entry {
  const index = input.varint()
  const term = input.varint()
  const kind = kinds[input.varint()]
  if (kind === undefined) throw new WeirError(MALFORMED_BYTES, 'unknown kind of entry')
  return { index, term, kind, data: input.bytes() }
}

export function writeHardState(out: ByteWriter, state: HardState): void {
  out.varint(state.term)
  out.varint(state.vote)
  out.varint(state.commit)
}

export function readHardState(input: ByteReader): HardState {
  const term = input.varint()
  const vote = replicaId(input.varint())
  return { term, vote, commit: input.varint() }
}

export function writeImage(out: ByteWriter, image: Image): void {
  out.varint(image.index)
  out.varint(image.term)
  out.varint(image.membersIndex)
  out.varint(image.chain)
  writeMembers(out, image.members)
}

export function readImage(input: ByteReader): Image {
  const index = input.varint()
  const term = input.varint()
  const membersIndex = input.varint()
  const chain = input.varint()
  return { index, term, membersIndex, chain, members: readMembers(input) }
}

function writeMembers(out: ByteWriter, members: Members): void {
  for (const ids of [members.voters, members.outgoing, members.learners]) {
    out.varint(ids.length)
    for (const id of ids) out.varint(id)
  }
}

function readMembers(input: ByteReader): Members {
  return { voters: readIds(input), outgoing: readIds(input), learners: readIds(input) }
}

/** Ids ascend strictly, so that a set has one encoding. */
function readIds(input: ByteReader): readonly ReplicaId[] {
  const ids: ReplicaId[] = []
  const count = input.varint()
  for (let i = 0; i < count; i++) {
    const id = input.varint()
    if (id <= (ids.at(-1) ?? 0)) throw new WeirError(MALFORMED_BYTES, 'ids out of order')
    ids.push(replicaId(id))
  }
  return ids
}
