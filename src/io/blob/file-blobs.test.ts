/** The store on a folder: the contract of its door, what is durable when, and what goes wrong. */

import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { blobStoreContract } from '../../../chaos/sim/contract/blob-store.ts'
import type {
  BlobAnswer,
  BlobDone,
  BlobError,
  BlobList,
  PutCondition,
} from '../../base/blob-store.ts'
import { utf8Of } from '../../base/bytes.ts'
import { Prng } from '../../base/prng.ts'
import { SmallDisk } from '../../cli/testing/small-disk.ts'
import { tempFolder } from '../testing/folder.ts'
import { until } from '../testing/until.ts'
import { FileBlobs } from './file-blobs.ts'
import { type Files, systemFiles } from './files.ts'
import { WatchedFiles } from './testing/watched-files.ts'

let names = 0
const shared = tempFolder()

blobStoreContract('the store on a folder', async () => {
  const stores = await Promise.all(Array.from({ length: 9 }, () => FileBlobs.open(shared)))
  let next = 0
  const client = () => stores[next++ % stores.length] as FileBlobs
  return { client, name: () => `n${names++}`, until, close: () => Promise.resolve() }
})

const answer = <T>(ask: (done: BlobDone<T>) => void): Promise<BlobAnswer<T>> =>
  new Promise(resolve => ask(resolve))
const put = async (store: FileBlobs, key: string, text: string, condition: PutCondition = 'any') =>
  (await answer<void>(done => store.put(key, utf8Of(text), condition, done))).error
const content = (store: FileBlobs, key: string) => answer<Uint8Array>(done => store.get(key, done))
const got = async (store: FileBlobs, key: string) => (await content(store, key)).error
const removed = async (store: FileBlobs, key: string) =>
  (await answer<void>(done => store.remove(key, done))).error
const listed = async (store: FileBlobs, prefix = '') => {
  const request = { prefix, after: '', limit: 1000 }
  const told = await answer<BlobList>(done => store.list(request, done))
  return told.error === undefined ? told.value.blobs.map(({ key }) => key) : told.error.code
}

const SENTENCE = /\w+ \w+.*: \w+ \w+/
const telling = (code: BlobError['code'], message = SENTENCE) => ({
  code,
  message: expect.stringMatching(message) as string,
})

test('nothing is left of a draft, nor of a folder whose last object goes', async () => {
  const folder = tempFolder()
  const store = await FileBlobs.open(folder)
  expect(await put(store, 'a/b/c', 'one', 'absent')).toBeUndefined()
  expect(await put(store, 'a/b/c', 'two', 'absent')).toMatchObject({ code: 'exists' })
  expect(await put(store, 'a/d', 'three')).toBeUndefined()
  expect(readdirSync(join(folder, 'drafts'))).toEqual([])
  await removed(store, 'a/b/c')
  expect(readdirSync(join(folder, 'objects', 'a'))).toEqual(['d'])
  await removed(store, 'a/d')
  expect(readdirSync(join(folder, 'objects'))).toEqual([])
})

test('many put and remove in the same folders, and none is in the way of the other', async () => {
  const store = await FileBlobs.open(tempFolder())
  const other = await FileBlobs.open(shared)
  expect(other).not.toBe(store)
  const work = async (who: number) => {
    for (let round = 0; round < 40; round++) {
      const key = `a/b/${who}`
      expect(await put(store, key, `${round}`, 'absent')).toBeUndefined()
      expect(await removed(store, key)).toBeUndefined()
    }
  }
  await Promise.all(Array.from({ length: 4 }, (_, who) => work(who)))
  expect(await listed(store)).toEqual([])
})

test('a key that goes on behind another one is refused, either way', async () => {
  const store = await FileBlobs.open(tempFolder())
  await put(store, 'a/b', 'one')
  for (const condition of ['any', 'absent'] as const) {
    expect(await put(store, 'a', 'two', condition)).toMatchObject(telling('bad-key'))
    expect(await put(store, 'a/b/c', 'two', condition)).toMatchObject(telling('bad-key'))
  }
  expect(await got(store, 'a')).toMatchObject(telling('no-such-key'))
  expect(await got(store, 'a/b/c')).toMatchObject(telling('no-such-key'))
  expect(await removed(store, 'a')).toBeUndefined()
  expect(await removed(store, 'a/b/c')).toBeUndefined()
  expect(await listed(store)).toEqual(['a/b'])
})

test('what others left there is no object', async () => {
  const folder = tempFolder()
  const store = await FileBlobs.open(folder)
  await put(store, 'a', 'one')
  writeFileSync(join(folder, 'objects', 'b c'), '')
  writeFileSync(join(folder, 'drafts', 'old'), '')
  utimesSync(join(folder, 'drafts', 'old'), 0, 0)
  writeFileSync(join(folder, 'drafts', 'young'), '')
  expect(await listed(await FileBlobs.open(folder))).toEqual(['a'])
  expect(readdirSync(join(folder, 'drafts'))).toEqual(['young'])
})

