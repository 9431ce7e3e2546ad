/**
 * Tests that need a service which `npm run services -- build NAME` makes: `*.live.test.ts`. The
 * gate builds it first; `npm run unit` leaves them alone.
 */

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{chaos,bench,scripts}/**/*.live.test.ts'],
    pool: 'threads',
    testTimeout: 60_000,
  },
})
