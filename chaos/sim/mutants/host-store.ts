/** Known bugs of logs on disks: what is reported, what is believed, what is let go too early. */

import type { Mutant } from './mutant.ts'

const STORE = 'src/raft/store/store.ts'
const SCAN = 'src/base/segments/scan.ts'
const FRAME = 'src/base/segments/frame.ts'
const SEGMENTS = 'src/raft/store/segments.ts'
const scenario = 'host'

export const store: readonly Mutant[] = [
  {
    name: 'persisted-before-the-sync',
    scenario,
    file: STORE,
    find: 'const next = () => (isSynced ? this.#synced(done) : done())',
    replace:
      'const next = () => {\n      if (isSynced) this.#synced(() => {})\n      done()\n    }',
    why: 'A power cut takes what was acknowledged: the write was reported before its sync.',
    origin: 'Jepsen on NATS 2.12.1: no sync before the acknowledgement',
  },
  {
    name: 'one-group-speaks-for-all-syncs',
    scenario,
    file: STORE,
    find: 'const isSynced = writes.some(write => write.sync)',
    replace: 'const isSynced = writes[0]?.sync === true',
    why: 'A turn of many groups is synced only if the first of them wanted it.',
    origin: 'folding of writes, done badly',
  },
  {
    name: 'checksum-of-frames-ignored',
    scenario,
    file: FRAME,
    find: 'checksum(bytes.subarray(offset, offset + sizeBytes), seed) === crc',
    replace: 'sizeBytes > 0',
    why: 'A torn or damaged frame is taken for what it was meant to be.',
    origin: 'etcd wal/decoder.go; the CRC of a record unchecked',
  },
  {
    name: 'damage-taken-for-a-torn-tail',
    scenario,
    file: SCAN,
    find: 'if (promiseAt !== undefined) {',
    replace: 'if (promiseAt !== undefined && number < 0) {',
    why: 'What breaks in the middle of the log is cut off there, with all that was acknowledged.',
    origin: 'LevelDB, db_impl.cc:365; PAR, FAST 2018',
  },
  {
    name: 'unsynced-tail-believed',
    scenario,
    file: SCAN,
    find: 'const payloads = [head, ...payloadsOf(bytes, durableBytes, endBytes)]',
    replace: 'const payloads = [head]',
    why:
      'Bytes that only the page cache holds are believed and not written again: the next ' +
      'opening does not know them.',
    origin: 'Rebello et al., ATC 2020: after a failed fsync',
  },
  {
    name: 'segment-dropped-while-it-is-needed',
    scenario,
    file: SEGMENTS,
    find: 'if (this.pins(states).length > 0) return undefined',
    replace: 'if (this.pins(states).length > 1) return undefined',
    why: 'The oldest segment goes although a group needs entries of it.',
    origin: 'RedisRaft 43: a gap between log and snapshot after a restart',
  },
  {
    name: 'head-forgets-the-vote',
    scenario,
    file: 'src/raft/store/head.ts',
    find: 'writeHardState(out, state.hardState)',
    replace: 'writeHardState(out, { ...state.hardState, vote: 0 })',
    why: 'Once the segment with the vote is gone, a replica may vote twice in a term.',
    origin: 'Raft, 5.2: votedFor is stable',
  },
  {
    name: 'truncation-forgotten-when-replayed',
    scenario,
    file: 'src/raft/store/replay.ts',
    find: 'tail.length = Math.max(0, first.index - firstKnown)',
    replace: 'tail.length = Math.max(tail.length, first.index - firstKnown)',
    why: 'Entries that were overwritten come back when the log is opened.',
    origin: 'openraft 447dc11c; canonical/raft 250',
  },
  {
    name: 'image-recorded-before-its-file',
    scenario,
    file: 'src/raft/store/image-writer.ts',
    find: 'this.#file.write(this.#sealer.finish(), guard.step(sync))',
    replace: 'this.#file.write(this.#sealer.finish(), guard.step(publish))',
    why: 'The record of an image is durable and its bytes are not: a power cut leaves neither.',
    origin: 'etcd 10219',
  },
  {
    name: 'image-dropped-while-it-is-loaded',
    scenario,
    file: 'src/raft/store/image-files.ts',
    find: 'if (index < recordedIndex && !isUnloaded) this.drop(group, index)',
    replace: 'if (index < recordedIndex) this.drop(group, index)',
    why: 'A newer image comes while the state is loaded from an older one, whose file then goes.',
    origin: 'our own first store',
  },
  {
    name: 'write-folded-into-another-group',
    scenario,
    file: 'src/raft/store/turn-queue.ts',
    find: 'const write = this.#lanes.get(group)?.[0] as QueuedWrite',
    replace: 'const write = this.#lanes.get(this.#ready[0] ?? group)?.[0] as QueuedWrite',
    why: 'The queue of one group is taken for that of the next: its write goes twice, or never.',
    origin: 'folding of writes, done badly',
  },
  {
    name: 'names-never-synced',
    scenario,
    file: 'src/base/segments/whole-file.ts',
    find: 'const syncNames = () => disk.syncFolder(guard.step(done))',
    replace: 'const syncNames = done',
    why: 'A power cut takes the name of a file whose bytes were synced: a segment, or an image.',
    origin: 'All File Systems Are Not Created Equal, OSDI 2014',
  },
  {
    name: 'hard-state-left-out-beside-entries',
    scenario,
    file: STORE,
    find: '      install: this.#filed(group, install),\n      hardState,',
    replace:
      '      install: this.#filed(group, install),\n' +
      '      hardState: entries.length > 0 ? undefined : hardState,',
    why: 'Entries of a term are durable before the term is: a vote may be given twice in it.',
    origin: 'openraft on the order of writes: the term before its entries',
  },
  {
    name: 'end-of-the-log-not-checked',
    scenario,
    file: 'src/raft/store/opening.ts',
    find: 'this.#scan({ ...life, identity, isMade })',
    replace: 'this.#scan({ ...life, least: { segment: 0, bytes: 0 }, identity, isMade })',
    why: 'The newest segment is gone, and the log is taken for whole up to the one before it.',
    origin: 'our own first store; PAR, FAST 2018: a log that is too short by whole files',
  },
  {
    name: 'end-of-the-log-not-noted-by-a-roll',
    scenario,
    file: STORE,
    find:
      'this.#bootFile.note(this.end, () => {\n        this.#free()\n' +
      '        this.#isBusy = false\n        this.#pump()\n      })',
    replace: 'this.#free()\n      this.#isBusy = false\n      this.#pump()',
    why: 'What is known of the end is as old as the life of the process; a later segment may go.',
    origin: 'a note that is written at one of two places',
  },
  {
    name: 'end-of-the-log-noted-too-early',
    scenario,
    file: 'src/base/segments/store-folder.ts',
    find: 'bootFile.note(before.end, () =>',
    replace: 'bootFile.note({ segment: before.end.segment + 1, bytes: 0 }, () =>',
    why: 'The power fails between the note and the segment: a sound log is taken for a lost one.',
    origin: 'two durable steps in the wrong order',
  },
  {
    name: 'batch-split-in-two',
    scenario,
    file: STORE,
    find:
      '    for (const write of writes) this.#fold(write.record())\n' +
      '    const done = () => this.#isDone(writes)\n' +
      '    const isSynced = writes.some(write => write.sync)\n' +
      '    const next = () => (isSynced ? this.#synced(done) : done())\n' +
      '    if (this.#out.size > empty) this.#writeFrame(next)',
    replace: `    const records = writes.flatMap(write => write.record() ?? [])
    const split = records.filter(({ entries, created }) => entries.length > 0 && !created)
    for (const record of records) {
      const { group, hardState } = record
      this.#fold(split.includes(record) ? { group, hardState, entries: [] } : record)
    }
    const done = () => this.#isDone(writes)
    const isSynced = writes.some(write => write.sync)
    const next = () => (isSynced ? this.#synced(done) : done())
    const rest = () => {
      openFrame(this.#out)
      this.#out.uint8(TURN_FRAME)
      for (const record of split) this.#fold({ ...record, hardState: undefined })
      this.#writeFrame(next)
    }
    if (split.length > 0) this.#writeFrame(() => this.#synced(rest))
    else if (this.#out.size > empty) this.#writeFrame(next)`,
    why:
      'The commit of a turn is synced in one frame and its entries in the next: between the two ' +
      'the power fails, and the log ends before what it calls committed.',
    origin: 'etcd raft, README: entries come first, then the hard state',
  },
  {
    name: 'failed-read-taken-for-a-lost-log',
    scenario,
    file: SCAN,
    find: 'parts.disk.read(segmentName(number), read)',
    replace:
      'parts.disk.read(segmentName(number), answer =>\n' +
      '      read(answer.error === undefined ? answer : { value: new Uint8Array(0) }))',
    why: 'A disk that cannot read a segment once costs the node all of its replicas.',
    origin: 'PAR, FAST 2018: an inaccessible file is not a lost one',
  },
  {
    name: 'failed-read-of-an-image-taken-for-damage',
    scenario,
    file: 'src/raft/store/image-source.ts',
    find: "else if (answer.error === 'no-such-file') done(this.#gone())",
    replace: "else if (answer.error !== 'disk-full') done(this.#gone())",
    why: 'A disk that cannot read an image once costs the node all of its replicas.',
    origin: 'PAR, FAST 2018: an inaccessible file is not a lost one',
  },
  {
    name: 'failed-read-of-an-image-answered-as-an-empty-one',
    scenario,
    file: 'src/raft/store/image-source.ts',
    find: 'else this.#judge.onFailed(answer.error)',
    replace: "else done({ kind: 'end' })",
    why: 'What could not be read is taken for the end of the image: the state begins with nothing.',
    origin: 'an error of read(2) taken for its zero',
  },
  {
    name: 'checksum-of-images-ignored',
    scenario,
    file: 'src/raft/store/image-blocks.ts',
    find: 'if (seal !== crc32c(data, number)) return undefined',
    replace: 'if (seal < 0) return undefined',
    why: 'The state is loaded from an image in which a bit turned over: it is another one now.',
    origin: 'etcd snap: a snapshot file whose CRC is not looked at',
  },
]
