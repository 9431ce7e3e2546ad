/** Crimes against Raft, committed on a stage, and the one test that they all share. */

import { describe, expect, test } from 'vitest'
import type { Message } from '../../../../src/raft/messages.ts'
import type { RaftLimits } from '../../../../src/raft/options.ts'
import type { Image } from '../../../../src/raft/types.ts'
import type { PeerView } from '../core.ts'
import type { Hand } from './stage.ts'
import { Stage } from './stage.ts'

export interface Group {
  readonly stage: Stage
  /** Leads term 1 and has committed its first entry, which all have. */
  readonly a: Hand
  readonly b: Hand
  readonly c: Hand
}

function led(limits: Partial<RaftLimits> = {}): Group {
  const stage = new Stage(3, limits)
  const [a, b, c] = [stage.hand(1), stage.hand(2), stage.hand(3)]
  stage.elect(a, 1, [b, c])
  for (const other of [b, c]) stage.replicate(a, other)
  stage.commit(a)
  expect(stage.objections).toEqual([])
  return { stage, a, b, c }
}

export function bytes(...values: number[]): Uint8Array {
  return new Uint8Array(values)
}

export function imageOf(hand: Hand, index: number, change: Partial<Image> = {}): Image {
  const term = hand.log.term(index) ?? 0
  return { index, term, members: hand.log.members, membersIndex: 0, chain: 1, ...change }
}

export function peer(hand: Hand, change: Partial<PeerView>): PeerView {
  const state = 'replicate'
  return { id: hand.id, match: 1, next: 2, state, inflightEntries: 0, inflightBytes: 0, ...change }
}

export function heartbeat(from: Hand, to: Hand, commit: number): Message {
  return { type: 'heartbeat', from: from.id, to: to.id, term: from.term, commit, round: 0 }
}

export function snapshot(from: Hand, to: Hand, image: Image): Message {
  const rest = { offset: 0, data: bytes(1), last: true }
  return { type: 'snapshot', from: from.id, to: to.id, term: from.term, image, ...rest }
}

/** By the number of the checker that must object; others may see it too. */
export type Crimes = Readonly<Record<string, Readonly<Record<string, (group: Group) => void>>>>

/** Commits each and hears the objections. */
export function examine(crimes: Crimes, limits: Partial<RaftLimits> = {}): void {
  for (const [checker, cases] of Object.entries(crimes)) {
    describe(`${checker} objects to`, () => {
      for (const [crime, commit] of Object.entries(cases)) {
        test(crime, () => {
          const group = led(limits)
          commit(group)
          expect(group.stage.objections).toContain(checker)
        })
      }
    })
  }
}
