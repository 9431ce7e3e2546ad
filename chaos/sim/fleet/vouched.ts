/**
 * How much of a file can be told from a torn tail once it is damaged: of a segment what its last
 * frame knows to be synced, of any other file all. A bit that turns over behind it is lost without
 * a trace, which is no fault of the store (docs/decisions/0006-one-log-a-node.md). And where a
 * segment may be cut so that each of its frames is whole.
 */

import { FRAME_HEAD_BYTES, frameSize } from '../../../src/base/segments/frame.ts'
import { segmentOf } from '../../../src/base/segments/names.ts'

/** The newest segment on a disk, as the operating system shows it. */
export function newestSegment(disk: { names(): readonly string[] }): string | undefined {
  return disk
    .names()
    .filter(name => segmentOf(name) !== undefined)
    .sort()
    .at(-1)
}

/** Where each whole frame of a segment ends. */
export function frameEnds(bytes: Uint8Array): readonly number[] {
  const ends: number[] = []
  for (let at = 0; at + FRAME_HEAD_BYTES <= bytes.length; ) {
    at += frameSize(bytes, at)
    if (at <= bytes.length) ends.push(at)
  }
  return ends
}

/** Where a frame's head says how far the segment had been synced. */
const SYNCED_TO_AT = 12

export function vouchedBytes(name: string, bytes: Uint8Array): number {
  if (segmentOf(name) === undefined) return bytes.length
  let vouched = 0
  for (let at = 0; at + FRAME_HEAD_BYTES <= bytes.length; at += frameSize(bytes, at)) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + at)
    if (at + frameSize(bytes, at) <= bytes.length) vouched = view.getUint32(SYNCED_TO_AT, true)
  }
  return vouched
}
