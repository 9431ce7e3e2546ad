/** The state store on a real folder: what it keeps, what it throws away, what it refuses. */

import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { groupId } from '../../base/ids.ts'
import type { StateRow, StateSpace } from '../../base/state.ts'
import { tempFolder } from '../testing/folder.ts'
import { AHEAD_BYTES_MAX, LevelStore, lockFolder, unlockFolder } from './store.ts'
import { begin, down, rowsOf, told } from './testing/run.ts'

const bytes = (...values: number[]) => Uint8Array.from(values)
const put = (space: StateSpace, key: number, value: number) =>
  told<void>(done => space.write([{ key: bytes(key), value: bytes(value) }], done))

const logTo = (segment: number, size: number) => {
  const end = { segment, bytes: size }
  return { foundEnd: end, end }
}

async function pairsOf(space: StateSpace): Promise<readonly (readonly number[])[]> {
  const rows = await rowsOf(space.cut())
  return rows.map(({ key, value }) => [...key, ...value])
}

test('rows of groups and parts are apart, and in order', async () => {
  const store = await begin(tempFolder())
  const [one, other, last] = [
    store.space(groupId(1), 0),
    store.space(groupId(1), 1),
    store.space(groupId(0xffffffff), 0xff),
  ]
  await put(one, 2, 20)
  await put(one, 1, 10)
  await put(other, 1, 11)
  await put(last, 1, 12)
  expect(await pairsOf(one)).toEqual([
    [1, 10],
    [2, 20],
  ])
  expect(await pairsOf(other)).toEqual([[1, 11]])
  expect(await pairsOf(last)).toEqual([[1, 12]])
  expect(one.get(bytes(2))).toEqual(bytes(20))
  expect(other.get(bytes(2))).toBeUndefined()
  await told<void>(done => one.clear(done))
  expect(await pairsOf(one)).toEqual([])
  expect(await pairsOf(other)).toEqual([[1, 11]])
  await store.close()
})

test('a cut does not see what is written later', async () => {
  const store = await begin(tempFolder())
  const space = store.space(groupId(1), 0)
  for (let key = 0; key < 200; key++) await put(space, key, 1)
  const cut = space.cut()
  for (let key = 0; key < 200; key++) await put(space, key, 2)
  await told<void>(done => space.clear(done))
  const rows = await told<readonly StateRow[]>(done => cut.next(done))
  expect(rows).toHaveLength(200)
  expect(rows.every(row => row.value[0] === 1)).toBe(true)
  cut.close()
  await store.close()
})

test('writes of one turn are seen at once, and in order', async () => {
  const store = await begin(tempFolder())
  const space = store.space(groupId(1), 0)
  const order: number[] = []
  const writes = Array.from({ length: 50 }, (_, i) =>
    put(space, 1, i).then(() => {
      order.push(i)
    }),
  )
  await Promise.all(writes)
  expect(order).toEqual(Array.from({ length: 50 }, (_, i) => i))
  expect(space.get(bytes(1))).toEqual(bytes(49))
  await told<void>(done => space.write([{ key: bytes(1) }], done))
  expect(space.get(bytes(1))).toBeUndefined()
  await store.close()
})

test('a store that was closed in peace is kept, whatever boot it is', async () => {
  const folder = tempFolder()
  const first = await begin(folder)
  await put(first.space(groupId(1), 0), 1, 1)
  await first.close()
  expect(existsSync(join(folder, 'state-clean'))).toBe(true)
  const second = await begin(folder, { bootId: 'boot-2' })
  expect(second.verdict).toEqual({ keep: true, why: 'closed in peace' })
  expect(existsSync(join(folder, 'state-clean'))).toBe(false)
  expect(second.space(groupId(1), 0).get(bytes(1))).toEqual(bytes(1))
  await second.close()
})

test('a log that ends before the place where both were closed is lost', async () => {
  const folder = tempFolder()
  const first = await begin(folder, { log: logTo(4, 2000) })
  await put(first.space(groupId(1), 0), 1, 1)
  await first.close()
  for (const shorter of [logTo(4, 1999), logTo(3, 9000)]) {
    const locked = await lockFolder(folder)
    const options = { folder, store: 'log-1', bootId: 'boot-1', onFailed() {} }
    const begun = LevelStore.begin(locked, { ...options, log: shorter })
    await expect(begun).rejects.toMatchObject({
      code: 'log-lost',
      message: expect.stringContaining('joins anew'),
    })
    expect(existsSync(join(folder, 'state-clean'))).toBe(true)
    await unlockFolder(locked)
  }
  const again = await begin(folder, { log: logTo(4, 2000) })
  expect(await pairsOf(again.space(groupId(1), 0))).toEqual([[1, 1]])
  await again.close()
})

