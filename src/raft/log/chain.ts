/** The hash chain over applied entries: equal chains at equal indexes prove replicas equal. */

import { crc32c } from '../../base/crc32c.ts'
import { mix52 } from '../../base/hash.ts'
import type { Chain, Entry } from '../types.ts'
import { kindCode } from './codec.ts'

export function chained(chain: Chain, entry: Entry): Chain {
  const kind = kindCode(entry.kind)
  return mix52(chain, entry.index, entry.term, (crc32c(entry.data) ^ kind) >>> 0)
}
