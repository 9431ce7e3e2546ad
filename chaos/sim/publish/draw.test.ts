/** Scenarios of publishers: plain, the same for the same seed, and such that they can be healed. */

import { expect, test } from 'vitest'
import { drawPublish } from './draw.ts'

const scenarios = Array.from({ length: 500 }, (_, seed) => drawPublish(seed))

test('one seed is one scenario, and plain JSON', () => {
  for (const scenario of scenarios.slice(0, 20)) {
    expect(drawPublish(scenario.seed)).toEqual(scenario)
    expect(JSON.parse(JSON.stringify(scenario))).toEqual(scenario)
  }
})

// In seed 9090269 LIVE-6 asked that in 40 s 15 000 outputs get out, two or three a transaction.
test('what may wait for small transactions is little: all must get out in the end', () => {
  for (const { profile } of [drawPublish(9_090_269), ...scenarios]) {
    const { outputBytesMax, scheduleBytesMax, outboxBytesMax } = profile.bounds
    const isSmall = outputBytesMax <= 1000 || scheduleBytesMax <= 200
    expect(outboxBytesMax).toBeLessThanOrEqual(isSmall ? 10_000 : Number.POSITIVE_INFINITY)
  }
  const isLarge = ({ profile }: (typeof scenarios)[0]) => profile.bounds.outboxBytesMax > 10_000
  expect(scenarios.filter(isLarge).length).toBeGreaterThan(10)
})
