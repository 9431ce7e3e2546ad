/**
 * What verdict.ts is for: a machine falls, and pages of the state store that were never synced are
 * gone. Whatever is left, either the store is thrown away, or every row of it is what was written.
 */

import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { groupId } from '../../base/ids.ts'
import { Prng } from '../../base/prng.ts'
import { tempFolder } from '../testing/folder.ts'
import { begin, down, told } from './testing/run.ts'

const PAGE = 4096
const ROWS = 300
const FALLS = 12

const row = (number: number): Uint8Array => {
  const bytes = new Uint8Array(64).fill(number & 0xff)
  new DataView(bytes.buffer).setUint32(0, number)
  return bytes
}

/** The folder as it is while the process runs, and the machine falls. */
async function running(): Promise<string> {
  const folder = tempFolder()
  const store = await begin(folder)
  const space = store.space(groupId(1), 0)
  for (let number = 0; number < ROWS; number++) {
    await told<void>(done => space.write([{ key: row(number), value: row(number) }], done))
  }
  await down(store)
  const left = tempFolder()
  cpSync(folder, left, { recursive: true })
  await store.close()
  return left
}

/** One page of the write-ahead file never reached the disk. */
function losePage(folder: string, chance: Prng): void {
  const state = join(folder, 'state')
  const [name = ''] = readdirSync(state).filter(one => one.endsWith('.log'))
  const bytes = readFileSync(join(state, name))
  const page = chance.uint32() % Math.max(1, Math.floor(bytes.length / PAGE))
  bytes.fill(0, page * PAGE, (page + 1) * PAGE)
  writeFileSync(join(state, name), bytes)
}

test('after a fall of the machine nothing is believed, after a kill all is there', async () => {
  const chance = new Prng(7)
  const whole = await running()
  for (let fall = 0; fall < FALLS; fall++) {
    const folder = tempFolder()
    cpSync(whole, folder, { recursive: true })
    losePage(folder, chance)
    const store = await begin(folder, { bootId: 'boot-2' })
    expect(store.verdict.keep).toBe(false)
    expect(store.space(groupId(1), 0).get(row(ROWS - 1))).toBeUndefined()
    await store.close()
  }
  const store = await begin(whole)
  expect(store.verdict.keep).toBe(true)
  for (let number = 0; number < ROWS; number++) {
    expect(store.space(groupId(1), 0).get(row(number))).toEqual(row(number))
  }
  await store.close()
})

test('the trap is real: LevelDB itself opens what has lost its middle', async () => {
  const folder = await running()
  losePage(folder, new Prng(3))
  // The same boot: nothing here knows of the fall, as if the rule were not kept.
  const store = await begin(folder)
  const space = store.space(groupId(1), 0)
  const missing = Array.from({ length: ROWS }, (_, number) => space.get(row(number))).filter(
    found => found === undefined,
  )
  expect(missing.length).toBeGreaterThan(0)
  await store.close()
})
