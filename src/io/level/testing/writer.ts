/**
 * Test support, as a process of its own: writes rows one after the other, says how far it is, and
 * goes on until it is killed.
 */

import { groupId } from '../../../base/ids.ts'
import { LevelStore, lockFolder } from '../store.ts'

const [folder = '', bootId = ''] = process.argv.slice(2)
const store = await LevelStore.begin(await lockFolder(folder), {
  ...{ folder, bootId, store: 'log-1' },
  onFailed: error => {
    throw error
  },
})
const space = store.space(groupId(1), 0)

function write(number: number): void {
  const row = new Uint8Array(4)
  new DataView(row.buffer).setUint32(0, number)
  space.write([{ key: row, value: row }], () => {
    process.stdout.write(`${number}\n`)
    write(number + 1)
  })
}
write(0)
