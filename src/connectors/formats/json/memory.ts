/**
 * The shapes of records that were seen last. Most streams have one, many a few, some as many as
 * records: so it is bounded what is kept, what is tried, and what is learned.
 */

import type { RawRecords } from '../format.ts'
import { type BatchScan, scanBatch } from './batch-scan.ts'
import type { JsonColumn } from './column.ts'
import type { Lexer } from './lexer.ts'
import { ODD } from './program.ts'
import { type Progress, Scanner, type Stream } from './scanner.ts'
import { SLOTS_MAX, templateOf } from './template.ts'
import type { FieldNode } from './tree.ts'

const SHAPES_MAX = 8
/** One more shape may be learned for so many records that were of a known one. */
const HITS_FOR_A_SHAPE = 1024
/** So many records are judged together: does it pay to try all shapes on each? */
const WINDOW = 512
/** If less than a quarter was of a known shape, only one shape is tried for so many windows. */
const DULL_WINDOWS = 16
/** So many batches do without the kernel behind one of which it took less than half. */
const BATCHES_ALONE = 16

export class ShapeMemory {
  readonly #lexer: Lexer
  readonly #root: FieldNode
  readonly #stream: Stream
  readonly #usesKernel: boolean
  readonly #progress: Progress = { slot: 0, at: 0 }
  /** Of any two shapes, how many slots they share. */
  readonly #prefixes = new Map<Scanner, Map<Scanner, number>>()
  /** The one that fitted last comes first. */
  readonly #scanners: Scanner[] = []
  #credit = SHAPES_MAX
  #tries = SHAPES_MAX
  #records = 0
  #hits = 0
  #dullWindows = 0
  /** Whether the last record missed for its shape, and not for a value. */
  #isNew = false
  #batch: BatchScan | undefined
  #batchesAlone = 0

  constructor(lexer: Lexer, root: FieldNode, columns: readonly JsonColumn[], usesKernel = true) {
    this.#lexer = lexer
    this.#root = root
    this.#usesKernel = usesKernel
    this.#stream = { columns, marks: new Int32Array(SLOTS_MAX + 1) }
  }

  /** Reads ahead, where that pays: the columns have begun, and the rows come next. */
  begin(raw: RawRecords): void {
    this.#batch = undefined
    const scanners = this.#scanners.filter(({ program }) => program !== undefined)
    if (!this.#usesKernel || scanners.length === 0 || this.#batchesAlone-- > 0) return
    const programs = scanners.flatMap(({ program }) => program ?? [])
    this.#batch = scanBatch(raw, programs, this.#lexer.limits)
    const { accepted = [] } = this.#batch ?? {}
    const best = accepted.indexOf(Math.max(...accepted))
    if (best > 0) this.#toFront(this.#scanners.indexOf(scanners[best] as Scanner))
    const all = accepted.reduce((sum, count) => sum + count, 0)
    this.#batchesAlone = 2 * all < raw.size ? BATCHES_ALONE : 0
  }

  /** True: the row is written. */
  scan(row: number, start: number, end: number): boolean {
    if (++this.#records === WINDOW) this.#judge()
    const mark = this.#batch?.marks[row] ?? 0
    this.#isNew = mark === 0
    if (mark !== 0) return mark !== ODD && this.#hit()
    const scanners = this.#scanners
    const progress = this.#progress
    progress.slot = 0
    progress.at = start
    const tries = Math.min(this.#tries, scanners.length)
    let last: Scanner | undefined
    for (let i = 0; i < tries; i++) {
      const scanner = scanners[i] as Scanner
      // One that differs before the place that was reached does not fit; the others go on there,
      // and have all the columns that were written on the way.
      if (last !== undefined && this.#shared(last, scanner) < progress.slot) continue
      last = scanner
      const verdict = scanner.scan(row, end, progress)
      if (verdict === 'other') continue
      if (i > 0) this.#toFront(i)
      this.#isNew = false
      if (verdict === 'odd') return false
      return this.#hit()
    }
    return false
  }

  #hit(): true {
    if (++this.#hits % HITS_FOR_A_SHAPE === 0 && this.#credit < SHAPES_MAX) this.#credit++
    return true
  }

  /** The slow path took the record that `scan` refused last, and nothing was wrong with it. */
  maybeLearn(start: number, end: number): void {
    if (!this.#isNew || this.#credit === 0 || this.#tries < SHAPES_MAX) return
    this.#credit--
    const template = templateOf(this.#lexer, this.#root, start, end)
    if (template === undefined) return
    this.#add(new Scanner(this.#lexer, template, this.#stream))
  }

  #add(scanner: Scanner): void {
    if (this.#scanners.length === SHAPES_MAX) {
      const oldest = this.#scanners.pop() as Scanner
      this.#prefixes.delete(oldest)
      for (const prefixes of this.#prefixes.values()) {
        prefixes.delete(oldest)
      }
    }
    this.#prefixes.set(scanner, new Map())
    for (const other of this.#scanners) {
      const shared = scanner.sharedWith(other)
      this.#prefixes.get(scanner)?.set(other, shared)
      this.#prefixes.get(other)?.set(scanner, shared)
    }
    this.#scanners.unshift(scanner)
  }

  #shared(one: Scanner, other: Scanner): number {
    return this.#prefixes.get(one)?.get(other) ?? 0
  }

  #judge(): void {
    const isDull = 4 * this.#hits < WINDOW
    this.#dullWindows = isDull ? this.#dullWindows + 1 : 0
    const tries = isDull && this.#dullWindows % DULL_WINDOWS !== 0 ? 1 : SHAPES_MAX
    if (tries > this.#tries) this.#credit = SHAPES_MAX
    this.#tries = tries
    this.#records = 0
    this.#hits = 0
  }

  #toFront(place: number): void {
    const scanners = this.#scanners
    const scanner = scanners[place] as Scanner
    for (let at = place; at > 0; at--) {
      scanners[at] = scanners[at - 1] as Scanner
    }
    scanners[0] = scanner
  }
}
