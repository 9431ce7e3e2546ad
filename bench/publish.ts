/** `npm run bench -- publish`: what it costs that outputs leave once and in order. */

import type { Bench } from './frame/bench.ts'

export const publish: Bench = {
  name: 'publish',
  about: 'from commit to what a reader of committed records sees, over a real log; takeovers',
  cases: [],
  sizeBytes: 200,
  contestants: async () => [],
  targets: [],
  trials: async () => {
    const { questions, trialOf } = await import('./publish/trials.ts')
    return questions.map(trialOf)
  },
  close: async () => {
    const { endAll } = await import('./publish/service.ts')
    await endAll()
  },
}
