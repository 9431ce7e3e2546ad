/** One at a time, whatever happened to those before. */

import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { locked, lockedIfFree } from './lock.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-lock-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const pathOf = (name: string) => join(folder, name, 'work.lock')

test('those who come at once work one after the other', async () => {
  const path = pathOf('turns')
  let inside = 0
  let most = 0
  const work = async (_: unknown, at: number) => {
    most = Math.max(most, ++inside)
    await new Promise(resolve => setImmediate(resolve))
    inside--
    return at
  }
  const said: string[] = []
  const all = [1, 2, 3].map((_, at) =>
    locked(
      path,
      text => said.push(text),
      () => work(_, at),
    ),
  )
  expect(await Promise.all(all)).toEqual([0, 1, 2])
  expect(most).toBe(1)
  expect(said).toHaveLength(2)
  expect(said[0]).toContain(`waiting for process ${process.pid}`)
})

test('work that fails gives the lock back, and leaves nothing lying about', async () => {
  const path = pathOf('fails')
  const failing = locked(
    path,
    () => {},
    () => Promise.reject(new Error('no luck')),
  )
  await expect(failing).rejects.toThrow('no luck')
  expect(existsSync(path)).toBe(false)
  expect(
    await locked(
      path,
      () => {},
      () => Promise.resolve(7),
    ),
  ).toBe(7)
  expect(readdirSync(join(folder, 'fails'))).toEqual([])
})

test('a dead process holds nothing', async () => {
  const path = pathOf('dead')
  await locked(
    path,
    () => {},
    () => Promise.resolve(),
  )
  writeFileSync(path, JSON.stringify({ pid: process.pid, began: 'before all time' }))
  expect(
    await locked(
      path,
      () => {},
      () => Promise.resolve(8),
    ),
  ).toBe(8)
  expect(readdirSync(join(folder, 'dead'))).toEqual([])
})

test('whoever wants it only if it is free does not wait', async () => {
  const path = pathOf('free')
  const did: string[] = []
  const work = (what: string) => () => Promise.resolve(did.push(what))
  await locked(
    path,
    () => {},
    () => lockedIfFree(path, work('meanwhile')),
  )
  await lockedIfFree(path, work('afterwards'))
  expect(did).toEqual(['afterwards'])
  expect(readdirSync(join(folder, 'free'))).toEqual([])
})
