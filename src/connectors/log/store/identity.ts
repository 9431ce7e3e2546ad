/** The small file that says which log is in a folder. */

import { openSealed, type SmallFile, sealedFile } from '../../../base/segments/sealed-file.ts'

export interface LogIdentity {
  /** Random: no other log has it. */
  readonly name: string
  /** false: the log was being made when its maker died. */
  readonly isMade: boolean
}

const MAGIC = 0x4c696557

export function encodeIdentity({ name, isMade }: LogIdentity, format?: number): Uint8Array {
  return sealedFile({ magic: MAGIC, format }, out => out.text(name).uint8(isMade ? 1 : 0))
}

export function decodeIdentity(bytes: Uint8Array): SmallFile<LogIdentity> {
  return openSealed(bytes, MAGIC, input => ({ name: input.text(), isMade: input.uint8() === 1 }))
}
