/** Commands and their bytes. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { WeirError } from '../../src/base/errors.ts'
import {
  commandTrouble,
  decodeCommand,
  encodeCommand,
  KEY_BYTES_MAX,
  type KvCommand,
  VALUE_BYTES_MAX,
} from './command.ts'

const key = fc.string({ unit: 'grapheme', maxLength: 8 })
const value = fc.uint8Array({ maxLength: 8 })
const anyCommand: fc.Arbitrary<KvCommand> = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), key, value }),
  fc.record({ kind: fc.constant('append' as const), key, value }),
  fc.record({ kind: fc.constant('cas' as const), key, value }),
  fc.record({ kind: fc.constant('cas' as const), key, value, expected: value }),
)

test('a command survives its bytes', () => {
  fc.assert(
    fc.property(anyCommand, command => {
      expect(decodeCommand(encodeCommand(command))).toEqual(command)
    }),
  )
})

test('whatever bytes come, they are a command in its one form, or refused', () => {
  const byte = fc.oneof(fc.nat(3), fc.nat(0xff))
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 12 }), values => {
      const bytes = Uint8Array.from(values)
      try {
        expect(encodeCommand(decodeCommand(bytes))).toEqual(bytes)
      } catch (error) {
        expect(error).toBeInstanceOf(WeirError)
      }
    }),
    { numRuns: 2000 },
  )
})

test('bounds of keys and values are in bytes', () => {
  const value = new Uint8Array(0)
  expect(commandTrouble({ kind: 'write', key: 'a'.repeat(KEY_BYTES_MAX), value })).toBeUndefined()
  expect(commandTrouble({ kind: 'write', key: 'é'.repeat(KEY_BYTES_MAX), value })).toMatch('key')
  const large = new Uint8Array(VALUE_BYTES_MAX + 1)
  expect(commandTrouble({ kind: 'write', key: 'a', value: large })).toMatch('value')
})
