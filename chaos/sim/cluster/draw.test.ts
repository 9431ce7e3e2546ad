/** What jobs are drawn: enough of each kind. */

import { expect, test } from 'vitest'
import { drawCluster } from './draw.ts'
import { Job } from './job.ts'

const SEEDS = 60

test('jobs have one to three stages, several groups, and stages that feed each other', () => {
  const jobs = Array.from({ length: SEEDS }, (_, seed) => new Job(drawCluster(seed).job))
  for (const stages of [1, 2, 3]) {
    const many = jobs.filter(job => job.wiring.stages.length === stages).length
    expect(many).toBeGreaterThanOrEqual(SEEDS / 10)
  }
  const fed = jobs.filter(({ wiring }) =>
    wiring.groups.some(ref => wiring.waysInto(ref).some(({ from }) => from.kind === 'stage')),
  )
  expect(fed.length).toBeGreaterThanOrEqual(SEEDS / 4)
  const stateless = jobs.filter(({ wiring }) => wiring.stages.some(({ site }) => !site.entry))
  expect(stateless.length).toBeGreaterThanOrEqual(SEEDS / 30)
  const passing = jobs.filter(({ wiring }) =>
    wiring.plan.sources.some(({ id }) => {
      const { sinks, exchanges } = wiring.front(id)
      return sinks.length > 0 && exchanges.length > 0
    }),
  )
  expect(passing.length).toBeGreaterThanOrEqual(SEEDS / 30)
  const several = jobs.filter(({ wiring }) => wiring.stages.some(({ groups }) => groups > 1))
  expect(several.length).toBeGreaterThanOrEqual(SEEDS / 2)
})