/** What could be lost of an object whose put was answered, or of one that was said to be there. */
async function risks(watched: WatchedFiles, seed: number): Promise<readonly string[]> {
  const prng = new Prng(seed)
  const folder = tempFolder()
  const store = await FileBlobs.open(folder, watched.files)
  const objects = join(folder, 'objects')
  const found: string[] = []
  for (let act = 0; act < 12; act++) {
    const key = prng.pick(['a', 'b/c', 'b/d', 'e/f/g', 'e/f/h'])
    if (prng.chance(0.3)) await removed(store, key)
    else await put(store, key, `${act}`, prng.pick(['any', 'absent']))
    found.push(...watched.unsafeOf(objects, join(objects, key)))
  }
  return found
}

test('what was answered stays, though the power fails', async () => {
  for (let seed = 1; seed <= 4; seed++) expect(await risks(new WatchedFiles(), seed)).toEqual([])
})

test('a store that leaves out a sync is found out', async () => {
  const whole = new WatchedFiles()
  await risks(whole, 1)
  let noticed = 0
  const first = 4
  for (let sync = first; sync <= whole.syncs; sync++) {
    const watched = new WatchedFiles()
    watched.leaveOutSync = sync
    if ((await risks(watched, 1)).length > 0) noticed++
  }
  // Some make safe what is safe already.
  expect(noticed).toBeGreaterThan((whole.syncs - first) / 3)
})

test('opening says what is wrong with a folder, and what to do', async () => {
  const folder = tempFolder()
  writeFileSync(join(folder, 'file'), '')
  for (const path of [join(folder, 'none'), join(folder, 'file')]) {
    await expect(FileBlobs.open(path)).rejects.toMatchObject({
      code: 'blob-missing',
      message: expect.stringMatching(/cannot be used .*; make it, or mount/),
    })
  }
})

/** As the system refuses, be it for a user without rights or a file system without links. */
const refusing = (code: string) => ({
  ...systemFiles,
  link: () => Promise.reject(Object.assign(new Error(`${code}: so it says`), { code })),
})

test.each([
  ['EACCES', 'blob-unusable', /right to read and write/],
  ['EROFS', 'blob-unusable', /right to read and write/],
  ['EPERM', 'blob-unusable', /allows hard links/],
  ['ENOTSUP', 'blob-unusable', /allows hard links/],
  ['EIO', 'blob-unusable', /disk is sound/],
  ['ENOSPC', 'disk-full', /make room/],
])('a folder where the system says %s is not opened', async (system, code, message) => {
  const folder = tempFolder()
  const opening = FileBlobs.open(folder, refusing(system))
  await expect(opening).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  expect(readdirSync(join(folder, 'drafts'))).toEqual([])
})

test.each([
  ['EACCES', 'not-authorized', /give the right/],
  ['EROFS', 'not-authorized', /give the right/],
  ['ENOSPC', 'full', /make room/],
  ['EIO', 'unavailable', /disk is sound/],
] as const)('where the system says %s, an open one answers so', async (system, code, message) => {
  const folder = tempFolder()
  let isBroken = false
  const files: Files = {
    ...systemFiles,
    link: (from, to) => (isBroken ? refusing(system).link() : systemFiles.link(from, to)),
  }
  const store = await FileBlobs.open(folder, files)
  isBroken = true
  expect(await put(store, 'a', 'one', 'absent')).toMatchObject(telling(code, message))
  expect(readdirSync(join(folder, 'drafts'))).toEqual([])
  isBroken = false
  expect(await put(store, 'a', 'one', 'absent')).toBeUndefined()
})

test('a folder that goes away is not taken for an empty one', async () => {
  const folder = join(tempFolder(), 'blobs')
  mkdirSync(folder)
  const store = await FileBlobs.open(folder)
  await put(store, 'a', 'one')
  renameSync(folder, `${folder}-away`)
  mkdirSync(folder)
  const gone = telling('unavailable', /see that it is mounted/)
  expect(await got(store, 'a')).toMatchObject(gone)
  expect(await put(store, 'a', 'two', 'absent')).toMatchObject(gone)
  expect(await removed(store, 'a')).toMatchObject(gone)
  expect(await listed(store)).toBe('unavailable')
  rmSync(folder, { recursive: true })
  renameSync(`${folder}-away`, folder)
  expect(await got(store, 'a')).toBeUndefined()
  expect(existsSync(join(folder, 'objects', 'a'))).toBe(true)
})

test('a full disk takes nothing, keeps what it has, and goes on when there is room', async () => {
  const disk = SmallDisk.maybeMount(1024 * 1024)
  // Where nothing may be mounted, what the system would say stands in the table above.
  if (disk === undefined) return
  const store = await FileBlobs.open(disk.folder)
  expect(await put(store, 'a', 'one', 'absent')).toBeUndefined()
  disk.fill(32 * 1024)
  const large = 'x'.repeat(100_000)
  for (const condition of ['any', 'absent'] as const) {
    expect(await put(store, 'a', large, condition)).toMatchObject(telling('full', /make room/))
    expect(await put(store, 'b', large, condition)).toMatchObject(telling('full', /make room/))
  }
  expect(readdirSync(join(disk.folder, 'drafts'))).toEqual([])
  expect(await listed(store)).toEqual(['a'])
  expect(await content(store, 'a')).toEqual({ value: utf8Of('one') })
  disk.makeRoom(2 * 1024 * 1024)
  expect(await put(store, 'b', large, 'absent')).toBeUndefined()
})
