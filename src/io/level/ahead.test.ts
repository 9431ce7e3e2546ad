/** Rows ahead of the database against a Map that knows all, whatever is sealed and lands when. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { StateChange } from '../../base/state.ts'
import { Ahead, type Layer, ROW_BYTES } from './ahead.ts'

const key = fc.uint8Array({ maxLength: 2 })
const value = fc.option(fc.uint8Array({ maxLength: 3 }), { nil: undefined })
const step = fc.oneof(
  { weight: 4, arbitrary: fc.array(fc.record({ key, value }), { maxLength: 4 }) },
  { weight: 1, arbitrary: fc.constantFrom('seal' as const, 'land' as const) },
)

const changeOf = (row: { key: Uint8Array; value: Uint8Array | undefined }): StateChange =>
  row.value === undefined ? { key: row.key } : { key: row.key, value: row.value }

const sizeOf = (layer: Iterable<StateChange>) =>
  [...layer].reduce((sum, { key, value }) => sum + ROW_BYTES + key.length + (value?.length ?? 0), 0)

test('what is read through it is what was written last, and no byte is counted twice', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), steps => {
      const ahead = new Ahead()
      const newest = new Map<string, Uint8Array | undefined>()
      const below = new Map<string, Uint8Array | undefined>()
      const sealed: Layer[] = []
      for (const one of steps) {
        if (one === 'seal') {
          const layer = ahead.seal()
          if (layer !== undefined) sealed.push(layer)
          expect(ahead.openBytes).toBe(0)
        } else if (one === 'land') {
          const layer = sealed.shift()
          if (layer === undefined) continue
          for (const change of layer.values()) below.set(change.key.join(), change.value)
          ahead.landed()
        } else {
          ahead.add(one.map(changeOf))
          for (const row of one) newest.set(row.key.join(), row.value)
        }
        for (const [name, known] of newest) {
          const asked = Uint8Array.from(name === '' ? [] : name.split(',').map(Number))
          const found = ahead.find(asked)
          expect(found === undefined ? below.get(name) : found.value).toEqual(known)
        }
        const gone = sealed.reduce((sum, layer) => sum + sizeOf(layer.values()), 0)
        expect(ahead.bytes - ahead.openBytes).toBe(gone)
      }
      for (const _ of sealed) ahead.landed()
      ahead.seal()
      ahead.landed()
      expect([ahead.bytes, ahead.isEmpty]).toEqual([0, true])
    }),
    { numRuns: 300 },
  )
})

test('nothing to seal, nothing to bring down', () => {
  const ahead = new Ahead()
  expect(ahead.seal()).toBeUndefined()
  ahead.add([])
  expect([ahead.seal(), ahead.isEmpty]).toEqual([undefined, true])
})
