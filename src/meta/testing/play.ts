/**
 * Test support: any commands, in any order, on two replicas, of which one is loaded from an image
 * of the other now and then. A step is plain numbers, so that whoever finds some can shrink them.
 */

import { groupId, type NodeId, nodeId } from '../../base/ids.ts'
import type { Prng } from '../../base/prng.ts'
import { apply } from '../apply.ts'
import type { MetaCommand } from '../command.ts'
import { decodeMetaCommand, encodeMetaCommand, wishes } from '../command-codec.ts'
import { encodeMeta, imageOf, loadMeta } from '../image.ts'
import { emptyMeta, type MetaState } from '../state.ts'
import { Rules } from './rules.ts'

export const stepKinds = [
  'node',
  'gone',
  'leave',
  'submit',
  'wish',
  'generation',
  'drop',
  'place',
  'founded',
  'setting',
  'claimed',
] as const

export interface Step {
  readonly kind: (typeof stepKinds)[number]
  readonly a: number
  readonly b: number
  readonly c: number
}

/** Values of a step go up to here. */
export const STEP_MAX = 255

const NODES: readonly NodeId[] = ['a', 'b', 'c', 'd', 'e'].map(nodeId)
const JOBS = ['clicks', 'orders', 'no good']

const at = <T>(rows: readonly T[], n: number): T => rows[n % rows.length] as T

/** Of groups that are there, and now and then of one that is not. */
const groupAt = ({ groups, nextGroup }: MetaState, n: number) =>
  groupId(groups.length === 0 || n % 16 === 0 ? nextGroup + n : at(groups, n).id)

/** Some of those that are there, in some order; seldom one that is not, or the same twice. */
function nodesAt({ nodes }: MetaState, b: number, c: number): readonly NodeId[] {
  const known = nodes.map(one => one.id)
  const from = c % 16 === 15 || known.length === 0 ? NODES : known
  const count = c % 16 === 14 ? from.length + 1 : Math.min(1 + (c % 3), from.length)
  return Array.from({ length: count }, (_, i) => at(from, b + i))
}

const makers: Readonly<Record<Step['kind'], (step: Step, state: MetaState) => MetaCommand>> = {
  node: ({ a, b, c }) => {
    const id = at(NODES, a)
    // Mostly a store of its own, of which there are few.
    const store = `${b % 16 === 0 ? at(NODES, a + 1) : id}-${1 + (b % 3)}`
    const places = { zone: `z${c % 2}`, host: '', address: `${id}:${c % 3}`, http: '' }
    return { kind: 'node', node: { id, store, boot: 1 + (c % 4), ...places } }
  },
  gone: ({ a, b }) => ({ kind: 'gone', node: at(NODES, a), sinceMs: b }),
  leave: ({ a }) => ({ kind: 'leave', node: at(NODES, a) }),
  submit: ({ a, b, c }) => {
    const stages = [
      { name: 'count', partitions: b % 8 === 7 ? 0 : 1 + (b % 4) },
      ...(c % 3 === 0 ? [{ name: 'sum', partitions: 1 }] : []),
    ]
    const offsets = [{ source: 'in', partition: 0, offset: b }]
    const texts = { text: `name: ${c}`, digest: `d${c % 2}`, key: `k${c % 3}`, owner: `o${a}` }
    return { kind: 'submit', job: { name: at(JOBS, a), ...texts, replication: 3, stages, offsets } }
  },
  wish: ({ a, b }) => ({ kind: 'wish', job: at(JOBS, a), wish: at(wishes, b) }),
  generation: ({ a, b, c }) => {
    return { kind: 'generation', job: at(JOBS, a), generation: b % 12, owner: `c${c % 3}` }
  },
  drop: ({ a }) => ({ kind: 'drop', job: at(JOBS, a) }),
  place: ({ a, b, c }, state) => {
    const count = 1 + (a % 2)
    const groups = Array.from({ length: count }, (_, i) => {
      return { group: groupAt(state, a + i), nodes: nodesAt(state, b + i, c) }
    })
    return { kind: 'place', groups }
  },
  founded: ({ a, b }, state) => {
    return { kind: 'founded', groups: [groupAt(state, a), groupAt(state, b)] }
  },
  claimed: ({ a, b }, { jobs }) => {
    const job = at(JOBS, a)
    const known = jobs.find(({ name }) => name === job)
    // Mostly the one that was recorded last.
    return { kind: 'claimed', job, generation: b % 4 === 0 ? b % 12 : (known?.generation ?? 1) }
  },
  setting: ({ a, b }) => {
    return { kind: 'setting', setting: { key: `s${a % 4}`, value: 'v'.repeat(b % 3) } }
  },
}

export const commandOf = (step: Step, state: MetaState): MetaCommand =>
  makers[step.kind](step, state)

/** The other replica. */
class Follower {
  state = emptyMeta

  take(bytes: Uint8Array): void {
    this.state = apply(this.state, decodeMetaCommand(bytes)).state
  }

  /** From an image of the leader; false: it is not what it was taken from. */
  load(leader: MetaState): boolean {
    let loaded: MetaState | undefined
    loadMeta(imageOf(leader), state => {
      loaded = state
    })
    this.state = loaded ?? this.state
    return shown(loaded) === shown(leader)
  }
}

/** What is wrong, in words; undefined: nothing. */
export function played(steps: readonly Step[]): string | undefined {
  const rules = new Rules()
  const follower = new Follower()
  let state = emptyMeta
  for (const [n, step] of steps.entries()) {
    const bytes = encodeMetaCommand(commandOf(step, state))
    const next = apply(state, decodeMetaCommand(bytes))
    const isKept = next.outcome === 'done' || next.state === state
    if (!isKept) return `step ${n}: META-9 ${next.outcome}, and yet something changed`
    state = next.state
    follower.take(bytes)
    if (step.c % 8 === 0 && !follower.load(state))
      return `step ${n}: META-10 an image is not what it was taken from`
    const trouble = rules.judge(state)
    if (trouble !== undefined) return `step ${n}: ${trouble}`
    const isEqual = hex(encodeMeta(state)) === hex(encodeMeta(follower.state))
    if (!isEqual) return `step ${n}: META-11 replicas differ`
  }
  return undefined
}

const hex = (bytes: Uint8Array) => bytes.join()

/** All that is in it, whatever the order in which it was made. */
const shown = (state: MetaState | undefined): string =>
  JSON.stringify(state, (_, value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
  })

export function drawnSteps(prng: Prng): readonly Step[] {
  const number = () => prng.below(STEP_MAX + 1)
  return Array.from({ length: prng.between(10, 120) }, () => ({
    ...{ kind: prng.pick(stepKinds), a: number(), b: number() },
    c: number(),
  }))
}

/** How often each came to something, for whoever doubts that steps do. */
export type Reached = Record<
  'place' | 'founded' | 'drop' | 'generation' | 'store' | 'refused',
  number
>

export function count(steps: readonly Step[], reached: Reached): void {
  let state = emptyMeta
  for (const step of steps) {
    const command = commandOf(step, state)
    const next = apply(state, command)
    const { kind } = command
    if (next.state.givenUp.length > state.givenUp.length && kind === 'node') reached.store++
    if (next.outcome !== 'done') reached.refused++
    else if (next.state !== state && kind in reached) reached[kind as keyof Reached]++
    state = next.state
  }
}
