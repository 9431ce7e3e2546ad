/** A node writes to itself, as fast as a closed loop allows: what it does without any client. */

import { groupId } from '../../../src/base/ids.ts'
import type { ServedGroup } from '../../../src/node/group.ts'
import { encodeCommand, VALUE_BYTES_MAX } from '../command.ts'
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

/** Requests on their way, and how long and how large they may be. */
const SLOTS_MAX = 10_000
const LASTS_MS_MAX = 600_000
/** Before a request is repeated that was refused: whoever leads elsewhere refuses at once. */
const REFUSED_MS = 10
const KEYS = 10_000

export const keyOf = (count: number): string => `key-${String(count % KEYS).padStart(8, '0')}`

/** Why it cannot be done; undefined: it can. */
function troubleOf({ groups, warm_ms, measured_ms, size_bytes }: FillPlan): string | undefined {
  if (groups.length === 0 || groups.length > SLOTS_MAX) return `1 to ${SLOTS_MAX} groups are wanted`
  if (warm_ms + measured_ms > LASTS_MS_MAX) return `it may last ${LASTS_MS_MAX} ms`
  return size_bytes > VALUE_BYTES_MAX ? `a value has at most ${VALUE_BYTES_MAX} bytes` : undefined
}

/** What was answered, or why nothing was begun. */
export function fill(find: FindGroup, plan: FillPlan, done: (flown: Flown | string) => void): void {
  const trouble = troubleOf(plan)
  const found = trouble === undefined ? plan.groups.map(group => find(groupId(group))) : []
  const groups = found.filter((group): group is ServedGroup<KvMachine> => group !== undefined)
  if (trouble !== undefined || groups.length < found.length) {
    done(trouble ?? 'a group is not here; ask a node that leads it')
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
      groups[slot]?.propose(command, ({ kind }) => {
        if (kind === 'refused') setTimeout(answered, REFUSED_MS, false)
        else answered(kind === 'applied')
      })
    },
  )
  flow.start(done)
}
