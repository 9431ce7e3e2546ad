/** Small files on a real folder. */

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readBootId } from './boot-id.ts'
import { makeFolder, readSmallFile, removeSmallFile, writeSmallFile } from './small-file.ts'
import { tempFolder } from './testing/folder.ts'

test('what was written is read, and the last writing counts', async () => {
  const path = join(tempFolder(), 'a')
  expect(await readSmallFile(path)).toBeUndefined()
  await writeSmallFile(path, 'one')
  await writeSmallFile(path, 'two')
  expect(await readSmallFile(path)).toBe('two')
  await removeSmallFile(path)
  await removeSmallFile(path)
  expect(await readSmallFile(path)).toBeUndefined()
})

test('no draft is left, and one that a crash left is no hindrance', async () => {
  const folder = tempFolder()
  writeFileSync(join(folder, 'a.new'), 'a draft that was much longer than what comes')
  await writeSmallFile(join(folder, 'a'), 'short')
  expect(readdirSync(folder)).toEqual(['a'])
  expect(await readSmallFile(join(folder, 'a'))).toBe('short')
})

test('trouble other than absence is told', async () => {
  const folder = tempFolder()
  await expect(writeSmallFile(join(folder, 'gone', 'a'), '')).rejects.toMatchObject({
    code: 'ENOENT',
  })
})

test('a folder in place of a file, or the other way round, is told with what to do', async () => {
  const path = join(tempFolder(), 'a')
  mkdirSync(path)
  writeFileSync(join(path, 'file'), '')
  const damaged = {
    code: 'data-damaged',
    message: expect.stringMatching(/a is not what a node keeps there .*; move it away, or restore/),
  }
  await expect(readSmallFile(path)).rejects.toMatchObject(damaged)
  await expect(writeSmallFile(path, 'text')).rejects.toMatchObject(damaged)
  await expect(removeSmallFile(path)).rejects.toMatchObject(damaged)
  const below = join(path, 'file', 'below')
  await expect(readSmallFile(below)).rejects.toMatchObject({ code: 'data-damaged' })
  await expect(writeSmallFile(below, '')).rejects.toMatchObject({ code: 'data-damaged' })
})

test('a folder is made with those above it, once, whoever else makes it too', async () => {
  const path = join(tempFolder(), 'a', 'b', 'c')
  await Promise.all(Array.from({ length: 8 }, () => makeFolder(path)))
  expect(readdirSync(join(path, '..'))).toEqual(['c'])
  await makeFolder(path)
  writeFileSync(join(path, 'file'), '')
  await expect(makeFolder(join(path, 'file'))).rejects.toMatchObject({ code: 'EEXIST' })
  await expect(makeFolder(join(path, 'file', 'd', 'e'))).rejects.toMatchObject({ code: 'ENOTDIR' })
})

test('where the system makes no folders it ends too', async () => {
  await expect(makeFolder('/proc/weir/n1')).rejects.toThrow()
})

test('the boot of this machine has an id, the same each time', () => {
  expect(readBootId()).toMatch(/^[0-9a-fA-F-]{36}$/)
  expect(readBootId()).toBe(readBootId())
})

test('a system that does not say has none', () => {
  // No Linux here knows sysctl's name of it.
  expect(readBootId(process.platform === 'darwin' ? 'linux' : 'darwin')).toBeUndefined()
})
