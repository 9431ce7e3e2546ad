/** The answer of one Kafka call never comes, though the call was carried out: each kind in turn. */

import type { Drill } from '../drill.ts'
import type { KafkaApi } from '../faults/kafka-proxy.ts'
import type { FaultPlan } from '../faults/plan.ts'

/** All that a publisher makes. */
const apis: readonly KafkaApi[] = [
  'FindCoordinator',
  'InitProducerId',
  'ListOffsets',
  'Fetch',
  'AddPartitionsToTxn',
  'Produce',
  'EndTxn',
]
const faults = apis.map((api): FaultPlan => ({ kind: 'call', api, fate: 'lost-answer' }))

export const publishLostAnswer: Drill = {
  name: 'publish-lost-answer',
  about: 'the answer of one call of a publisher to Kafka is lost, each kind in turn',
  machine: 'publish',
  nodes: 3,
  groups: 3,
  clientsPerGroup: 12,
  callMs: 3000,
  faults,
  rounds: faults.length,
  // A node waits for an answer for 2 s.
  faultMs: 2500,
  quietMs: 1000,
  // Each call that was to be hit must be; a question is asked again before a publisher hears of it.
  expects: { gapMsMax: 10_000, okPerSecondMin: 10 },
}
