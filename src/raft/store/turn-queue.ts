/**
 * Writes that wait for a frame: in the order of their coming within a group, in turns between
 * groups, so that whoever writes much does not make the others wait for all of it. A write may need
 * a file first; its group waits for that, the others do not.
 */

import type { GroupId } from '../../base/ids.ts'
import type { LogRecord } from './record.ts'

export interface QueuedWrite {
  readonly group: GroupId
  /** Missing: the log has nothing to remember of it. */
  readonly record: () => LogRecord | undefined
  /** What the record will take in a frame, about. */
  readonly sizeBytes: number
  readonly sync: boolean
  /** Must be done before the write may go into a frame. */
  readonly prepare: ((done: () => void) => void) | undefined
  /** What comes behind it in its group waits until it is released. */
  readonly holds: boolean
  readonly onDone: () => void
}

export class TurnQueue {
  readonly #lanes = new Map<GroupId, QueuedWrite[]>()
  readonly #onReady: () => void
  /** Groups whose first write may go, in the order of their turns. */
  #ready: GroupId[] = []
  #size = 0

  /** `onReady` when a write that had to be prepared may go. */
  constructor(onReady: () => void) {
    this.#onReady = onReady
  }

  /** Writes that wait, ready or not. */
  get size(): number {
    return this.#size
  }

  push(write: QueuedWrite): void {
    let lane = this.#lanes.get(write.group)
    if (lane === undefined) {
      lane = []
      this.#lanes.set(write.group, lane)
    }
    this.#size++
    if (lane.push(write) === 1) this.#line(write)
  }

  /** What goes into the next frame: one write, and more as long as they are within the bound. */
  take(bytesMax: number): readonly QueuedWrite[] {
    const taken: QueuedWrite[] = []
    const late: GroupId[] = []
    let bytes = 0
    for (let group = this.#ready.shift(); group !== undefined; group = this.#ready.shift()) {
      const write = this.#lanes.get(group)?.[0] as QueuedWrite
      if (taken.length > 0 && bytes + write.sizeBytes > bytesMax) {
        late.push(group)
        if (bytes >= bytesMax) break
        continue
      }
      bytes += write.sizeBytes
      taken.push(write)
      this.#advance(write)
    }
    // Whoever was passed over comes first next time.
    this.#ready = [...late, ...this.#ready]
    return taken
  }

  /** The writes behind one that held them may go. */
  release(group: GroupId): void {
    const lane = this.#lanes.get(group) as QueuedWrite[]
    lane.shift()
    const [next] = lane
    if (next === undefined) this.#lanes.delete(group)
    else this.#line(next)
  }

  #advance({ group, holds }: QueuedWrite): void {
    this.#size--
    if (!holds) this.release(group)
  }

  /** The first write of a group gets in line, as soon as it is prepared. */
  #line({ group, prepare }: QueuedWrite): void {
    if (prepare === undefined) {
      this.#ready.push(group)
      return
    }
    prepare(() => {
      this.#ready.push(group)
      this.#onReady()
    })
  }
}
