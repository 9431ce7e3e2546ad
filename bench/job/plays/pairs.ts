/** The job of the drills: two stages. The first makes pairs, which are looked at. */

import { JOB, jobText, namesOf, OUTPUT_PARTITIONS, topics } from '../../../chaos/live/jobs/job.ts'
import { SystemRandom } from '../../../src/io/random.ts'
import type { Play } from './play.ts'

const KEYS = 120
/** Of each stage. */
const GROUPS = 6
const names = namesOf(JOB)

export const pairs: Play = {
  ...{ name: JOB, groups: 2 * GROUPS },
  topics: replication => topics(names, replication),
  text: home => jobText(names, home, GROUPS),
  outputs: { topic: names.outputs.pairs, partitions: OUTPUT_PARTITIONS },
  says: group => group.includes('/pairs/'),
  nameOf: ({ key, last }) => `${key} ${last}`,
  load: async (log, perSecond, onPut) => {
    const { Producer } = await import('../../../chaos/live/jobs/producer.ts')
    return new Producer({
      ...{ log, topic: names.inputs, random: new SystemRandom(), perSecond, keys: KEYS },
      // Pairs are of an odd and an even one: the second makes them.
      onPut: ({ key, n }) => (n % 2 === 0 ? onPut(`${key} ${n}`) : undefined),
    })
  },
}