/** As the files are while the process runs: what a kill leaves behind. */
async function killed(): Promise<string> {
  const folder = tempFolder()
  const store = await begin(folder)
  await put(store.space(groupId(1), 0), 1, 1)
  await down(store)
  const left = tempFolder()
  cpSync(folder, left, { recursive: true })
  await store.close()
  return left
}

test('after a mere kill it is kept', async () => {
  const store = await begin(await killed())
  expect(store.verdict).toEqual({ keep: true, why: 'the machine ran on' })
  expect(store.space(groupId(1), 0).get(bytes(1))).toEqual(bytes(1))
  await store.close()
})

test.each([
  ['another boot of the machine', { bootId: 'boot-2' }, 'the machine went down'],
  ['another log', { store: 'log-2' }, 'of another log'],
])('after a kill and %s it is thrown away', async (_, options, why) => {
  const store = await begin(await killed(), options)
  expect(store.verdict).toEqual({ keep: false, why })
  expect(await pairsOf(store.space(groupId(1), 0))).toEqual([])
  await put(store.space(groupId(1), 0), 2, 2)
  await store.close()
})

test('a mark beside rows of another day is not believed', async () => {
  const folder = tempFolder()
  const first = await begin(folder)
  await put(first.space(groupId(1), 0), 1, 1)
  await first.close()
  const mark = readFileSync(join(folder, 'state-clean'), 'utf8')
  const second = await begin(folder)
  await put(second.space(groupId(1), 0), 2, 2)
  await second.close()
  writeFileSync(join(folder, 'state-clean'), mark)
  const third = await begin(folder)
  expect(third.verdict).toEqual({ keep: false, why: 'not what was closed' })
  await third.close()
})

test('rows that LevelDB itself calls damaged are made anew', async () => {
  const folder = await killed()
  writeFileSync(join(folder, 'state', 'CURRENT'), 'nonsense')
  const store = await begin(folder)
  expect(store.verdict.keep).toBe(false)
  expect(await pairsOf(store.space(groupId(1), 0))).toEqual([])
  await store.close()
})

test('a folder in use is refused, with what to do', async () => {
  const folder = tempFolder()
  const store = await begin(folder)
  await expect(lockFolder(folder)).rejects.toMatchObject({
    code: 'data-in-use',
    message: expect.stringContaining('a folder of its own'),
  })
  await store.close()
  await (await begin(folder)).close()
})

test('a folder that is not there is refused, with what to do', async () => {
  const gone = join(tempFolder(), 'a', 'file')
  writeFileSync(join(gone, '..', '..', 'a'), '')
  await expect(lockFolder(gone)).rejects.toMatchObject({
    code: 'data-unusable',
    message: expect.stringContaining('see that the folder is whole'),
  })
})

test('a store whose files do not fit is refused, and may be removed as it says', async () => {
  const folder = tempFolder()
  await (await begin(folder)).close()
  writeFileSync(join(folder, 'state', 'CURRENT'), 'MANIFEST-999999\n')
  await expect(lockFolder(folder)).rejects.toMatchObject({
    code: 'state-unreadable',
    message: expect.stringMatching(
      /999999.*remove its folder `state`: it is made anew from the log/,
    ),
  })
  rmSync(join(folder, 'state'), { recursive: true })
  const again = await begin(folder)
  expect(await rowsOf(again.space(groupId(1), 0).cut())).toEqual([])
  await again.close()
})

test('a write that fails is told once, and nothing is answered afterwards', async () => {
  const store = await begin(tempFolder())
  const space = store.space(groupId(1), 0)
  await store.database.close()
  const answered: string[] = []
  space.write([{ key: bytes(1), value: bytes(1) }], () => {})
  space.clear(() => answered.push('cleared'))
  await expect.poll(() => store.failures).toHaveLength(1)
  space.write([{ key: bytes(1), value: bytes(1) }], () => answered.push('written'))
  await store.close()
  expect(answered).toEqual([])
  expect(store.failures).toHaveLength(1)
})

test('a store that failed leaves no clean mark', async () => {
  const folder = tempFolder()
  const store = await begin(folder)
  await store.database.close()
  await put(store.space(groupId(1), 0), 1, 1)
  await expect.poll(() => store.failures).toHaveLength(1)
  await store.close()
  expect(existsSync(join(folder, 'state-clean'))).toBe(false)
})

