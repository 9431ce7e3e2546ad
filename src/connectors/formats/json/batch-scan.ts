/**
 * A whole batch at once, ahead of the scanners: the kernel in WebAssembly reads the records that
 * are of a known shape and hold nothing odd, which in most streams are all. What it leaves, the
 * scanners take one by one, with the same result: plain TypeScript is the other body of this door.
 */

import type { RawRecords } from '../format.ts'
import type { Limits } from '../limits.ts'
import { type Kernel, kernelOf } from './kernel.ts'
import { Layout, type Placed, type Program } from './program.ts'
import { digitsMaxOf } from './scanner.ts'

/** What the kernel reads first: where everything is, and the limits. */
const HEAD_BYTES = 64
/** Zeros behind the records, which end whatever does not end itself. */
const PAD_BYTES = 32
/** Larger batches are for the scanners alone: they are rare, and the memory would stay. */
const BATCH_BYTES_MAX = 2 ** 24
const INT_BYTES = 4
const INT_MAX = 2 ** 31 - 1

/** Of a batch: from its first byte to behind the last. */
interface Span {
  readonly from: number
  readonly to: number
}

/** Addresses in the memory of the kernel. */
interface Plan extends Span {
  readonly starts: number
  readonly ends: number
  readonly marks: number
  readonly bytesAt: number
  readonly placed: readonly Placed[]
}

export interface BatchScan {
  /** By row: 0 if it was left, `ODD` if it is for the slow path; else its columns are written. */
  readonly marks: Uint8Array
  /** By program, how many rows. */
  readonly accepted: readonly number[]
}

/** Undefined: there is no kernel here, or the batch is too large for it. */
export function scanBatch(
  raw: RawRecords,
  programs: readonly Program[],
  limits: Limits,
): BatchScan | undefined {
  const span = spanOf(raw)
  if (span.to - span.from > BATCH_BYTES_MAX) return undefined
  const layout = new Layout(HEAD_BYTES)
  const plan = {
    ...span,
    starts: layout.take(INT_BYTES * raw.size),
    ends: layout.take(INT_BYTES * raw.size),
    marks: layout.take(raw.size),
    placed: programs.map(program => program.place(layout, raw.size)),
    bytesAt: layout.take(span.to - span.from + PAD_BYTES),
  }
  const kernel = kernelOf(layout.size)
  if (kernel === undefined) return undefined
  write(kernel, plan, raw, limits)
  return run(kernel, plan, raw.size, programs)
}

function spanOf({ bytes, size, starts, ends }: RawRecords): Span {
  let from = bytes.length
  let to = 0
  for (let row = 0; row < size; row++) {
    const start = starts[row] as number
    if (start < 0) continue
    if (start < from) from = start
    if ((ends[row] as number) > to) to = ends[row] as number
  }
  return to < from ? { from: 0, to: 0 } : { from, to: Math.min(to, bytes.length) }
}

function write({ bytes, ints }: Kernel, plan: Plan, raw: RawRecords, limits: Limits): void {
  const { from, to, starts, ends, marks, bytesAt } = plan
  const { size } = raw
  const bounds = [limits.textBytesMax, digitsMaxOf(limits), limits.numberBytesMax]
  ints.set([bytesAt - from, from, to, starts, ends, marks])
  ints.set(
    bounds.map(bound => Math.min(bound, INT_MAX)),
    6,
  )
  ints.set(raw.starts.subarray(0, size), starts / INT_BYTES)
  ints.set(raw.ends.subarray(0, size), ends / INT_BYTES)
  bytes.fill(0, marks, marks + size)
  bytes.set(raw.bytes.subarray(from, to), bytesAt)
  bytes.fill(0, bytesAt + to - from, bytesAt + to - from + PAD_BYTES)
}

/** One program after the other, each of what those before left. */
function run(
  kernel: Kernel,
  { marks: at, placed }: Plan,
  size: number,
  programs: readonly Program[],
): BatchScan {
  let left = size
  const accepted = programs.map((program, number) => {
    if (left === 0) return 0
    const place = placed[number] as Placed
    program.write(kernel, place)
    const count = kernel.scan(place.steps, program.slots, number + 1, size)
    left -= count
    return count
  })
  const marks = kernel.bytes.slice(at, at + size)
  programs.forEach((program, number) => {
    if (accepted[number] === 0) return
    program.fill(kernel, placed[number] as Placed, { marks, mark: number + 1 })
  })
  return { marks, accepted }
}
