/**
 * Test support, as a process of its own: creates one numbered object after the other, like others
 * at the same time, says of each whether it was the first, and goes on until it is killed.
 */

import { FileBlobs } from '../file-blobs.ts'

const [folder = '', name = ''] = process.argv.slice(2)
const store = await FileBlobs.open(folder)

const SIZE_BYTES = 20_000

function create(number: number): void {
  const bytes = new TextEncoder().encode(`${name} ${number} `.padEnd(SIZE_BYTES, '.'))
  store.put(`n/${number}`, bytes, 'absent', ({ error }) => {
    if (error !== undefined && error.code !== 'exists') throw new Error(error.message)
    process.stdout.write(`${number} ${error === undefined ? 'created' : 'exists'}\n`)
    create(number + 1)
  })
}
create(0)
