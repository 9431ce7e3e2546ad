/** All known bugs of what lets outputs out: once, in order, and nobody else's. */

import type { Mutant } from './mutant.ts'
import { publishBlind } from './publish-blind.ts'

export const publishMutants: readonly Mutant[] = [...publishBlind]
