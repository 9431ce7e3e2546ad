/** A process that writes state is killed: what it was told is written is there. */

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { groupId } from '../../base/ids.ts'
import { packageRoot } from '../package-root.ts'
import { tempFolder } from '../testing/folder.ts'
import { lockFolder } from './store.ts'
import { begin } from './testing/run.ts'

const cache = join(packageRoot(), 'node_modules', '.cache', 'weir', 'tests')
const ROWS = 500

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
      if (out.split('\n').length <= ROWS || isAsked) return
      isAsked = true
      // While it runs, the folder is nobody else's.
      lockFolder(folder).catch(error => {
        expect(error).toMatchObject({ code: 'data-in-use' })
        child.kill('SIGKILL')
      })
    })
    child.once('close', () => resolve(out.split('\n').length - 2))
  })
}

test('after kill -9 every acknowledged row is there, and the store is kept', async () => {
  const folder = tempFolder()
  const last = await killedWriter(folder)
  expect(last).toBeGreaterThanOrEqual(ROWS - 1)
  const store = await begin(folder)
  expect(store.verdict).toEqual({ keep: true, why: 'the machine ran on' })
  const space = store.space(groupId(1), 0)
  for (let number = 0; number <= last; number++) {
    const row = new Uint8Array(4)
    new DataView(row.buffer).setUint32(0, number)
    expect(space.get(row)).toEqual(row)
  }
  await store.close()
})
