/** The Disk door on a real folder: its contract, and what only a real system does. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { diskContract } from '../../chaos/sim/contract/disk.ts'
import type { DiskDone } from '../base/env.ts'
import { FolderDisk } from './disk.ts'
import { Counting } from './testing/counting-disk.ts'

const root = mkdtempSync(join(tmpdir(), 'weir-disk-'))
let folders = 0

function newFolder(): string {
  const folder = join(root, String(folders++))
  mkdirSync(folder)
  return folder
}

afterAll(() => rmSync(root, { recursive: true, force: true }))

diskContract('a folder of the system', () => {
  const counting = new Counting()
  const disk = counting.disk(new FolderDisk(newFolder()))
  return { disk, settled: () => counting.settled() }
})

const answered = (ask: (done: DiskDone) => void): Promise<string> =>
  new Promise(resolve => ask(error => resolve(error ?? 'ok')))

test('a folder that is not there says so, whatever is asked of it', async () => {
  const disk = new FolderDisk(join(root, 'nowhere'))
  const listed = await new Promise(resolve => disk.list(resolve))
  expect(listed).toEqual({ error: 'no-such-file' })
  expect(await answered(done => disk.syncFolder(done))).toBe('no-such-file')
  const file = disk.append('a')
  expect(await answered(done => file.write(Uint8Array.of(1), done))).toBe('no-such-file')
  expect(await answered(done => file.sync(done))).toBe('no-such-file')
  expect(await answered(done => file.close(done))).toBe('no-such-file')
})

test('folders within the folder are not files of it', async () => {
  const folder = newFolder()
  mkdirSync(join(folder, 'state'))
  writeFileSync(join(folder, 'a'), 'x')
  const listed = await new Promise(resolve => new FolderDisk(folder).list(resolve))
  expect(listed).toEqual({ value: ['a'] })
})

test('what is no file to write to is an error of the disk', async () => {
  const folder = newFolder()
  mkdirSync(join(folder, 'a'))
  const disk = new FolderDisk(folder)
  const file = disk.append('a')
  expect(await answered(done => file.write(Uint8Array.of(1), done))).toBe('io-error')
  const read = await new Promise(resolve => disk.read('a', resolve))
  expect(read).toEqual({ error: 'io-error' })
  const part = await new Promise(resolve =>
    disk.readPart('a', { offset: 0, sizeBytes: 1 }, resolve),
  )
  expect(part).toEqual({ error: 'io-error' })
})

test('thousands of writes that nobody waited for are there, in order', async () => {
  const folder = newFolder()
  const file = new FolderDisk(folder).append('a')
  const order: number[] = []
  for (let i = 0; i < 3000; i++) {
    file.write(Uint8Array.of(i & 255, i >> 8), () => order.push(i))
  }
  expect(await answered(done => file.sync(done))).toBe('ok')
  await answered(done => file.close(done))
  const bytes = readFileSync(join(folder, 'a'))
  expect(bytes.length).toBe(6000)
  expect(bytes.readUInt16LE(2 * 2999)).toBe(2999)
  expect(order).toEqual(Array.from({ length: 3000 }, (_, i) => i))
})

test('changes of names go one after the other, those that nobody waited for too', async () => {
  const folder = newFolder()
  const disk = new FolderDisk(folder)
  const file = disk.append('a')
  const written = answered(done => file.write(Uint8Array.of(1), done))
  disk.rename('a', 'b', () => {})
  disk.append('a').close(() => {})
  disk.rename('b', 'c', () => {})
  disk.remove('a', () => {})
  expect(await answered(done => disk.syncFolder(done))).toBe('ok')
  expect(await written).toBe('ok')
  expect(readdirSync(folder)).toEqual(['c'])
  await answered(done => file.close(done))
})

test('thousands of reads that nobody waited for are answered', async () => {
  const folder = newFolder()
  writeFileSync(join(folder, 'a'), 'abc')
  const disk = new FolderDisk(folder)
  const reads = Array.from(
    { length: 3000 },
    (_, i) =>
      new Promise<unknown>(resolve => disk.readPart('a', { offset: i % 3, sizeBytes: 1 }, resolve)),
  )
  const answers = await Promise.all(reads)
  expect(answers[1]).toEqual({ value: Uint8Array.of(98) })
  expect(new Set(answers.map(answer => JSON.stringify(answer))).size).toBe(3)
})

test('a full device is a full disk', async () => {
  const disk = new FolderDisk('/dev')
  const file = disk.append('full')
  expect(await answered(done => file.write(Uint8Array.of(1), done))).toBe('disk-full')
  expect(await answered(done => file.sync(done))).toBe('disk-full')
})
