/** Errors of a disk, real ones where they can be had: each with its code and what to do. */

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { diskTrouble, stateTrouble } from './disk-trouble.ts'
import { tempFolder } from './testing/folder.ts'

const system = (code: string) => Object.assign(new Error(`${code}: it was refused`), { code })

test.each([
  ['ENOSPC', 'disk-full', /the disk is full; make room and start again/],
  ['EDQUOT', 'disk-full', /make room/],
  ['EACCES', 'data-unusable', /give this user the right to, or another folder/],
  ['EPERM', 'data-unusable', /may not be written to/],
  ['EROFS', 'data-unusable', /may not be written to/],
  ['EIO', 'io-error', /check it and the limits of this user, then start again/],
  ['EFBIG', 'io-error', /the disk has failed/],
])('%s is %s', (code, wanted, sentence) => {
  const found = diskTrouble(system(code))
  expect(found?.code).toBe(wanted)
  expect(found?.message).toMatch(sentence)
  // Which file it was stands in what the system said.
  expect(found?.message).toContain(`(${code}: it was refused)`)
})

test('what is none of the disk’s is left to others', async () => {
  const folder = tempFolder()
  await mkdir(join(folder, 'a'))
  const real = await writeFile(join(folder, 'a'), 'x').catch((error: Error) => error)
  for (const error of [real, system('ENOENT'), new TypeError('x is not a function')]) {
    expect(diskTrouble(error)).toBeUndefined()
  }
})

const level = (said: string) =>
  Object.assign(new Error('Database failed to write', { cause: new Error(said) }), {
    code: 'LEVEL_IO_ERROR',
  })

test.each([
  ['IO error: /data/state/000004.log: No space left on device', 'disk-full'],
  ['IO error: /data/state/000004.log: Disk quota exceeded', 'disk-full'],
  ['IO error: /data/state/LOCK: Permission denied', 'data-unusable'],
  ['IO error: /data/state/000005.ldb: Input/output error', 'io-error'],
  ['Corruption: block checksum mismatch', 'state-failed'],
])('of the state store: %s', (said, code) => {
  for (const error of [level(said), new Error(said)]) {
    const found = stateTrouble(error)
    expect(found.code).toBe(code)
    expect(found.message).toContain(said)
  }
})

test('a state store that failed for another reason may be made anew, and it is said how', () => {
  expect(stateTrouble(new Error('it broke')).message).toMatch(/`state` may be removed.*the log/)
})
