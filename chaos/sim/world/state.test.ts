/** The simulated state store: the contract of its door, and what a power cut leaves of its rows. */

import { expect, test } from 'vitest'
import { groupId } from '../../../src/base/ids.ts'
import type { OpenLog } from '../../../src/base/log-end.ts'
import { Prng } from '../../../src/base/prng.ts'
import { type StateRig, stateContract } from '../contract/state.ts'
import { Life, LivingDisk } from '../host/life.ts'
import { EventQueue } from './clock.ts'
import { SimDisk } from './disk.ts'
import { SimRows } from './rows.ts'
import { SimState } from './state.ts'
import { coreTally } from './tally.ts'

const logTo = (bytes: number): OpenLog => {
  const end = { segment: 1, bytes }
  return { foundEnd: end, end }
}

class Machine implements StateRig {
  readonly queue = new EventQueue()
  readonly disk: SimDisk
  readonly rows: SimRows
  readonly failures: string[] = []
  gaps = 0

  constructor(seed = 1) {
    const [queue, prng] = [this.queue, new Prng(seed)]
    const profile = { syncMinUs: 10, syncMeanUs: 100, readUs: 10, otherUs: 10 }
    this.disk = new SimDisk(profile, { queue, tally: coreTally(), prng })
    this.rows = new SimRows({ prng, tally: { hit: () => this.gaps++ } })
  }

  async begin(bootId: string | undefined, store: string, log = logTo(9)) {
    const life = new Life()
    const { queue, rows } = this
    const state = await this.told<SimState>(done =>
      SimState.begin(
        {
          ...{ rows, store, bootId, log },
          disk: new LivingDisk(this.disk, life),
          later: happen => life.later(queue, 50, happen),
          onFailed: code => this.failures.push(code),
          onLogLost: () => this.failures.push('log-lost'),
        },
        done,
      ),
    )
    return {
      isKept: state.verdict.keep,
      space: state.space.bind(state),
      close: () => this.told<void>(done => state.close(done)),
      /** At once, whatever is under way. */
      die: () => life.end(),
      kill: () => {
        while (queue.step());
        return Promise.resolve(life.end())
      },
    }
  }

  told<T>(ask: (done: (answer: T) => void) => void): Promise<T> {
    let answer: { readonly is: T } | undefined
    ask(is => {
      answer = { is }
    })
    while (answer === undefined) if (!this.queue.step()) throw new Error('nobody answers')
    return Promise.resolve(answer.is)
  }
}

stateContract('the simulated state store', () => new Machine())

const put = (key: number, value: number) => ({
  key: Uint8Array.of(key),
  value: Uint8Array.of(value),
})

test('a power cut may lose the middle of what was not synced, never what was', async () => {
  let gaps = 0
  for (let seed = 1; seed <= 40; seed++) {
    const machine = new Machine(seed)
    const run = await machine.begin('boot-1', 'log-1')
    const space = run.space(groupId(1), 0)
    const write = (key: number) => {
      space.write([put(key, 1)], () => {})
      while (machine.queue.step());
    }
    for (let key = 0; key < 4; key++) write(key)
    machine.rows.sync()
    for (let key = 4; key < 12; key++) write(key)
    machine.rows.cutPower()
    const keys = space.rows().map(({ key }) => key[0] ?? -1)
    expect(keys.slice(0, 4)).toEqual([0, 1, 2, 3])
    const isPrefix = keys.every((key, at) => key === at)
    expect(isPrefix).toBe(machine.gaps === 0)
    gaps += machine.gaps
  }
  expect(gaps).toBeGreaterThan(5)
})

test('a process that is killed takes with it what it had gathered, nothing before', async () => {
  const machine = new Machine()
  const run = await machine.begin('boot-1', 'log-1')
  const space = run.space(groupId(1), 0)
  space.write([put(1, 1)], () => {})
  while (machine.queue.step());
  space.write([put(2, 2)], () => {})
  expect(space.rows()).toEqual([put(1, 1), put(2, 2)])
  run.die()
  const next = await machine.begin('boot-1', 'log-1')
  expect(next.isKept).toBe(true)
  expect(next.space(groupId(1), 0).rows()).toEqual([put(1, 1)])
})

test('a mark that cannot be written is told, once, and the store does not begin', async () => {
  const machine = new Machine()
  machine.disk.isFull = true
  await expect(machine.begin('boot-1', 'log-1')).rejects.toThrow('nobody answers')
  expect(machine.failures).toEqual(['disk-full'])
})

test('a log that ends before the place where both were closed is lost', async () => {
  const machine = new Machine()
  const run = await machine.begin('boot-1', 'log-1', logTo(20))
  run.space(groupId(1), 0).write([put(1, 1)], () => {})
  await run.close()
  await expect(machine.begin('boot-1', 'log-1', logTo(19))).rejects.toThrow('nobody answers')
  expect(machine.failures).toEqual(['log-lost'])
  const again = await machine.begin('boot-1', 'log-1', logTo(20))
  expect([again.isKept, again.space(groupId(1), 0).rows()]).toEqual([true, [put(1, 1)]])
})

test('a copy of the rows is what was synced when it was made', async () => {
  const machine = new Machine()
  const run = await machine.begin('boot-1', 'log-1')
  const space = run.space(groupId(1), 0)
  space.write([put(1, 1)], () => {})
  while (machine.queue.step());
  const before = machine.rows.copy()
  machine.rows.sync()
  const after = machine.rows.copy()
  machine.rows.putBack(before)
  expect(space.rows()).toEqual([])
  machine.rows.putBack(after)
  expect(space.rows()).toEqual([put(1, 1)])
})
