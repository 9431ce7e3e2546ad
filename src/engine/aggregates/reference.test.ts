/**
 * The page on aggregates is what the registry says. After a change that is meant, it is written
 * anew and read in the diff:
 *
 *   WEIR_REGENERATE=1 npx vitest run src/engine/aggregates/reference.test.ts
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { aggregateReference } from './reference.ts'
import { aggregates } from './registry.ts'

const page = new URL('../../../docs/reference/aggregates.md', import.meta.url)
const isRegenerating = process.env['WEIR_REGENERATE'] === '1'

test('the reference is what the registry says', () => {
  const text = aggregateReference(aggregates)
  if (isRegenerating) writeFileSync(page, text)
  else expect(readFileSync(page, 'utf8')).toBe(text)
})

test('each aggregate says what it takes, what comes of it, and its other names', () => {
  for (const { name, about, types, aliases } of aggregates) {
    expect([name, about.endsWith('.'), types.length > 0]).toEqual([name, true, true])
    const section = aggregateReference(aggregates)
      .split('\n## ')
      .find(one => one.startsWith(`${name}(`))
    expect(section).toContain(about)
    for (const alias of aliases) {
      expect(section).toContain(`\`${alias}\``)
    }
  }
})
