/** All known bugs of what lets outputs out: once, in order, and nobody else's. */

import type { Mutant } from '../mutant.ts'
import { publishBlind } from './blind.ts'
import { lanes } from './lanes.ts'
import { outputs } from './outputs.ts'
import { planned } from './planned.ts'
import { takeover } from './takeover.ts'

export const publishMutants: readonly Mutant[] = [
  ...takeover,
  ...planned,
  ...outputs,
  ...lanes,
  ...publishBlind,
]
