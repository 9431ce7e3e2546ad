/** `npm run bench -- engine`: what a record costs in one process, next to a bare `JSON.parse`. */

import type { Bench } from './frame/bench.ts'

export const engine: Bench = {
  name: 'engine',
  about: 'JSON to windows to deltas next to JSON.parse; memory over 50 million records; the store',
  cases: [],
  sizeBytes: 170,
  contestants: async () => [],
  targets: [],
  trials: async () => {
    const { scan } = await import('./engine/scan.ts')
    const { windows } = await import('./engine/windows.ts')
    const { memory } = await import('./engine/memory.ts')
    const { cuts } = await import('./engine/cuts.ts')
    return [scan, windows, memory, cuts]
  },
}
