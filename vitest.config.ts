/** Unit tests: beside the source, in threads; the time limit only ends what hangs. */

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{src,chaos,bench,scripts,tidy}/**/*.test.ts'],
    // They need more than Node: vitest.live.config.ts.
    exclude: ['**/*.live.test.ts', '**/node_modules/**'],
    pool: 'threads',
    // More than there are cores: many tests wait for processes, sockets and disks.
    maxWorkers: 3,
    testTimeout: 60_000,
  },
})
