/** A process that writes state is killed: what is there is all that it wrote up to some moment. */

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { groupId } from '../../base/ids.ts'
import { packageRoot } from '../package-root.ts'
import { tempFolder } from '../testing/folder.ts'
import { lockFolder } from './store.ts'
import { begin, rowsOf } from './testing/run.ts'

const cache = join(packageRoot(), 'node_modules', '.cache', 'weir', 'tests')
const LINES = 50

async function killedWriter(folder: string): Promise<number> {
  const outfile = join(cache, `writer-${process.pid}.mjs`)
  await build({
    entryPoints: [join(packageRoot(), 'src', 'io', 'level', 'testing', 'writer.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  })
  const child = spawn(process.execPath, [outfile, folder, 'boot-1'])
  let out = ''
  let isAsked = false
  return new Promise(resolve => {
    child.stdout.on('data', data => {
      out += data
      if (out.split('\n').length <= LINES || isAsked) return
      isAsked = true
      // While it runs, the folder is nobody else's.
      lockFolder(folder).catch(error => {
        expect(error).toMatchObject({ code: 'data-in-use' })
        child.kill('SIGKILL')
      })
    })
    child.once('close', () => resolve(Number(out.trimEnd().split('\n').at(-1))))
  })
}

const rowOf = (number: number) => {
  const row = new Uint8Array(4)
  new DataView(row.buffer).setUint32(0, number)
  return row
}

test('after kill -9 the store is kept, and lacks no row in front of another', async () => {
  const folder = tempFolder()
  const last = await killedWriter(folder)
  expect(last).toBeGreaterThan(0)
  const store = await begin(folder)
  expect(store.verdict).toEqual({ keep: true, why: 'the machine ran on' })
  const space = store.space(groupId(1), 0)
  let rows = 0
  while (space.get(rowOf(rows)) !== undefined) rows++
  expect(rows).toBeGreaterThan(last)
  const all = await rowsOf(space.cut())
  expect(all.map(({ key }) => key)).toEqual(Array.from({ length: rows }, (_, at) => rowOf(at)))
  await store.close()
})
