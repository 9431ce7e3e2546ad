/**
 * The StreamLog door on a blob store, by the suite that every body passes: on the simulated store
 * here, on a folder of files in `contract.live.test.ts`. What it cannot do by its nature: hold
 * records of two topics in one transaction, for each topic is a sequence of its own, and nothing
 * decides two of them at once. It refuses them (`owners.test.ts`), and the suite plays that one
 * case in one topic of as many partitions (`spansTopics`).
 */

import { streamLogContract } from '../../../chaos/sim/contract/stream-log.ts'
import { SimRig } from './testing/sim-rig.ts'

let names = 0
const name = () => `n${names++}`

streamLogContract('the log on the simulated blob store', () => {
  const rig = new SimRig(1)
  return {
    client: () => rig.client(),
    spansTopics: false,
    name,
    until: holds => {
      rig.until(holds)
      return Promise.resolve()
    },
    close: () => Promise.resolve(),
  }
})
