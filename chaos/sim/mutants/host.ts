/** All known bugs of what turns a core into a node: its log, its wires, its host. */

import { hostBlind } from './host-blind.ts'
import { past } from './host-past.ts'
import { store } from './host-store.ts'
import { turns } from './host-turns.ts'
import type { Mutant } from './mutant.ts'

export const hostMutants: readonly Mutant[] = [...store, ...turns, ...past, ...hostBlind]
