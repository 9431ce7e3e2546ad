/** The lock of a data folder: one holder, whatever is thrown away or damaged meanwhile. */

import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tempFolder } from '../testing/folder.ts'
import { cannotLock, FolderLock, isLocked } from './lock.ts'
import { LevelStore, lockFolder, unlockFolder } from './store.ts'
import { begin, stillLog } from './testing/run.ts'

const taken = { code: 'data-in-use', message: expect.stringContaining('a folder of its own') }

test('it has one holder, and another once it is released', async () => {
  const folder = tempFolder()
  const first = await FolderLock.take(folder)
  await expect(FolderLock.take(folder)).rejects.toMatchObject(taken)
  await first.release()
  await (await FolderLock.take(folder)).release()
})

test.each(['nonsense', '', 'MANIFEST-999999\n'])(
  'what else lies in its folder does not matter: CURRENT is %j',
  async current => {
    const folder = tempFolder()
    await (await FolderLock.take(folder)).release()
    writeFileSync(join(folder, 'lock', 'CURRENT'), current)
    const again = await FolderLock.take(folder)
    await expect(FolderLock.take(folder)).rejects.toMatchObject(taken)
    await again.release()
  },
)

test('a holder keeps it though somebody finds its folder damaged', async () => {
  const folder = tempFolder()
  const holder = await FolderLock.take(folder)
  for (const name of readdirSync(join(folder, 'lock'))) {
    if (name !== 'LOCK') rmSync(join(folder, 'lock', name))
  }
  await expect(FolderLock.take(folder)).rejects.toMatchObject(taken)
  expect(existsSync(join(folder, 'lock', 'LOCK'))).toBe(true)
  await holder.release()
})

test('the state is thrown away by nobody but the holder', async () => {
  const folder = tempFolder()
  await (await begin(folder)).close()
  writeFileSync(join(folder, 'state', 'CURRENT'), 'nonsense')
  const holder = await FolderLock.take(folder)
  await expect(lockFolder(folder)).rejects.toMatchObject(taken)
  await holder.release()
  expect(existsSync(join(folder, 'state-clean'))).toBe(true)
  const locked = await lockFolder(folder)
  expect(existsSync(join(folder, 'state-clean'))).toBe(false)
  await unlockFolder(locked)
})

test('nobody gets in while the state that is not believed is made anew', async () => {
  const folder = tempFolder()
  await (await begin(folder)).close()
  for (const name of ['state-clean', 'state-run']) rmSync(join(folder, name), { force: true })
  const locked = await lockFolder(folder)
  const options = { folder, store: 'log-1', log: stillLog, bootId: 'boot-1', onFailed() {} }
  let isMade = false
  const making = LevelStore.begin(locked, options).finally(() => {
    isMade = true
  })
  let tries = 0
  while (!isMade) {
    await expect(lockFolder(folder)).rejects.toMatchObject(taken)
    tries++
  }
  expect(tries).toBeGreaterThan(0)
  const store = await making
  expect(store.verdict.keep).toBe(false)
  await store.close()
})

test('a folder whose state cannot be opened is given back', async () => {
  const folder = tempFolder()
  await (await begin(folder)).close()
  writeFileSync(join(folder, 'state', 'CURRENT'), 'MANIFEST-999999\n')
  await expect(lockFolder(folder)).rejects.toMatchObject({ code: 'state-unreadable' })
  await (await FolderLock.take(folder)).release()
})

/** As LevelDB tells what the system said of a lock, in the words of its wrapper. */
const lockFailed = (said: string) =>
  Object.assign(new Error('Database failed to open'), {
    cause: Object.assign(new Error(`IO error: lock /d/LOCK: ${said}`), { code: 'LEVEL_LOCKED' }),
  })

test.each([
  ['already held by process', true],
  ['Resource temporarily unavailable', true],
  ['Permission denied', true],
  ['No locks available', false],
  ['Function not implemented', false],
  ['Input/output error', false],
])('that the system says of a lock "%s" tells of a holder: %s', (said, isHeld) => {
  expect(isLocked(lockFailed(said))).toBe(isHeld)
})

test.each([
  ['No locks available', 'data-unusable', 'put it on a file system that has locks'],
  ['Input/output error', 'io-error', 'the disk has failed'],
])('a lock that nobody holds and that cannot be had has a sentence: %s', (said, code, advice) => {
  const told = cannotLock('/d', lockFailed(said))
  expect(told.code).toBe(code)
  expect(told.message).toContain(advice)
  expect(told.message).toContain(said)
})
