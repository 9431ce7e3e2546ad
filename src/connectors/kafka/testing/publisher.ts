/**
 * Test support, as a process of its own: publishes a fixed row of outputs by the real journal, from
 * wherever the journal says that they stand, says how far it has come, and ends behind the last.
 * A file stands for its group: it names the one that is to publish.
 */

import { readFileSync } from 'node:fs'
import { KafkaLog } from '../kafka.ts'
import { LoneGroup } from './lone-group.ts'

const OUTPUTS_PER_ENTRY = 3
/** Of one transaction: many small ones, so that faults find one open. */
const OUTPUT_BYTES_MAX = 500
const TRANSACTION_MS = 3000
/** Whoever is told of anything ends: a machine that is slow is not to be the reason. */
const SILENCE_MS = 120_000

const [list = '', journal = '', output = '', id = '', outputs = '', file = '', name = ''] =
  process.argv.slice(2)
const log = new KafkaLog({ brokers: list.split(','), clientId: name, limits: { answerMs: 3000 } })
const group = new LoneGroup({
  ...{ log, journal, output, transactionalId: id },
  bounds: {
    ...{ outputBytesMax: OUTPUT_BYTES_MAX, eagerBytes: 1 },
    ...{ transactionMs: TRANSACTION_MS, silenceMs: SILENCE_MS },
  },
  isLed: () => readFileSync(file, 'utf8') === name,
})
// All of it before it leads: a journal is never ahead of its group.
while (group.committed < Number(outputs)) group.commit(OUTPUTS_PER_ENTRY)
group.lead()
let told = -1
for (;;) {
  const before = told
  await group.until(() => group.published > before || group.told.length > 0)
  if (group.told.length > 0) throw new Error(group.sentences.join(' '))
  told = group.published
  process.stdout.write(`${told}\n`)
  if (told === group.committed) break
}
group.close()
log.close()
