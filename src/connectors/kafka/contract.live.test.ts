/** The StreamLog door on three real brokers, by the suite that every body passes. */

import { streamLogContract } from '../../../chaos/sim/contract/stream-log.ts'
import { useBrokers } from './testing/brokers.ts'

const brokers = useBrokers()

streamLogContract('Kafka', () => ({
  client: () => brokers.open(),
  name: () => brokers.name(),
  until: holds => brokers.until(holds),
  close: () => Promise.resolve(),
}))
