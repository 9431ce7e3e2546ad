/**
 * Test support, as a process of its own: writes rows one after the other, says up to which one the
 * database has them, and goes on until it is killed.
 */

import { groupId } from '../../../base/ids.ts'
import { LevelStore, lockFolder } from '../store.ts'
import { stillLog } from './run.ts'

const [folder = '', bootId = ''] = process.argv.slice(2)
const store = await LevelStore.begin(await lockFolder(folder), {
  ...{ folder, bootId, store: 'log-1', log: stillLog },
  onFailed: error => {
    throw error
  },
})
const space = store.space(groupId(1), 0)

const ROWS_EACH = 10

function write(first: number): void {
  const last = first + ROWS_EACH - 1
  for (let number = first; number <= last; number++) {
    const row = new Uint8Array(4)
    new DataView(row.buffer).setUint32(0, number)
    space.write([{ key: row, value: row }], () => {})
  }
  store.whenDown(() => process.stdout.write(`${last}\n`))
  setImmediate(write, last + 1)
}
write(0)
