/** A file that a drill kept, as evidence: whatever machine its nodes ran. */

import type { Evidence } from './evidence.ts'
import { CallHistory } from './history/call-history.ts'
import { eventsOf } from './history/event.ts'
import { JobRecord } from './jobs/evidence.ts'
import { jobFactsOf } from './jobs/record.ts'
import { OutputRecord } from './publishing/evidence.ts'
import { factsOf } from './publishing/record.ts'

export function evidenceIn(text: string): Evidence {
  const job = jobFactsOf(text)
  if (job !== undefined) return new JobRecord(job)
  const facts = factsOf(text)
  return facts === undefined ? new CallHistory(eventsOf(text)) : new OutputRecord(facts)
}
