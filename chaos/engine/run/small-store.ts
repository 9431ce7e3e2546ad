/** A store for the few rows of a drawn case, of which a campaign makes hundreds of thousands. */

import { PAGE_BYTES } from '../../../src/engine/store/bounds.ts'
import { PagePool } from '../../../src/engine/store/pool.ts'
import { MemoryStore } from '../../../src/engine/store/store.ts'

const CHUNK_BYTES = 8 * PAGE_BYTES

export const smallStore = (): MemoryStore => new MemoryStore(new PagePool(CHUNK_BYTES))
