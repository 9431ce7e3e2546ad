/** Reads the log of a store: what its segments amount to, group by group. */

import {
  type Reading,
  type Scanned as ScannedLog,
  type ScanParts,
  scanSegments,
} from '../../base/segments/scan.ts'
import { decodeHead, encodeHead, type Head } from './head.ts'
import { Replay, type StoredGroup } from './replay.ts'

export interface Scanned extends ScannedLog {
  readonly replay: Replay
  readonly groups: Map<StoredGroup['group'], StoredGroup>
}

/** `done` gets what is wrong with the log, in words, when it is damaged. */
export function scanLog(
  parts: ScanParts,
  numbers: readonly number[],
  done: (scanned: Scanned | string) => void,
): void {
  const replay = new Replay()
  let groups: Scanned['groups'] = new Map()
  const reading: Reading<Head> = {
    decodeHead,
    begin: head => replay.begin(head),
    segment: (number, sizeBytes) => {
      replay.segments.begin(number)
      replay.segments.grown(sizeBytes)
    },
    takeFrames: ({ bytes, from, to }) => replay.takeFrames(bytes, from, to),
    encodeHead: joint => encodeHead({ ...joint, states: replay.states }),
    finish: () => {
      groups = replay.finish()
    },
  }
  scanSegments(parts, numbers, reading, scanned => {
    done(typeof scanned === 'string' ? scanned : { ...scanned, replay, groups })
  })
}
