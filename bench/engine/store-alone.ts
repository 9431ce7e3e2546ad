/** `node scripts/run.mjs bench/engine/store-alone.ts [MEGABYTES]`: the store's figures as JSON. */

import { measureStore } from './store.ts'

const largest = Number(process.argv[2] ?? 1024) * 2 ** 20
const say = (text: string) => process.stderr.write(`${text}\n`)
const figures = measureStore({ cutBytes: [largest / 16, largest / 4, largest], say })
process.stdout.write(`${JSON.stringify(figures, null, 1)}\n`)
