/**
 * The head of a segment: every group as it was when the segment began, and where the segment before
 * ended. With it no older segment is needed but for entries. The members of a group stand in its
 * image or in entries behind it, which are never given up before an image covers them.
 */

import { ByteReader, ByteWriter, MALFORMED_BYTES } from '../../base/bytes.ts'
import { WeirError } from '../../base/errors.ts'
import { groupId, replicaId } from '../../base/ids.ts'
import { readHardState, writeHardState } from '../log/codec.ts'
import type { GroupState, GroupStates } from './group-state.ts'
import { HEAD_FRAME, readFiled, writeFiled } from './record.ts'

export interface Head {
  /** What counts of the segment before; what stands behind that is void. */
  readonly previousBytes: number
  /** The checksum of its last frame that counts. */
  readonly previousChain: number
  readonly states: GroupStates
}

export function encodeHead({ previousBytes, previousChain, states }: Head): Uint8Array {
  const out = new ByteWriter()
  out.uint8(HEAD_FRAME)
  out.varint(previousBytes)
  out.uint32(previousChain)
  out.varint(states.size)
  for (const [group, state] of states) {
    out.varint(group)
    writeState(out, state)
  }
  return out.finish()
}

export function decodeHead(payload: Uint8Array): Head {
  const input = new ByteReader(payload)
  if (input.uint8() !== HEAD_FRAME) throw new WeirError(MALFORMED_BYTES, 'a head was expected')
  const previousBytes = input.varint()
  const previousChain = input.uint32()
  const states: GroupStates = new Map()
  const count = input.varint()
  for (let i = 0; i < count; i++) states.set(groupId(input.varint()), readState(input))
  input.done()
  return { previousBytes, previousChain, states }
}

function writeState(out: ByteWriter, state: GroupState): void {
  out.varint(state.replica)
  writeHardState(out, state.hardState)
  writeFiled(out, state.filed)
  out.varint(state.lastIndex)
}

function readState(input: ByteReader): GroupState {
  const replica = replicaId(input.varint())
  const hardState = readHardState(input)
  const filed = readFiled(input)
  return { replica, hardState, filed, lastIndex: input.varint() }
}
