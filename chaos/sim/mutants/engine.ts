/** All known bugs of the engine, to be found by random plans and by replays. */

import { engineBlind } from './engine-blind.ts'
import { engineState } from './engine-state.ts'
import { engineWindows } from './engine-windows.ts'
import type { Mutant } from './mutant.ts'

export const engineMutants: readonly Mutant[] = [...engineWindows, ...engineState, ...engineBlind]
