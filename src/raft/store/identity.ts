/** The small file that says whose a store is. */

import type { ByteReader } from '../../base/bytes.ts'
import { type NodeId, nodeId } from '../../base/ids.ts'
import { openSealed, type SmallFile, sealedFile } from '../../base/segments/sealed-file.ts'

export interface StoreIdentity {
  readonly cluster: string
  readonly node: NodeId
  /** A random name of this very folder. */
  readonly store: string
}

export interface IdentityFile extends StoreIdentity {
  /** false: the store was being made when its maker died. */
  readonly isMade: boolean
}

const IDENTITY_MAGIC = 0x49696557

export function encodeIdentity(file: IdentityFile, format?: number): Uint8Array {
  const { cluster, node, store, isMade } = file
  const fill = { magic: IDENTITY_MAGIC, format }
  return sealedFile(fill, out => {
    out
      .text(cluster)
      .text(node)
      .text(store)
      .uint8(isMade ? 1 : 0)
  })
}

export function decodeIdentity(bytes: Uint8Array): SmallFile<IdentityFile> {
  return openSealed(bytes, IDENTITY_MAGIC, (input: ByteReader) => {
    const [cluster, node, store] = [input.text(), nodeId(input.text()), input.text()]
    return { cluster, node, store, isMade: input.uint8() === 1 }
  })
}
