/** Writes the modules of the kernels anew: `npm run wasm`. */

import { writeFileSync } from 'node:fs'
import { kernels, moduleOf } from './kernels.ts'

for (const kernel of kernels) {
  writeFileSync(kernel.module, await moduleOf(kernel))
}
