/** What is shipped is what the sources of the kernels say. */

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { kernels, moduleOf } from './kernels.ts'

test.each(kernels)('$module is up to date', async kernel => {
  expect(await moduleOf(kernel)).toBe(readFileSync(kernel.module, 'utf8'))
})
