import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{src,chaos,scripts,tidy}/**/*.test.ts'],
    pool: 'threads',
    testTimeout: 60_000,
  },
})
