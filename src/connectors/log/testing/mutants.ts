/** Known bugs of logs, as exact patches: the torture of the embedded log must notice each. */

import type { Mutant } from '../../../../chaos/sim/mutants/mutant.ts'

const STATE = 'src/connectors/log/state'
const STORE = 'src/connectors/log/store'

export const logMutants: readonly Mutant[] = [
  {
    name: 'acknowledged-before-the-sync',
    file: `${STORE}/files.ts`,
    find: 'segment.sync(done)',
    replace: 'segment.sync(() => {})\n    done()',
    why: 'A power cut takes what was acknowledged.',
    origin: 'Jepsen on NATS 2.12.1: no sync before the acknowledgement',
  },
  {
    name: 'marker-in-one-partition-only',
    file: `${STATE}/ledger.ts`,
    find: 'for (const number of producer.open) {',
    replace: 'for (const number of [...producer.open].slice(0, 1)) {',
    why: 'A transaction over several partitions is decided in one of them, and open in the others.',
    origin: 'KAFKA-9777: a marker that is never written',
  },
  {
    name: 'takeover-leaves-it-open',
    file: `${STATE}/ledger.ts`,
    find: "if (known !== undefined) this.#end(known, 'abort')",
    replace: 'if (known !== undefined) known.open.clear()',
    why: 'What the life before left open is never decided: readers of committed records stand.',
    origin: 'KIP-890: hanging transactions',
  },
  {
    name: 'head-forgets-open-transactions',
    file: `${STATE}/head.ts`,
    find: 'writeList(out, [...open], ',
    replace: 'writeList(out, [...open].slice(1), ',
    why: 'After an opening, what is not decided is taken for decided.',
    origin: 'state at a cut, written down without what is under way',
  },
  {
    name: 'opening-forgets-who-has-what-open',
    file: `${STATE}/ledger.ts`,
    find: 'this.producers.numbered(producer).open.add(partition.number)',
    replace: 'this.producers.numbered(producer)',
    why: 'The next life under the id aborts nothing, for nobody knows that there is anything.',
    origin: 'our own draft',
  },
  {
    name: 'segment-dropped-while-it-is-needed',
    file: `${STORE}/files.ts`,
    find: 'this.#drop(oldest)',
    replace: 'this.#drop(oldest + 1)',
    why: 'The oldest segment goes although records in it are still there to be read.',
    origin: 'RedisRaft 43: a gap between log and snapshot after a restart',
  },
  {
    name: 'moved-block-is-committed',
    file: `${STATE}/codec.ts`,
    find: 'varint(producer).uint8(verdicts.indexOf(verdict))',
    replace: 'varint(producer).uint8(1)',
    why: 'An aborted record that held up a segment is seen once that segment is gone.',
    origin: 'KAFKA-5415 and others: state of transactions lost by the cleaner',
  },
  {
    name: 'blocks-of-the-tail-taken-for-where-they-were',
    file: `${STORE}/reading.ts`,
    find: 'view.byteOffset - bytes.byteOffset + shift',
    replace: 'view.byteOffset - bytes.byteOffset',
    why: 'What is written once more at an opening is read from where it stood in the file before.',
    origin: 'our own draft',
  },
  {
    name: 'stable-end-is-the-end',
    file: `${STATE}/partition.ts`,
    find: 'bound = Math.min(bound, first)',
    replace: 'bound = Math.max(bound, first)',
    why: 'Readers of committed records see those of transactions that are open.',
    origin: 'kafka-verified: the high watermark taken for the last stable offset',
  },
  {
    name: 'half-a-block-deleted-is-a-block-deleted',
    file: `${STATE}/partition.ts`,
    find: 'if (block.first + block.count > this.#start) break',
    replace: 'if (block.first >= this.#start) break',
    why: 'Records behind the offset that was named go with those before it.',
    origin: 'off by one, in units of batches',
  },
  {
    name: 'verdict-turned-round',
    file: `${STATE}/codec.ts`,
    find: 'out.varint(op.producer).uint8(verdicts.indexOf(op.verdict))',
    replace: 'out.varint(op.producer).uint8(3 - verdicts.indexOf(op.verdict))',
    why: 'What was committed is aborted by a restart, and the other way round.',
    origin: 'codec and reader that disagree',
  },
]
