/** Lists as kcat prints them. */

import { expect, test } from 'vitest'
import { areInSync } from './in-sync.ts'

const list = (...inSync: readonly string[]) => [
  'Metadata for all topics (from broker 1: 127.0.0.1:9092/1):',
  ' 3 brokers:',
  ' 1 topics:',
  `  topic "a" with ${inSync.length} partitions:`,
  ...inSync.map((isrs, at) => `    partition ${at}, leader 1, replicas: 1,2,3, isrs: ${isrs}`),
]

test.each([
  [true, list('1,2,3', '3,1,2')],
  [false, list('1,2,3', '1,3')],
  [false, list('1')],
  [false, list('')],
  [false, list()],
])('%s', (isSo, lines) => {
  expect(areInSync(lines)).toBe(isSo)
})
