/**
 * The state of a simulated machine in rows: one for each key, and one for the index that they
 * reflect, written in the same batch. Without that one they are what an interrupted load left.
 */

import { ByteReader, ByteWriter } from '../../../src/base/bytes.ts'
import type { StateChange, StateRow, StateSpace } from '../../../src/base/state.ts'
import type { Entry } from '../../../src/raft/types.ts'
import { decodeCommand } from '../command.ts'
import type { TestMachine } from '../machine.ts'
import type { SimSpace } from '../world/state.ts'

/** The first byte of a row's key: what the row is. */
const APPLIED = 0
const VALUE = 1
const appliedKey = Uint8Array.of(APPLIED)

/** What an interrupted load left goes before a state is made of it. */
function ready(space: SimSpace | undefined, done: () => void): void {
  const isSound = space === undefined || space.get(appliedKey) !== undefined
  if (isSound || space.rows().length === 0) done()
  else space.clear(done)
}

/** The index that is there; 0: none. */
function applied(space: SimSpace): number {
  const row = space.get(appliedKey)
  return row === undefined ? 0 : numberIn(row)
}

/** Takes for the state what is there. */
function load(space: SimSpace, state: TestMachine): void {
  if (space.get(appliedKey) === undefined) return
  const values = space.rows().filter(({ key }) => key[0] === VALUE)
  const parts = values.map(
    ({ key, value }: StateRow) => [numberIn(key.subarray(1)), value] as const,
  )
  state.adopt(applied(space), parts)
}

/** What these entries changed. */
function keep(
  space: StateSpace,
  state: TestMachine,
  entries: readonly Entry[],
  done: () => void,
): void {
  const data = entries.filter(({ kind }) => kind === 'data')
  write(space, state, new Set(data.map(entry => decodeCommand(entry.data).key)), done)
}

/** An image is about to take the place of all rows: from here on they are void. */
function forget(space: StateSpace, done: () => void): void {
  space.write([{ key: appliedKey }], () => space.clear(done))
}

/** The whole state, its index last of all. */
function keepAll(space: StateSpace, state: TestMachine, done: () => void): void {
  const changes = state.keys().map(key => rowOf(state, key))
  space.write(changes, () => write(space, state, [], done))
}

function write(
  space: StateSpace,
  state: TestMachine,
  keys: Iterable<number>,
  done: () => void,
): void {
  const changes = [...keys].map(key => rowOf(state, key))
  changes.push({ key: appliedKey, value: bytesOf(state.appliedIndex) })
  space.write(changes, done)
}

function rowOf(state: TestMachine, key: number): StateChange & { readonly value: Uint8Array } {
  return { key: Uint8Array.of(VALUE, ...bytesOf(key)), value: state.row(key) }
}

function bytesOf(value: number): Uint8Array {
  return new ByteWriter().varint(value).finish()
}

function numberIn(bytes: Uint8Array): number {
  const input = new ByteReader(bytes)
  const value = input.varint()
  input.done()
  return value
}

export const stateRows = { ready, applied, load, keep, void: forget, keepAll } as const
