/**
 * What a killed process leaves behind, at any moment: all that it wrote up to some call, never a
 * later write without an earlier one, and at least what it was told is down.
 */

import { cpSync } from 'node:fs'
import { expect, test } from 'vitest'
import { groupId } from '../../base/ids.ts'
import { Prng } from '../../base/prng.ts'
import type { StateSpace } from '../../base/state.ts'
import { tempFolder } from '../testing/folder.ts'
import { begin, down, rowsOf, told } from './testing/run.ts'

const RUNS = 4
const STEPS = 60
const KEYS = 8

const keyOf = (key: number) => Uint8Array.of(key)
const bytesOf = (count: number) => Uint8Array.of(count & 0xff, count >>> 8)

/** What the rows of both spaces are, as text. */
async function shown(spaces: readonly StateSpace[]): Promise<string> {
  const all = await Promise.all(spaces.map(space => rowsOf(space.cut())))
  return all.map(rows => rows.map(({ key, value }) => `${key}=${value}`).join(' ')).join(' | ')
}

const spacesOf = (store: Awaited<ReturnType<typeof begin>>) => [
  store.space(groupId(1), 0),
  store.space(groupId(2), 0),
]

class Model {
  readonly #rows = [new Map<number, string>(), new Map<number, string>()]
  /** After each step, and before the first. */
  readonly past = [' | ']

  set(key: number, count: number): void {
    for (const rows of this.#rows) rows.set(key, `${bytesOf(count)}`)
    this.#note()
  }

  clear(): void {
    this.#rows[0]?.clear()
    this.#note()
  }

  #note(): void {
    const texts = this.#rows.map(rows =>
      [...rows]
        .sort(([a], [b]) => a - b)
        .map(([key, value]) => `${key}=${value}`)
        .join(' '),
    )
    this.past.push(texts.join(' | '))
  }
}

test('whenever it dies, nothing is missing in front of something that is there', async () => {
  const chance = new Prng(11)
  for (let run = 0; run < RUNS; run++) {
    const folder = tempFolder()
    const store = await begin(folder)
    const spaces = spacesOf(store)
    const model = new Model()
    let least = 0
    const images: { readonly left: string; readonly least: number }[] = []
    for (let count = 1; count <= STEPS; count++) {
      const drawn = chance.uint32() % 12
      if (drawn === 0) await down(store)
      if (drawn === 0) least = model.past.length - 1
      if (drawn === 1) {
        await told<void>(done => spaces[0]?.clear(done))
        model.clear()
        least = model.past.length - 1
      } else {
        const key = chance.uint32() % KEYS
        // Both in one turn: they come down together.
        for (const space of spaces) {
          space.write([{ key: keyOf(key), value: bytesOf(count) }], () => {})
        }
        model.set(key, count)
      }
      if (drawn > 2) continue
      await new Promise(setImmediate)
      const left = tempFolder()
      cpSync(folder, left, { recursive: true })
      images.push({ left, least })
    }
    await store.close()
    for (const image of images) {
      const found = await begin(image.left)
      const at = model.past.lastIndexOf(await shown(spacesOf(found)))
      expect(at).toBeGreaterThanOrEqual(image.least)
      await found.close()
    }
    const whole = await begin(folder)
    expect(await shown(spacesOf(whole))).toBe(model.past.at(-1))
    await whole.close()
  }
})
