/**
 * What any body of the state store must do: rows of groups apart and in order, and, above all, not
 * to believe what it finds unless the system or a clean end vouches for it.
 */

import { describe, expect, test } from 'vitest'
import { groupId } from '../../../src/base/ids.ts'
import type { StateRow, StateSpace } from '../../../src/base/state.ts'

export interface StateRun {
  readonly isKept: boolean
  space(group: ReturnType<typeof groupId>, part: number): StateSpace
  /** In peace. */
  close(): Promise<void>
  /** The process dies when what it wrote has come down; the machine goes on. */
  kill(): Promise<void>
}

export interface StateRig {
  /**
   * A process begins, in this boot of the machine (undefined: unreadable), on the state that is
   * made from this log. One at a time.
   */
  begin(bootId: string | undefined, store: string): Promise<StateRun>
  /** Waits for what is called back. */
  told<T>(ask: (done: (answer: T) => void) => void): Promise<T>
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
const LOG = 'log-1'
const group = groupId(1)

class Asked {
  readonly #rig: StateRig

  constructor(rig: StateRig) {
    this.#rig = rig
  }

  put(space: StateSpace, key: number, value: number): Promise<void> {
    const change = { key: bytes(key), value: bytes(value) }
    return this.#rig.told<void>(done => space.write([change], done))
  }

  async rows(space: StateSpace): Promise<readonly (readonly number[])[]> {
    const cut = space.cut()
    const rows: StateRow[] = []
    for (;;) {
      const more = await this.#rig.told<readonly StateRow[]>(done => cut.next(done))
      if (more.length === 0) break
      rows.push(...more)
    }
    cut.close()
    return rows.map(({ key, value }) => [...key, ...value])
  }
}

export function stateContract(name: string, makeRig: () => StateRig): void {
  describe(`${name} keeps the contract of the state store`, () => {
    rowRules(makeRig)
    trustRules(makeRig)
  })
}

function rowRules(makeRig: () => StateRig): void {
  test('rows of groups and parts are apart, and in order', async () => {
    const rig = makeRig()
    const asked = new Asked(rig)
    const run = await rig.begin('boot-1', LOG)
    const spaces = [run.space(group, 0), run.space(group, 1), run.space(groupId(0xffffffff), 0xff)]
    const [one, other, last] = spaces as [StateSpace, StateSpace, StateSpace]
    for (const key of [9, 2, 200, 1]) await asked.put(one, key, 10)
    await asked.put(other, 1, 11)
    await asked.put(last, 1, 12)
    expect(await asked.rows(one)).toEqual([
      [1, 10],
      [2, 10],
      [9, 10],
      [200, 10],
    ])
    expect(one.get(bytes(2))).toEqual(bytes(10))
    expect(other.get(bytes(2))).toBeUndefined()
    await rig.told<void>(done => one.clear(done))
    expect(await asked.rows(one)).toEqual([])
    expect(await asked.rows(other)).toEqual([[1, 11]])
    expect(await asked.rows(last)).toEqual([[1, 12]])
    await run.close()
  })

  test('a cut does not see what is written later', async () => {
    const rig = makeRig()
    const asked = new Asked(rig)
    const run = await rig.begin('boot-1', LOG)
    const space = run.space(group, 0)
    await asked.put(space, 1, 1)
    const cut = space.cut()
    await asked.put(space, 1, 2)
    await asked.put(space, 2, 2)
    const rows = await rig.told<readonly StateRow[]>(done => cut.next(done))
    expect(rows.map(({ key, value }) => [...key, ...value])).toEqual([[1, 1]])
    cut.close()
    await run.close()
  })

  test('the last write wins, one without a value takes its row away', async () => {
    const rig = makeRig()
    const run = await rig.begin('boot-1', LOG)
    const space = run.space(group, 0)
    const order: number[] = []
    for (const value of [1, 2, 3]) {
      const change = { key: bytes(1), value: bytes(value) }
      space.write([change, { key: bytes(2), value: bytes(value) }], () => order.push(value))
    }
    await rig.told<void>(done => space.write([{ key: bytes(2) }], done))
    expect(order).toEqual([1, 2, 3])
    expect(await new Asked(rig).rows(space)).toEqual([[1, 3]])
    await run.close()
  })

  test('what is written is seen at once, in the rows too', async () => {
    const rig = makeRig()
    const run = await rig.begin('boot-1', LOG)
    const space = run.space(group, 0)
    space.write([{ key: bytes(1), value: bytes(1) }], () => {})
    expect(space.get(bytes(1))).toEqual(bytes(1))
    space.write([{ key: bytes(1) }, { key: bytes(2), value: bytes(2) }], () => {})
    expect(space.get(bytes(1))).toBeUndefined()
    expect(await new Asked(rig).rows(space)).toEqual([[2, 2]])
    await run.close()
  })
}

/** How the last process ended, how the next begins, and whether the rows are believed. */
type Ending = readonly [
  what: string,
  end: 'close' | 'kill',
  bootId: string | undefined,
  store: string,
  isKept: boolean,
]

const endings: readonly Ending[] = [
  ['closed in peace', 'close', 'boot-1', LOG, true],
  ['closed in peace, then a new boot', 'close', 'boot-2', LOG, true],
  ['closed in peace, the boot unreadable', 'close', undefined, LOG, true],
  ['closed in peace, another log', 'close', 'boot-1', 'log-2', false],
  ['killed', 'kill', 'boot-1', LOG, true],
  ['killed, then a new boot', 'kill', 'boot-2', LOG, false],
  ['killed, the boot unreadable', 'kill', undefined, LOG, false],
  ['killed, another log', 'kill', 'boot-1', 'log-2', false],
]

function trustRules(makeRig: () => StateRig): void {
  test.each(endings)('%s: believed or not', async (_, end, bootId, store, isKept) => {
    const rig = makeRig()
    const asked = new Asked(rig)
    const first = await rig.begin('boot-1', LOG)
    await asked.put(first.space(group, 0), 1, 7)
    await first[end]()
    const second = await rig.begin(bootId, store)
    expect(second.isKept).toBe(isKept)
    expect(await asked.rows(second.space(group, 0))).toEqual(isKept ? [[1, 7]] : [])
    await second.close()
  })

  test('that it was closed in peace once is worth nothing after the next run', async () => {
    const rig = makeRig()
    const asked = new Asked(rig)
    await (await rig.begin('boot-1', LOG)).close()
    const second = await rig.begin('boot-1', LOG)
    await asked.put(second.space(group, 0), 1, 7)
    await second.kill()
    const third = await rig.begin('boot-2', LOG)
    expect(third.isKept).toBe(false)
    await third.close()
  })

  test('nothing is believed of a folder that nobody wrote to', async () => {
    const run = await makeRig().begin('boot-1', LOG)
    expect(run.isKept).toBe(false)
    await run.close()
  })
}
