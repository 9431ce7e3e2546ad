/** Puts messages before a replica that no replica sends. What it says to them is judged at once. */

import { Prng } from '../../../src/base/prng.ts'
import { type ForgeryKind, forge } from './forge.ts'
import { aimedAt, type Injection, over } from './injection.ts'

/** How many messages are looked at for one that the forgery can be made of. */
const TRIES = 8

function forgery(kind: ForgeryKind): Injection {
  return (world, fault) => {
    const process = aimedAt(world, fault.who)?.process
    if (process === undefined || process.life.isPaused) return 'missed'
    // A newcomer knows no term of its group: it must believe the first that it is told.
    const knowsNobody = process.raft.log.members.voters.length === 0
    if (kind === 'forge-future-term' && knowsNobody) return 'missed'
    const prng = new Prng(fault.salt)
    const { termJumpMax } = world.scenario.profile.limits
    for (let i = 0; i < TRIES; i++) {
      const original = world.network.anyRemembered(prng)
      const made = original && forge(kind, { original, self: process.id, prng, termJumpMax })
      if (made === undefined) continue
      const said = process.forged(made.message)?.refused
      world.onBadInput({ kind, expected: [made.expected], said })
      return over
    }
    return 'missed'
  }
}

export const forgeryInjections = {
  'forge-malformed': forgery('forge-malformed'),
  'forge-stranger': forgery('forge-stranger'),
  'forge-future-term': forgery('forge-future-term'),
  'forge-misaddressed': forgery('forge-misaddressed'),
} as const
