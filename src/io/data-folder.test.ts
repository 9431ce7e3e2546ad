/** The data folder: who lives there, what is set aside, what is refused. */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DataFolder, LOST_LOGS_MAX, type Tenant } from './data-folder.ts'
import { tempFolder } from './testing/folder.ts'

const tenant: Tenant = { cluster: 'c1', node: 'n1', store: 's1', isMade: true, founding: 0 }

const isOfLog = (name: string) => name.startsWith('log-')

test('a folder is made with those above it, and is empty', async () => {
  const path = join(tempFolder(), 'a', 'b')
  const folder = await DataFolder.open(path)
  expect(folder.path).toBe(path)
  expect(await folder.readTenant()).toBeUndefined()
  expect(await folder.readPeers()).toBeUndefined()
  await DataFolder.open(path)
})

test('a path that is a file is refused with what to do', async () => {
  const path = join(tempFolder(), 'file')
  writeFileSync(path, '')
  await expect(DataFolder.open(path)).rejects.toMatchObject({
    code: 'data-unusable',
    message: expect.stringContaining('choose one that this user may write to'),
  })
})

test('who lives there is read as it was written', async () => {
  const folder = await DataFolder.open(tempFolder())
  for (const one of [
    tenant,
    { ...tenant, isMade: false, founding: 3 },
    { ...tenant, next: 's2' },
  ]) {
    await folder.writeTenant(one)
    expect(await folder.readTenant()).toEqual(one)
  }
})

test.each([
  ['nothing', ''],
  ['null', 'null'],
  ['half of it', '{"is":"weir-node-1","cluster":"c1"'],
  ['another format', JSON.stringify({ is: 'weir-node-2', ...tenant })],
  ['no cluster', JSON.stringify({ is: 'weir-node-1', ...tenant, cluster: '' })],
  ['a number for a name', JSON.stringify({ is: 'weir-node-1', ...tenant, store: 7 })],
  ['a number for what is next', JSON.stringify({ is: 'weir-node-1', ...tenant, next: 7 })],
  ['nothing as what is next', JSON.stringify({ is: 'weir-node-1', ...tenant, next: '' })],
  ['half a group', JSON.stringify({ is: 'weir-node-1', ...tenant, founding: 0.5 })],
])('a file with %s in it is not guessed at', async (_, text) => {
  const folder = await DataFolder.open(tempFolder())
  writeFileSync(join(folder.path, 'node'), text)
  await expect(folder.readTenant()).rejects.toMatchObject({
    code: 'data-damaged',
    message: expect.stringContaining('empty folder'),
  })
})

test('each log that is not trusted is kept beside, by the name of its store', async () => {
  const folder = await DataFolder.open(tempFolder())
  const given = [
    ['s1', 'log-lost-s1'],
    ['s2', 'log-lost-s2'],
    ['s1', 'log-lost-s1-2'],
    ['s1', 'log-lost-s1-3'],
  ] as const
  for (const [store, name] of given) {
    writeFileSync(join(await folder.logFolder(), 'log-1'), `kept in ${name}`)
    expect(await folder.setLogAside(store, isOfLog)).toBe(join(folder.path, name))
    expect(existsSync(join(folder.path, 'log'))).toBe(false)
  }
  for (const [, name] of given) {
    expect(readFileSync(join(folder.path, name, 'log-1'), 'utf8')).toBe(`kept in ${name}`)
  }
  expect(existsSync(await folder.logFolder())).toBe(true)
})

test('so many and no more: the next one stays where it is, and people are asked', async () => {
  const folder = await DataFolder.open(tempFolder())
  for (let loss = 0; loss < LOST_LOGS_MAX; loss++) {
    writeFileSync(join(await folder.logFolder(), 'log-1'), '')
    await folder.setLogAside(`s${loss}`, isOfLog)
  }
  writeFileSync(join(await folder.logFolder(), 'log-1'), 'one too many')
  const told = {
    code: 'too-many-lost-logs',
    message: expect.stringMatching(/log-lost-s0, log-lost-s1, .*; .*remove those/),
  }
  await expect(folder.mustHaveRoom(isOfLog)).rejects.toMatchObject(told)
  await expect(folder.setLogAside('t', isOfLog)).rejects.toMatchObject(told)
  expect(readFileSync(join(folder.path, 'log', 'log-1'), 'utf8')).toBe('one too many')
  expect(readdirSync(folder.path)).toHaveLength(LOST_LOGS_MAX + 1)
  // Where there is nothing to set aside, none is too many.
  rmSync(join(folder.path, 'log', 'log-1'))
  expect(await folder.mustHaveRoom(isOfLog)).toBeUndefined()
})

test('where there is no log, the one that was set aside before stays', async () => {
  const folder = await DataFolder.open(tempFolder())
  await folder.setLogAside('s1', isOfLog)
  expect(existsSync(join(folder.path, 'log-lost-s1'))).toBe(false)
  writeFileSync(join(await folder.logFolder(), 'log-1'), 'the only copy')
  await folder.setLogAside('s1', isOfLog)
  for (const others of [[], ['LOCK', 'notes']]) {
    for (const name of others) writeFileSync(join(await folder.logFolder(), name), '')
    await folder.setLogAside('s1', isOfLog)
    expect(readFileSync(join(folder.path, 'log-lost-s1', 'log-1'), 'utf8')).toBe('the only copy')
  }
})

test('why a log must not be opened is remembered of that log alone', async () => {
  const folder = await DataFolder.open(tempFolder())
  expect(await folder.distrustOf('s1')).toBeUndefined()
  const gone = { why: 'image-damaged: it is gone\nand so are others', groups: [] }
  await folder.distrustLog('s1', gone)
  expect(await folder.distrustOf('s1')).toEqual(gone)
  for (const other of ['s2', 's', '']) expect(await folder.distrustOf(other)).toBeUndefined()
  const behind = { why: 'log-behind: entries are gone', groups: [1, 12] }
  await folder.distrustLog('s2', behind)
  expect(await folder.distrustOf('s1')).toBeUndefined()
  expect(await folder.distrustOf('s2')).toEqual(behind)
})

test('what is remembered of peers is a text of others', async () => {
  const folder = await DataFolder.open(tempFolder())
  await folder.writePeers('{"is":"x"}')
  expect(await folder.readPeers()).toBe('{"is":"x"}')
})

test('what is of another kind than it should be is damage, with its path', async () => {
  const folder = await DataFolder.open(tempFolder())
  const told = (name: string) => ({
    code: 'data-damaged',
    message: expect.stringContaining(`${join(folder.path, name)} is not what a node keeps there`),
  })
  for (const name of ['node', 'peers', 'log-distrusted']) mkdirSync(join(folder.path, name))
  writeFileSync(join(folder.path, 'log'), '')
  await expect(folder.readTenant()).rejects.toMatchObject(told('node'))
  await expect(folder.writeTenant(tenant)).rejects.toMatchObject(told('node'))
  await expect(folder.readPeers()).rejects.toMatchObject(told('peers'))
  await expect(folder.distrustOf('s1')).rejects.toMatchObject(told('log-distrusted'))
  await expect(folder.logFolder()).rejects.toMatchObject(told('log'))
})
