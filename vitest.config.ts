/** Unit tests: beside the source, in threads; the time limit only ends what hangs. */

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{src,chaos,scripts,tidy}/**/*.test.ts'],
    pool: 'threads',
    testTimeout: 60_000,
  },
})