test('closing waits for what is being written', async () => {
  const folder = tempFolder()
  const store = await begin(folder)
  const space = store.space(groupId(1), 0)
  for (let key = 0; key < 20; key++) space.write([{ key: bytes(key), value: bytes(key) }], () => {})
  await store.close()
  const again = await begin(folder)
  expect(await pairsOf(again.space(groupId(1), 0))).toHaveLength(20)
  await again.close()
})

test('whoever writes far ahead of the database waits for it', async () => {
  const store = await begin(tempFolder())
  const space = store.space(groupId(1), 0)
  const value = new Uint8Array(AHEAD_BYTES_MAX / 4)
  const taken: number[] = []
  for (let key = 0; key < 5; key++) {
    space.write([{ key: bytes(key), value }], () => taken.push(key))
  }
  expect(taken).toEqual([0, 1, 2])
  // `toEqual` compares number by number: of so many that takes seconds.
  expect(Buffer.compare(space.get(bytes(4)) ?? bytes(), value)).toBe(0)
  await down(store)
  expect(taken).toEqual([0, 1, 2, 3, 4])
  await store.close()
})

test('a row that cannot be read is told to the owner, and nothing is answered', async () => {
  const store = await begin(tempFolder())
  const space = store.space(groupId(1), 0)
  await store.database.close()
  expect(() => space.get(bytes(1))).toThrow('its folder `state` may be removed')
  expect(store.failures).toHaveLength(1)
  await store.close()
})

test('a batch goes down as soon as it is large, also behind another', async () => {
  const store = await begin(tempFolder())
  const space = store.space(groupId(1), 0)
  const value = new Uint8Array(AHEAD_BYTES_MAX / 16)
  const batch = vi.spyOn(store.database, 'batch')
  for (let key = 0; key < 8; key++) space.write([{ key: bytes(key), value }], () => {})
  await down(store)
  // Two rows, and the number of the write.
  const calls = batch.mock.calls as unknown as (readonly [readonly unknown[]])[]
  expect(calls.map(([operations]) => operations.length)).toEqual([3, 3, 3, 3])
  await store.close()
})

/** Closed in peace, with rows in a table file; then files of these kinds hold garbage. */
async function damaged(...kinds: readonly string[]): Promise<string> {
  const folder = tempFolder()
  const first = await begin(folder)
  await put(first.space(groupId(1), 0), 1, 1)
  await first.close()
  // What the log of a run holds goes into a table when the store is opened again.
  await (await begin(folder)).close()
  const names = readdirSync(join(folder, 'state'))
  const hit = names.filter(name => kinds.some(kind => name.endsWith(kind)))
  expect(hit.length).toBeGreaterThanOrEqual(kinds.length)
  for (const name of hit) {
    const path = join(folder, 'state', name)
    writeFileSync(path, Buffer.alloc(Math.max(100, statSync(path).size), 'garbage'))
  }
  return folder
}

test.each([[['.ldb']], [['.ldb', '.log']]])('%o damaged: it is made anew', async kinds => {
  const folder = await damaged(...kinds)
  const store = await begin(folder)
  expect(store.verdict).toEqual({ keep: false, why: 'damaged' })
  expect(store.space(groupId(1), 0).get(bytes(1))).toBeUndefined()
  await put(store.space(groupId(1), 0), 1, 2)
  await store.close()
  const again = await begin(folder)
  expect(again.verdict.keep).toBe(true)
  expect(again.space(groupId(1), 0).get(bytes(1))).toEqual(bytes(2))
  await again.close()
})

test('damage that is met later ends the run; the next start makes it anew', async () => {
  const folder = tempFolder()
  const first = await begin(folder)
  // Two tables: the number of the last write is not in the one that is hit.
  await put(first.space(groupId(1), 0), 1, 1)
  await first.close()
  const whole = new Set(readdirSync(join(folder, 'state')))
  const second = await begin(folder)
  const [table = ''] = readdirSync(join(folder, 'state')).filter(
    name => name.endsWith('.ldb') && !whole.has(name),
  )
  await put(second.space(groupId(1), 0), 2, 2)
  await second.close()
  const path = join(folder, 'state', table)
  const size = statSync(path).size
  const third = await begin(folder)
  writeFileSync(path, Buffer.alloc(size, 'garbage'))
  expect(() => third.space(groupId(1), 0).get(bytes(1))).toThrow('state-failed')
  expect(third.failures).toHaveLength(1)
  await third.close()
  expect((await begin(folder)).verdict.keep).toBe(false)
})

test('a mark that is a folder is damage, and told as such', async () => {
  const folder = tempFolder()
  mkdirSync(join(folder, 'state-clean'))
  await expect(begin(folder)).rejects.toMatchObject({ code: 'data-damaged' })
})
