/** Small files on a real folder. */

import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readBootId } from './boot-id.ts'
import { readSmallFile, removeSmallFile, writeSmallFile } from './small-file.ts'
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
  await expect(readSmallFile(folder)).rejects.toThrow()
  await expect(writeSmallFile(join(folder, 'gone', 'a'), '')).rejects.toThrow()
})

test('the boot of this machine has an id, the same each time', () => {
  expect(readBootId()).toMatch(/^[0-9a-fA-F-]{36}$/)
  expect(readBootId()).toBe(readBootId())
})

test('a system that does not say has none', () => {
  // No Linux here knows sysctl's name of it.
  expect(readBootId(process.platform === 'darwin' ? 'linux' : 'darwin')).toBeUndefined()
})
