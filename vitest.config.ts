/**
 * Unit tests: beside the source, in threads; the time limit only ends what hangs. A thread loads a
 * module once for all the test files that it runs: for each anew would be a third of the whole
 * time, and what is tested keeps no state outside of objects.
 */

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{src,chaos,bench,scripts,tidy}/**/*.test.ts'],
    // They wait for others: vitest.live.config.ts.
    exclude: ['**/*.live.test.ts', '**/node_modules/**'],
    pool: 'threads',
    isolate: false,
    maxWorkers: 2,
    testTimeout: 300_000,
  },
})
