/** A course of events from a seed. */

import { Prng } from '../../src/base/prng.ts'
import { type Course, kinds, type Step } from './play.ts'

/** How often, next to others: what must happen for anything to happen. */
const weights: Partial<Record<Step['kind'], number>> = {
  ...{ grow: 4, pass: 4, hello: 4, send: 10, head: 8, behind: 4 },
  ...{ deliver: 12, up: 6, take: 6, apply: 5, commit: 2, others: 6, again: 6, lose: 3 },
}

const bag = kinds.flatMap(kind => Array.from({ length: weights[kind] ?? 1 }, () => kind))

export function drawCourse(seed: number): Course {
  const prng = new Prng(seed).fork('exchange')
  const partitions = prng.between(1, 2)
  const groups = prng.between(1, 4)
  const begin = Array.from({ length: partitions * groups }, (_, at): Step => {
    return {
      kind: 'hello',
      partition: at % partitions,
      group: Math.floor(at / partitions),
      size: 0,
    }
  })
  const steps = Array.from({ length: prng.between(20, 260) }, (): Step => {
    const [partition, group] = [prng.below(partitions), prng.below(groups)]
    return { kind: prng.pick(bag), partition, group, size: prng.below(8) }
  })
  return { partitions, groups, stuck: prng.below(groups), steps: [...begin, ...steps] }
}
