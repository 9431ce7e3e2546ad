/**
 * The files of a log: turns are written behind one another, one frame each, and synced once for all
 * that is in them; blocks are read back. Nothing is rewritten: a block that holds up an old segment
 * is written again further behind, and segments go whole, the oldest first, when the head of a
 * newer one no longer needs them.
 */

import { ByteWriter } from '../../../base/bytes.ts'
import type { Disk, DiskErrorCode } from '../../../base/env.ts'
import { invariant } from '../../../base/errors.ts'
import type { BootFile } from '../../../base/segments/boot-file.ts'
import { openFrame } from '../../../base/segments/frame.ts'
import type { Guard } from '../../../base/segments/guard.ts'
import { segmentName } from '../../../base/segments/names.ts'
import { SegmentFile } from '../../../base/segments/segment-file.ts'
import type { LogLimits } from '../limits.ts'
import type { NewBlock } from '../state/block.ts'
import { writeOp } from '../state/codec.ts'
import { encodeHead, TURN_FRAME } from '../state/head.ts'
import type { Ledger } from '../state/ledger.ts'
import type { Op } from '../state/ops.ts'
import type { Block } from '../state/partition.ts'
import { liveBytes, oldestLive, type Placed, toMove } from './live.ts'
import { readBlocks, type Span } from './spans.ts'

export interface FilesStart {
  readonly disk: Disk
  readonly guard: Guard
  readonly limits: LogLimits
  readonly bootFile: BootFile
  readonly segment: SegmentFile
  /** Bytes of each segment that is there. */
  readonly sizes: Map<number, number>
  readonly ledger: Ledger
  readonly name: string
}

export interface FilesStats {
  readonly segments: number
  readonly bytes: number
  readonly syncs: number
}

export class LogFiles {
  readonly name: string
  readonly ledger: Ledger
  readonly #start: FilesStart
  #segment: SegmentFile
  #syncs = 0

  constructor(start: FilesStart) {
    this.#start = start
    this.name = start.name
    this.ledger = start.ledger
    this.#segment = start.segment
  }

  /** Told once, when the disk failed; nothing is answered from then on. */
  onFailed(tell: (code: DiskErrorCode) => void): void {
    this.#start.guard.onFailed = tell
  }

  stats(): FilesStats {
    const { sizes } = this.#start
    const bytes = [...sizes.values()].reduce((all, one) => all + one, 0)
    return { segments: sizes.size, bytes, syncs: this.#syncs }
  }

  /** One turn, all of it or nothing; durable when it is answered. */
  write(ops: readonly Op[], done: () => void): void {
    const out = new ByteWriter()
    openFrame(out)
    out.uint8(TURN_FRAME)
    const segment = this.#segment
    const onBlock = (block: NewBlock, at: number): void => {
      block.segment = segment.number
      block.at = segment.size + at
    }
    for (const op of ops) writeOp(out, op, onBlock)
    segment.write(out.finish(), () => {})
    this.#start.sizes.set(segment.number, segment.size)
    this.#syncs++
    segment.sync(done)
  }

  /** A segment is full: the ledger, as it is, must have been written. */
  get isFull(): boolean {
    return this.#segment.size >= this.#start.limits.segmentBytes && !this.#segment.isFresh
  }

  /** Goes on in a new segment; what should be moved, so that the next time an old one can go. */
  roll(done: (moving: readonly Placed[]) => void): void {
    const { disk, guard, bootFile, sizes, limits } = this.#start
    const old = this.#segment
    const number = old.number + 1
    const oldest = oldestLive(liveBytes(this.ledger), number)
    const joint = { previousBytes: old.size, previousChain: old.chain }
    const head = encodeHead({ ...joint, oldest, state: this.ledger.state })
    SegmentFile.begin({ disk, guard, store: this.name, number }, [head], segment => {
      this.#segment = segment
      sizes.set(number, segment.size)
      old.close(() => {})
      bootFile.note({ segment: number, bytes: segment.size }, () => {
        this.#drop(oldest)
        done(toMove(this.ledger, sizes, 2 * limits.segmentBytes))
      })
    })
  }

  /** Without those of which the disk does not hold what was written, or that cannot be read. */
  read(blocks: readonly Block[], done: (sound: ReadonlyMap<Block, Uint8Array>) => void): void {
    readBlocks(blocks, (span, told) => this.#readSpan(span, told), done)
  }

  #readSpan({ segment, at, sizeBytes }: Span, done: (bytes: Uint8Array | undefined) => void): void {
    invariant(segment > 0, 'LOG a block is read that was written')
    const part = { offset: at, sizeBytes }
    this.#start.disk.readPart(segmentName(segment), part, ({ value }: Read) => done(value))
  }

  /** Between two turns; nothing is told afterwards. */
  close(done: () => void): void {
    const { bootFile, guard } = this.#start
    const segment = this.#segment
    bootFile.note({ segment: segment.number, bytes: segment.size }, () => {
      segment.close(() => {
        guard.stop()
        done()
      })
    })
  }

  #drop(oldest: number): void {
    const { disk, guard, sizes } = this.#start
    for (const number of [...sizes.keys()].filter(one => one < oldest)) {
      sizes.delete(number)
      disk.remove(
        segmentName(number),
        guard.removed(() => {}),
      )
    }
  }
}

/** An answer of the disk, whichever it is. */
interface Read {
  readonly error?: DiskErrorCode
  readonly value?: Uint8Array
}
