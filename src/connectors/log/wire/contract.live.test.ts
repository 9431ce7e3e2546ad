/** The StreamLog door on an embedded log behind gRPC, by the suite that every body passes. */

import { streamLogContract } from '../../../../chaos/sim/contract/stream-log.ts'
import { until } from '../testing/rig.ts'
import { served } from '../testing/served.ts'

let names = 0

streamLogContract('the embedded log behind gRPC', async () => {
  const { client, close } = await served()
  return { client, name: () => `g${names++}`, until, close }
})
