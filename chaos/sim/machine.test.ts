/** The machine by hand, and its hash and images by property. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Command, CommandName } from './command.ts'
import { commandsOf, decodeCommand, encodeCommand, kindOf } from './command.ts'
import { TestMachine } from './machine.ts'

const command: fc.Arbitrary<Command> = fc
  .record({
    pick: fc.nat(1),
    serial: fc.nat(1000),
    expectedTerm: fc.nat(9),
    key: fc.nat(5),
    value: fc.nat(4),
    expected: fc.nat(4),
    paddingBytes: fc.nat(3),
  })
  .map(({ pick, ...rest }) => {
    const names = commandsOf[kindOf(rest.key)]
    return { name: names[pick % names.length] as CommandName, ...rest }
  })

const commands = fc.array(command, { maxLength: 40 })

function entry(index: number, told: Command) {
  return { index, term: 1, kind: 'data' as const, data: encodeCommand(told) }
}

function ran(list: readonly Command[]): TestMachine {
  const machine = new TestMachine()
  for (const [i, told] of list.entries()) machine.apply(entry(i + 1, told))
  return machine
}

test('a command survives its bytes', () => {
  fc.assert(
    fc.property(command, told => {
      expect(decodeCommand(encodeCommand(told))).toEqual(told)
    }),
  )
})

test('unknown bytes are no command', () => {
  expect(() => decodeCommand(new Uint8Array([99]))).toThrow('unknown command')
})

test('registers, lists and queues do what their names say', () => {
  const machine = new TestMachine()
  let index = 0
  const run = (name: CommandName, key: number, value: number, expected = 0) => {
    const rest = { serial: 1, expectedTerm: 1, paddingBytes: 0 }
    return machine.apply(entry(++index, { name, key, value, expected, ...rest }))
  }
  expect(machine.read(0)).toBe(0)
  expect(run('cas', 0, 5)).toEqual({ ok: true })
  expect(run('cas', 0, 6)).toEqual({ ok: false })
  expect(run('write', 0, 7)).toEqual({ ok: true })
  expect(machine.read(0)).toBe(7)
  run('append', 1, 1)
  run('append', 1, 2)
  expect(machine.read(1)).toEqual([1, 2])
  expect(run('dequeue', 2, 0)).toEqual({ ok: false })
  run('enqueue', 2, 8)
  run('enqueue', 2, 9)
  expect(run('dequeue', 2, 0)).toEqual({ ok: true, value: 8 })
  expect(machine.read(2)).toEqual([9])
})

test('what was read does not change later', () => {
  const machine = ran([])
  const rest = { serial: 1, expectedTerm: 1, paddingBytes: 0, key: 1, expected: 0 }
  const before = machine.read(1)
  machine.apply(entry(1, { name: 'append', value: 3, ...rest }))
  expect(before).toEqual([])
})

test('entries of other kinds are passed over, and a gap is not', () => {
  const machine = new TestMachine()
  const data = new Uint8Array(0)
  expect(machine.apply({ index: 1, term: 1, kind: 'term', data })).toEqual({ ok: true })
  expect(machine.appliedIndex).toBe(1)
  expect(() => machine.apply({ index: 3, term: 1, kind: 'term', data })).toThrow('without a gap')
})

test('the hash that is kept is the hash of the state', () => {
  fc.assert(
    fc.property(commands, list => {
      const machine = ran(list)
      expect(machine.recomputedHash()).toBe(machine.stateHash())
    }),
  )
})

test('a restored machine is equal and stays so', () => {
  fc.assert(
    fc.property(commands, commands, (first, second) => {
      const machine = ran(first)
      const twin = new TestMachine()
      twin.restore(machine.snapshot())
      for (const [i, told] of second.entries()) {
        const next = entry(first.length + i + 1, told)
        expect(twin.apply(next)).toEqual(machine.apply(next))
      }
      expect(twin.stateHash()).toBe(machine.stateHash())
      const third = new TestMachine()
      third.restore(twin.snapshot())
      expect(third.stateHash()).toBe(machine.stateHash())
      expect(twin.appliedIndex).toBe(machine.appliedIndex)
    }),
  )
})

test('different states have different hashes', () => {
  const states = new Map<number, string>()
  fc.assert(
    fc.property(commands, list => {
      const machine = ran(list)
      const state = JSON.stringify([0, 1, 2, 3, 4, 5].map(key => machine.read(key)))
      const known = states.get(machine.stateHash())
      if (known !== undefined) expect(known).toBe(state)
      states.set(machine.stateHash(), state)
    }),
  )
  expect(states.size).toBeGreaterThan(10)
})
