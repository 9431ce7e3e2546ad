/**
 * `npm run live`, the tests that wait: for processes, for nodes on real disks and sockets in real
 * time, for a service which `npm run services -- build NAME` makes (the gate builds it first). They
 * are called `*.live.test.ts`; `npm run unit` leaves them alone.
 */

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{src,chaos,bench,scripts}/**/*.live.test.ts'],
    globalSetup: ['scripts/services/live.ts'],
    pool: 'threads',
    // More than there are cores: they wait more than they reckon.
    maxWorkers: 4,
    // A bound for what hangs, not for what is slow.
    testTimeout: 300_000,
    // On a busy machine a process takes its second to begin.
    expect: { poll: { timeout: 30_000 } },
  },
})
