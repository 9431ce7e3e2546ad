/** All known bugs of what lets outputs out: once, in order, and nobody else's. */

import type { Mutant } from './mutant.ts'
import { publishBlind } from './publish-blind.ts'
import { outputs } from './publish-outputs.ts'
import { takeover } from './publish-takeover.ts'

export const publishMutants: readonly Mutant[] = [...takeover, ...outputs, ...publishBlind]
