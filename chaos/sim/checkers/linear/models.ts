/**
 * What a register, a list and a queue may answer: the sequential specifications that the
 * linearizability checker holds histories against. Independent of the machine that is tested.
 * States are immutable.
 */

import type { KeyKind } from '../../command.ts'
import type { ApplyResult, Value } from '../../machine.ts'

/** One operation on one key. */
export interface Move {
  readonly name: 'read' | 'write' | 'cas' | 'append' | 'enqueue' | 'dequeue'
  readonly value: number
  readonly expected: number
  /** Of a command; undefined: nobody knows what it answered, or whether it happened at all. */
  readonly result?: ApplyResult | undefined
  /** Of a read. */
  readonly seen?: Value | undefined
}

export interface Model<State> {
  readonly initial: State
  /** The state afterwards; undefined: in this state it could not have answered so. */
  step(state: State, move: Move): State | undefined
  hash(state: State): number
  equal(a: State, b: State): boolean
  /** Of a register: what it holds. */
  holding?(state: State): number
}

export const registerModel: Model<number> = {
  initial: 0,
  step(state, { name, value, expected, result, seen }) {
    if (name === 'read') return seen === state ? state : undefined
    if (name === 'write') return result === undefined || result.ok ? value : undefined
    const fits = name === 'cas' && state === expected
    if (result !== undefined && result.ok !== fits) return undefined
    return fits ? value : state
  },
  hash: state => state,
  equal: (a, b) => a === b,
  holding: state => state,
}

/** Items with a hash that grows with them. */
export interface Items {
  readonly items: readonly number[]
  readonly hash: number
}

const noItems: Items = { items: [], hash: 0 }

export const listModel: Model<Items> = {
  initial: noItems,
  step(state, { name, value, result, seen }) {
    if (name === 'read') return sameItems(state, seen) ? state : undefined
    if (name !== 'append' || result?.ok === false) return undefined
    return pushed(state, value)
  },
  hash: state => state.hash,
  equal: equalItems,
}

export const queueModel: Model<Items> = {
  initial: noItems,
  step(state, { name, value, result, seen }) {
    if (name === 'read') return sameItems(state, seen) ? state : undefined
    if (name === 'enqueue') return result?.ok === false ? undefined : pushed(state, value)
    if (name !== 'dequeue') return undefined
    const head = state.items[0]
    if (result !== undefined && (result.ok ? result.value !== head : head !== undefined)) {
      return undefined
    }
    return head === undefined ? state : rebuilt(state.items.slice(1))
  },
  hash: state => state.hash,
  equal: equalItems,
}

/** For the checker, which does not look into states. */
export function modelOf(kind: KeyKind): Model<unknown> {
  const models: Record<KeyKind, Model<never>> = {
    register: registerModel as Model<never>,
    list: listModel as Model<never>,
    queue: queueModel as Model<never>,
  }
  return models[kind] as Model<unknown>
}

function pushed(state: Items, value: number): Items {
  return { items: [...state.items, value], hash: rolled(state.hash, value) }
}

function rebuilt(items: readonly number[]): Items {
  return { items, hash: items.reduce(rolled, 0) }
}

function rolled(hash: number, value: number): number {
  return (Math.imul(hash ^ value, 0x9e3779b1) + 1) | 0
}

function sameItems(state: Items, seen: Value | undefined): boolean {
  if (seen === undefined || typeof seen === 'number') return false
  return seen.length === state.items.length && seen.every((item, i) => item === state.items[i])
}

function equalItems(a: Items, b: Items): boolean {
  return a === b || (a.hash === b.hash && sameItems(a, b.items))
}
