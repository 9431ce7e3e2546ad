/** Known bugs of logs on blob stores, as exact patches: the torture must notice each. */

import type { Mutant } from '../../../../chaos/sim/mutants/mutant.ts'

const HERE = 'src/connectors/blobs'

export const blobLogMutants: readonly Mutant[] = [
  {
    name: 'created-taken-for-counted',
    file: `${HERE}/sequence.ts`,
    find: 'if (write.isPromise) this.#settle(write, attempt)',
    replace: 'if (write.isPromise && attempt.entry.number % 2 > 0) this.#settle(write, attempt)',
    why: 'An entry is made where one was removed, and its writer is told that it counts.',
    origin: 'conditional creates below a compacted log: the condition holds, and means nothing',
  },
  {
    name: 'newest-entry-removed',
    file: `${HERE}/sequence.ts`,
    find: 'Math.min(oldestLive(liveBytes(replica.ledger), number), number)',
    replace: 'Math.min(oldestLive(liveBytes(replica.ledger), number + 1), number + 1)',
    why: 'Whoever is behind finds nothing behind what he knows, and takes that for the end.',
    origin: 'our own draft',
  },
  {
    name: 'links-not-looked-at',
    file: `${HERE}/replica.ts`,
    find: 'entry.number === number + 1 && entry.previous === id',
    replace: 'entry.number === number + 1',
    why: 'A client that believed an entry that does not count goes on from it.',
    origin: 'Raft without the check of the entry before',
  },
  {
    name: 'doubt-taken-for-no',
    file: `${HERE}/sequence.ts`,
    find: '} else clock.after(limits.retryMs, () => this.#create(write, attempt))',
    replace: '} else this.#lose(write, attempt.losses + 1)',
    why: 'A call that comes late is done, and done once more by the attempt after it.',
    origin: 'retries with a new identity: KAFKA-3128 and its like',
  },
  {
    name: 'homes-keep-their-life',
    file: `${HERE}/owners.ts`,
    find: 'this.#enterAll(owner, homes, entered',
    replace: 'this.#enterAll(owner, homes.slice(1), entered',
    why: 'Whoever had the id before goes on publishing, and what he had open stays so.',
    origin: 'fencing by a lock that the store does not know of',
  },
  {
    name: 'home-that-nobody-is-told-of',
    file: `${HERE}/owners.ts`,
    find: "return { op: { kind: 'create', topic: name, partitions: 1, settings: {} } }",
    replace: 'return { offsets: [] }',
    why: 'The next one does not know where the id was used, and fences nobody there.',
    origin: 'KIP-890: partitions of a transaction that the coordinator does not know',
  },
  {
    name: 'id-not-looked-at-again',
    file: `${HERE}/owners.ts`,
    find: 'else if (now === epoch) done({ value: undefined })',
    replace: 'else if (now !== undefined) done({ value: undefined })',
    why: 'Of two who take an id at once each has it in another topic, and both are told so.',
    origin: 'a check before the act and none behind it',
  },
  {
    name: 'objects-removed-while-they-are-read',
    file: `${HERE}/sequence.ts`,
    find: 'Math.min(oldestLive(liveBytes(replica.ledger), number), number)',
    replace: 'number',
    why: 'Records that nobody deleted are gone with the entries that an image stands for.',
    origin: 'RedisRaft 43: a gap between log and snapshot',
  },
  {
    name: 'look-that-does-not-look',
    file: `${HERE}/sequence.ts`,
    find: 'readOn(this.#parts, this.#replica, answer => {',
    replace:
      'if (this.#attempt === undefined && this.#replica.number % 2 === 0) {\n' +
      '      this.#parts.clock.after(0, () => done({ value: undefined }))\n' +
      '      return\n' +
      '    }\n' +
      '    readOn(this.#parts, this.#replica, answer => {',
    why: 'A reader is told of an end that lies before what was acknowledged to others.',
    origin: 'the high watermark of a leader that has just become one',
  },
  {
    name: 'image-forgets-what-is-undecided',
    file: `${HERE}/objects.ts`,
    find: 'varint(producer).uint8(verdicts.indexOf(verdict))',
    replace: "varint(producer).uint8(verdicts.indexOf(verdict ?? 'abort'))",
    why: 'What was open when the image was made is hidden though it was committed later.',
    origin: 'state at a cut, written down without what is under way',
  },
  {
    name: 'shown-before-it-counts',
    file: `${HERE}/sequence.ts`,
    find: '        this.#take(attempt.entry)\n',
    replace: '        this.#take(attempt.entry)\n        this.#tell(this.ledger.touched)\n',
    why: 'Who waits in the same process is shown what nobody else will ever see.',
    origin: 'our own draft',
  },
]
