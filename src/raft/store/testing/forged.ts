/** Segments forged for tests: any payloads, every frame well sealed. */

import { ByteWriter } from '../../../base/bytes.ts'
import { frameSeed, openFrame, sealFrame } from '../../../base/segments/frame.ts'

export interface Forged {
  readonly bytes: Uint8Array
  /** The checksum of the last frame. */
  readonly chain: number
}

/** `syncedTo` says what each frame vouches for, by its place. */
export function forgeSegment(
  segment: number,
  payloads: readonly Uint8Array[],
  syncedTo: (offset: number) => number = offset => offset,
): Forged {
  const seed = frameSeed('s1', segment)
  const out = new ByteWriter()
  let chain = seed
  for (const payload of payloads) {
    const framing = new ByteWriter()
    openFrame(framing)
    const frame = framing.raw(payload).finish()
    const offset = out.size
    chain = sealFrame(frame, { seed, offset, syncedTo: syncedTo(offset), chain })
    out.raw(frame)
  }
  return { bytes: out.finish(), chain }
}
