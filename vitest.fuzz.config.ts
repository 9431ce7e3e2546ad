/**
 * `npm run fuzz`: the tests that try whatever comes, with many more cases: a hundred thousand where
 * `npm run unit` tries two thousand (src/base/testing/runs.ts), or `WEIR_FUZZ=N` times as many.
 * What fails is told at once, with its seed: a run that is ended early has said it.
 */

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/{sql,job,connectors,engine/store,trial}/**/*.test.ts'],
    exclude: ['**/*.live.test.ts', '**/node_modules/**'],
    setupFiles: ['src/base/testing/told-at-once.ts'],
    env: { WEIR_FUZZ: process.env['WEIR_FUZZ'] ?? '50' },
    pool: 'threads',
    isolate: false,
    maxWorkers: 2,
    testTimeout: 14_400_000,
  },
})
