/**
 * Carries out what befalls a play besides what befalls its nodes, each fault at its time: it hits
 * or misses, is counted, and is undone in the end, unless all is healed by then.
 */

import { type EventQueue, US_PER_MS } from '../world/clock.ts'
import type { LogCall } from '../world/log/faults.ts'
import type { MoveTime } from '../world/log/log.ts'
import type { Tally } from '../world/tally.ts'
import { happenings, type Trace } from '../world/trace.ts'
import type { Fault } from './draw.ts'

export interface Stricken<Kind extends string> {
  readonly queue: EventQueue
  readonly trace: Trace
  readonly tally: Tally<Kind>
  /** In the order in which they are numbered. */
  readonly kinds: readonly Kind[]
  /** No fault does anything any more, however long ago it began. */
  isHealed(): boolean
}

export type Undo = () => void
export const over: Undo = () => {}

/** 'missed': nothing was hit, or not yet. Else it hit, and this undoes it. */
export type Outcome = Undo | 'missed'

/** Of single requests; which of them, the fault says. */
export const calls: readonly LogCall[] = [
  'init-producer',
  'add-partitions',
  'produce',
  'end-transaction',
  'end-transaction',
  'list-offsets',
  'fetch',
]

/** In peace, or while what somebody asks for is being written down. */
export function whenOf(salt: number): MoveTime {
  return (salt >>> 4) % 2 === 0 ? 'now' : 'amidst'
}

/** `deed` again and again, so that there are `times` of it in so long. */
export function often(queue: EventQueue, forMs: number, times: number, deed: () => void): void {
  for (let at = 0; at < times; at++) {
    queue.after(Math.round((at * forMs * US_PER_MS) / times), { fire: deed })
  }
}

/** Those of the kinds that are ours; others are carried out elsewhere. */
export function carryOut<Kind extends string>(
  stricken: Stricken<Kind>,
  faults: readonly Fault<string>[],
  inject: (fault: Fault<Kind>) => Outcome,
): void {
  const { queue, kinds } = stricken
  const isOurs = (fault: Fault<string>): fault is Fault<Kind> =>
    (kinds as readonly string[]).includes(fault.kind)
  for (const fault of faults.filter(isOurs)) {
    const fire = (): void => strike(stricken, fault, inject)
    queue.at(Math.round(fault.atMs * US_PER_MS), { fire })
  }
}

function strike<Kind extends string>(
  { queue, trace, tally, kinds, isHealed }: Stricken<Kind>,
  fault: Fault<Kind>,
  inject: (fault: Fault<Kind>) => Outcome,
): void {
  if (isHealed()) return
  const outcome = inject(fault)
  const isHit = outcome !== 'missed'
  trace.note(happenings.fault, 0, kinds.indexOf(fault.kind), isHit ? 1 : 0)
  if (trace.isTold) trace.tell(`fault ${JSON.stringify(fault)} ${isHit ? '' : 'missed'}`)
  if (outcome === 'missed') return
  tally.hit(fault.kind)
  if (outcome === over) return
  queue.after(Math.round(fault.forMs * US_PER_MS), {
    fire: () => {
      if (!isHealed()) outcome()
    },
  })
}
