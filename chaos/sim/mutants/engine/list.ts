/** All known bugs of the engine, to be found by random plans and by replays. */

import type { Mutant } from '../mutant.ts'
import { engineBlind } from './blind.ts'
import { expressionBounds } from './bounds.ts'
import { engineRecords } from './records.ts'
import { engineState } from './state.ts'
import { engineWindows } from './windows.ts'

export const engineMutants: readonly Mutant[] = [
  ...engineWindows,
  ...engineState,
  ...engineRecords,
  ...engineBlind,
  ...expressionBounds,
]
