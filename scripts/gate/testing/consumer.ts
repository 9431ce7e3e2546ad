/**
 * A user's program for scripts/gate/package.ts: a group of one replica elects itself, takes a
 * proposal and commits it; a job is tried out. It stands on the installed package alone.
 */

import { replicaId } from 'weir-stream/base/ids'
import { Prng } from 'weir-stream/base/prng'
import { Raft } from 'weir-stream/raft'
import { defaultLimits, defaultTimes } from 'weir-stream/raft/options'
import { TestDriver } from 'weir-stream/testing'

const self = replicaId(1)
const members = { voters: [self], outgoing: [], learners: [] }
const raft = new Raft(
  { self, boot: 1, random: new Prng(7), times: defaultTimes, limits: defaultLimits },
  {
    hardState: { term: 0, vote: 0, commit: 0 },
    image: { index: 0, term: 0, members, membersIndex: 0, chain: 0 },
    entries: [],
  },
)

const committed: string[] = []

/** A host whose disk is quick: everything is durable as soon as it is handed out. */
function host(): void {
  while (raft.hasReady()) {
    const { write, committed: entries } = raft.ready()
    if (write !== undefined) raft.persisted(write.number)
    for (const { kind, data, index } of entries) {
      if (kind === 'data') committed.push(String.fromCharCode(...data))
      raft.applied(index)
    }
  }
}

for (let tick = 0; tick < 30; tick++) {
  raft.tick(defaultTimes.heartbeatMs, 0)
  host()
}
raft.propose(raft.status().term, Uint8Array.from([119, 101, 105, 114]))
host()
if (committed.join() !== 'weir') {
  throw new Error(`committed ${committed.join()} as ${raft.status().role}`)
}

const driver = new TestDriver({
  file: 'job.yaml',
  text: `
name: counts
sources:
  words: { log: { topic: words }, schema: { word: text, at: timestamptz }, time: at }
steps:
  - { name: counts, aggregate: { key: word, mode: updating, select: { n: count(*) } } }
  - to: counts
sinks: { counts: { log: { topic: counts }, key: word } }
`,
})
driver.send('words', { word: 'weir', at: '2026-01-01T00:00:00Z' })
const [received] = driver.received('counts')
if (received?.['word'] !== 'weir') throw new Error(`received ${JSON.stringify(received)}`)
