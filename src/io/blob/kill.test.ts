/**
 * Several processes create the same objects, and are killed while they do: each object is whole,
 * has one creator, and whoever was told that he created it did.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import type { BlobAnswer, BlobList } from '../../base/blob-store.ts'
import { packageRoot } from '../package-root.ts'
import { tempFolder } from '../testing/folder.ts'
import { FileBlobs } from './file-blobs.ts'

const cache = join(packageRoot(), 'node_modules', '.cache', 'weir', 'tests')
const NAMES = ['a', 'b', 'c']
/** Each is answered so often before the first is killed. */
const ANSWERS = 20
const OBJECTS_MAX = 100_000

interface Creator {
  readonly child: ChildProcess
  /** The last line may be cut off. */
  out: string
}

const answers = ({ out }: Creator) => out.split('\n').slice(0, -1)
const created = (one: Creator) => answers(one).filter(line => line.endsWith(' created'))

async function creators(folder: string): Promise<readonly Creator[]> {
  const outfile = join(cache, `creator-${process.pid}.mjs`)
  await build({
    entryPoints: [join(packageRoot(), 'src', 'io', 'blob', 'testing', 'creator.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  })
  return NAMES.map(name => ({ child: spawn(process.execPath, [outfile, folder, name]), out: '' }))
}

/** All, when each was answered for a while. */
async function killed(all: readonly Creator[]): Promise<void> {
  const ends = all.map(one => new Promise(resolve => one.child.once('close', resolve)))
  for (const one of all) {
    one.child.stdout?.on('data', data => {
      one.out += data
      if (!all.every(each => answers(each).length >= ANSWERS)) return
      for (const { child } of all) child.kill('SIGKILL')
    })
  }
  await Promise.all(ends)
}

const keysOf = (store: FileBlobs): Promise<readonly string[]> =>
  new Promise(resolve => {
    const request = { prefix: 'n/', after: '', limit: OBJECTS_MAX }
    store.list(request, (told: BlobAnswer<BlobList>) => {
      resolve(told.error === undefined ? told.value.blobs.map(({ key }) => key) : [])
    })
  })

const textOf = (store: FileBlobs, key: string): Promise<string> =>
  new Promise(resolve =>
    store.get(key, told => {
      resolve(told.error === undefined ? new TextDecoder().decode(told.value) : told.error.code)
    }),
  )

test('killed while they create, they leave whole objects of one creator each', async () => {
  const folder = tempFolder()
  const all = await creators(folder)
  await killed(all)
  const store = await FileBlobs.open(folder)
  const owners = new Map<number, string>()
  for (const key of await keysOf(store)) {
    const [owner = '', number = ''] = (await textOf(store, key)).split(' ')
    expect(NAMES).toContain(owner)
    expect(`n/${number}`).toBe(key)
    expect(await textOf(store, key)).toBe(`${owner} ${number} `.padEnd(20_000, '.'))
    owners.set(Number(number), owner)
  }
  expect([...owners.keys()].sort((a, b) => a - b)).toEqual(Array.from(owners.keys(), (_, i) => i))
  for (const [at, one] of all.entries()) {
    for (const line of created(one)) expect(owners.get(Number.parseInt(line, 10))).toBe(NAMES[at])
  }
  // What was under way is no object, and young: it is left alone.
  expect(readdirSync(join(folder, 'drafts')).length).toBeLessThanOrEqual(NAMES.length)
}, 60_000)
