/** A node writes to itself, as fast as a closed loop allows: what it does without any client. */

import { groupId } from '../../../src/base/ids.ts'
import type { ServedGroup } from '../../../src/node/group.ts'
import { encodeCommand } from '../command.ts'
import type { KvMachine } from '../machine.ts'
import type { FindGroup } from './calls.ts'
import { Flow, type Flown } from './flow.ts'

/** As kv.proto has it. */
export interface FillPlan {
  readonly groups: readonly number[]
  readonly warm_ms: number
  readonly measured_ms: number
  readonly size_bytes: number
}

const KEYS = 10_000

export const keyOf = (count: number): string => `key-${String(count % KEYS).padStart(8, '0')}`

/** undefined: the node has no replica of one of the groups. */
export function fill(find: FindGroup, plan: FillPlan, done: (flown: Flown | undefined) => void) {
  const found = plan.groups.map(group => find(groupId(group)))
  const groups = found.filter((group): group is ServedGroup<KvMachine> => group !== undefined)
  if (groups.length < found.length || groups.length === 0) {
    done(undefined)
    return
  }
  const value = new Uint8Array(plan.size_bytes)
  let count = 0
  const times = { warmMs: plan.warm_ms, measuredMs: plan.measured_ms }
  const flow = new Flow(
    { ...times, outstanding: groups.length },
    () => performance.now(),
    (slot, answered) => {
      const command = encodeCommand({ kind: 'write', key: keyOf(count++), value })
      groups[slot]?.propose(command, ({ kind }) => answered(kind === 'applied'))
    },
  )
  flow.start(done)
}
