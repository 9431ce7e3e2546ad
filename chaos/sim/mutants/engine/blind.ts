/**
 * Mutants of what lies around the operators (channels, batches, speculation, the store), written
 * from the code alone, before the play existed in which batches come through channels, are thrown
 * away and are replayed: nobody knew then which of them it would find.
 */

import type { Mutant } from '../mutant.ts'

const ENGINE = 'src/engine'
const scenario = 'engine'
const blind = true

export const engineBlind: readonly Mutant[] = [
  {
    name: 'tail-taken-whole',
    scenario,
    file: `${ENGINE}/channels/table.ts`,
    find: "const row = verdict === 'words' ? size : rowOf(frame.records, received.state.cursor)",
    replace: "const row = verdict === 'words' ? size : 0",
    why:
      'A reader goes on from before the cursor, after a lost stream: the records that were taken ' +
      'are taken again.',
    origin: 'at-least-once delivery taken for exactly-once',
    blind,
  },
  {
    name: 'frame-ahead-taken',
    scenario,
    file: `${ENGINE}/channels/table.ts`,
    find: 'if (from > cursor) {',
    replace: 'if (from > to) {',
    why: 'A frame was lost; the one behind it is taken all the same, and the gap is never filled.',
    origin: 'FLINK-3066 and its like: positions that jump over a gap',
    blind,
  },
  {
    name: 'idleness-outlives-records',
    scenario,
    file: `${ENGINE}/channels/state.ts`,
    find: 'idle: idle ?? (state.idle && rows === 0),',
    replace: 'idle: idle ?? state.idle,',
    why:
      'A channel that had fallen idle sends records again and is still not waited for: time ' +
      'passes them, and they are late.',
    origin: 'FLINK-18934: idleness and what ends it',
    blind,
  },
  {
    name: 'watermark-turned-back',
    scenario,
    file: `${ENGINE}/channels/state.ts`,
    find: 'watermark: Math.max(state.watermark, watermark),',
    replace: 'watermark: watermark === -Infinity ? state.watermark : watermark,',
    why: 'A new reader knows less of time than the old one did, and time goes back with it.',
    origin: 'Kafka Streams KAFKA-9427: stream time lost at a rebalance',
    blind,
  },
  {
    name: 'overlay-reads-the-oldest',
    scenario,
    file: `${ENGINE}/state/overlay.ts`,
    find: 'for (let at = this.#pending.length - 1; at >= 0; at--) {',
    replace: 'for (let at = 0; at < this.#pending.length; at++) {',
    why: 'Two batches that are not applied wrote the same row; whoever reads it sees the older.',
    origin: 'layers of writes searched from the wrong end',
    blind,
  },
  {
    name: 'removed-row-read-below',
    scenario,
    file: `${ENGINE}/state/overlay.ts`,
    find: 'if (entry >= 0) return delta.valueAt(entry)',
    replace:
      'const value = entry >= 0 ? delta.valueAt(entry) : undefined\n' +
      '      if (value !== undefined) return value',
    why: 'A batch that is not applied removed a row; the applied store still has it, and is asked.',
    origin: 'a tombstone taken for nothing',
    blind,
  },
  {
    name: 'removed-row-walked-over',
    scenario,
    file: `${ENGINE}/state/overlay.ts`,
    find:
      'if (value !== undefined && !visit(key, value)) return\n      for (const lane of ' +
      'merged) {',
    replace:
      'if (value !== undefined && !visit(key, value)) return\n' +
      '      for (const lane of [first]) {',
    why: 'Rows that were written or removed by speculation are walked over a second time, as old.',
    origin: 'a merge of sorted runs that moves one of them',
    blind,
  },
  {
    name: 'speculation-survives-a-discard',
    scenario,
    file: `${ENGINE}/state/overlay.ts`,
    find: 'this.#writer.finish()\n    this.#pending = []',
    replace: 'this.#writer.finish()',
    why: 'Batches that were never committed are still seen by those that take their place.',
    origin: 'a rollback that forgets one of two places',
    blind,
  },
  {
    name: 'progress-survives-a-discard',
    scenario,
    file: `${ENGINE}/stage/topology.ts`,
    find: 'node.operator.forget?.()\n      node.progress = this.#progressOf(node)',
    replace: 'node.operator.forget?.()',
    why:
      'The batch that moved time was thrown away and time was not: records that are taken again ' +
      'are late, and what was due is not done.',
    origin: 'a rollback that forgets one of two places',
    blind,
  },
  {
    name: 'speculation-outlives-its-leader',
    scenario,
    file: 'src/group/leader.ts',
    find: 'stage.discard()\n',
    replace: '\n',
    why: 'The same replica leads again, and computes on top of what was never committed.',
    origin: 'offsets that run ahead of what was processed',
    blind,
  },
  {
    name: 'delta-forgets-a-delete',
    scenario,
    file: `${ENGINE}/store/delta.ts`,
    find: 'this.#out.uint8(0)',
    replace: 'this.#out.uint8(1)',
    why: 'What a batch removes stays in the state, with nothing in it, and is found there again.',
    origin: 'a changelog without tombstones: KAFKA-7190',
    blind,
  },
  {
    name: 'first-change-of-a-key-counts',
    scenario,
    file: `${ENGINE}/store/delta.ts`,
    find: 'const isOlder = i + 1 < this.#count && this.#order.isSameAsNext(i)',
    replace: 'const isOlder = i > 0 && this.#order.isSameAsNext(i - 1)',
    why: 'A batch writes a row twice, or writes and removes it: what it did first is kept.',
    origin: 'a write batch deduplicated from the wrong end',
    blind,
  },
  {
    name: 'cut-sees-later-writes',
    scenario,
    file: `${ENGINE}/store/versions.ts`,
    find: 'return stamp <= this.#seen',
    replace: 'return stamp < this.#seen',
    why: 'Pages of the last cut are changed in place: the image has rows of batches after it.',
    origin: 'LMDB ITS 7969 and its like: a page reused while a reader sees it',
    blind,
  },
  {
    name: 'watermark-of-the-group-not-restored',
    scenario,
    file: `${ENGINE}/channels/book.ts`,
    find: 'this.#watermark = readWatermarks(reader, 1)[0] as number',
    replace: 'this.#watermark = Math.min(readWatermarks(reader, 1)[0] as number, this.#watermark)',
    why: 'The next leader knows its channels and not how far time had come: it goes back.',
    origin: 'FLINK-5601: watermarks are not part of a snapshot',
    blind,
  },
  {
    name: 'schedule-says-idle-of-the-awake',
    scenario,
    file: `${ENGINE}/batch/schedule.ts`,
    find: '(idle === true ? IS_IDLE : 0)',
    replace: '(idle === undefined ? 0 : IS_IDLE)',
    why: 'A channel woke up; whoever replays the schedule still does not wait for it.',
    origin: 'a flag written for the presence of a value',
    blind,
  },
]
