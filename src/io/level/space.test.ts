/** Spaces of one database against Maps: whatever is written, read, cleared and cut. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { groupId } from '../../base/ids.ts'
import type { StateSpace } from '../../base/state.ts'
import { tempFolder } from '../testing/folder.ts'
import { begin, down, rowsOf, told } from './testing/run.ts'

interface Step {
  readonly kind: 'put' | 'del' | 'get' | 'clear' | 'cut' | 'down'
  readonly space: number
  readonly key: Uint8Array
  readonly value: Uint8Array
}

const bytes = fc.uint8Array({ maxLength: 3 })
const space = fc.nat(2)
/** Mostly writes, lest there be nothing to see. */
const kind = fc.constantFrom<Step['kind']>(
  ...(['put', 'put', 'put', 'del', 'get', 'clear', 'cut', 'down'] as const),
)
const step: fc.Arbitrary<Step> = fc.record({ kind, space, key: bytes, value: bytes })

const nameOf = (key: Uint8Array) => Buffer.from(key).toString('hex')

class Model {
  readonly map = new Map<string, Uint8Array>()

  rows(): readonly (readonly [string, Uint8Array])[] {
    return [...this.map].sort(([a], [b]) => (a < b ? -1 : 1))
  }
}

async function expectCut(cut: ReturnType<StateSpace['cut']>, rows: ReturnType<Model['rows']>) {
  const found = await rowsOf(cut)
  expect(found.map(row => [nameOf(row.key), row.value])).toEqual(rows)
}

test('three spaces are three Maps, and a cut is a copy of one', async () => {
  const store = await begin(tempFolder())
  let group = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
      group++
      const spaces = [
        store.space(groupId(group), 0),
        store.space(groupId(group), 255),
        store.space(groupId(group + 1_000_000), 0),
      ]
      const models = spaces.map(() => new Model())
      const cuts: [ReturnType<StateSpace['cut']>, ReturnType<Model['rows']>][] = []
      for (const one of steps) {
        const [real, model] = [spaces[one.space], models[one.space]]
        if (real === undefined || model === undefined) continue
        if (one.kind === 'clear') {
          await told<void>(done => real.clear(done))
          model.map.clear()
        } else if (one.kind === 'down') await down(store)
        else if (one.kind === 'cut') cuts.push([real.cut(), model.rows()])
        else if (one.kind === 'get') {
          expect(real.get(one.key)).toEqual(model.map.get(nameOf(one.key)))
        } else {
          const { key, value } = one
          const change = one.kind === 'put' ? { key, value } : { key }
          await told<void>(done => real.write([change], done))
          if (one.kind === 'put') model.map.set(nameOf(key), value)
          else model.map.delete(nameOf(key))
        }
      }
      for (const [cut, rows] of cuts) await expectCut(cut, rows)
      for (const [at, real] of spaces.entries()) {
        await expectCut(real.cut(), models[at]?.rows() ?? [])
      }
    }),
    { numRuns: 60 },
  )
  await store.close()
})

test('changes of one write are seen together, the last of a key counts', async () => {
  const store = await begin(tempFolder())
  const one = store.space(groupId(1), 0)
  const key = Uint8Array.of(1)
  const changes = [
    { key, value: Uint8Array.of(1) },
    { key },
    { key, value: Uint8Array.of(2) },
    { key: Uint8Array.of(2), value: Uint8Array.of(3) },
  ]
  await told<void>(done => one.write(changes, done))
  expect(one.get(key)).toEqual(Uint8Array.of(2))
  expect(one.get(Uint8Array.of(2))).toEqual(Uint8Array.of(3))
  await store.close()
})

test('a cut that is left open does not hinder the end', async () => {
  const folder = tempFolder()
  const store = await begin(folder)
  const one = store.space(groupId(1), 0)
  await told<void>(done => one.write([{ key: Uint8Array.of(1), value: Uint8Array.of(1) }], done))
  const cut = one.cut()
  await store.close()
  const answers: unknown[] = []
  cut.next(rows => answers.push(rows))
  cut.close()
  expect(store.failures).toEqual([])
  const again = await begin(folder)
  expect(again.verdict.why).toBe('closed in peace')
  expect(answers).toEqual([])
  await again.close()
})
