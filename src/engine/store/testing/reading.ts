/** In a thread of its own: reads an image from its chunks, and tells what it read. */

import { parentPort, workerData } from 'node:worker_threads'
import { crc32c } from '../../../base/crc32c.ts'
import { openShared, type SharedImage } from '../image.ts'
import { changesOf } from './model.ts'

const { image, key } = workerData as { image: SharedImage; key: Uint8Array }
const opened = openShared(image)
const slices = opened.rows(10_000)
let crc = 0
let rows = 0
for (let slice = slices.next(); slice !== undefined; slice = slices.next()) {
  crc = crc32c(slice, crc)
  rows += changesOf(slice).length
}
parentPort?.postMessage({ crc, rows, found: opened.get(key) })
