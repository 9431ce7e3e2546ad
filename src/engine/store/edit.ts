/**
 * How a page is changed in place. Whoever calls has made sure that no image sees it; what does not
 * fit is refused, and nothing is changed then.
 */

import { PAGE_BYTES } from './bounds.ts'
import type { Cell } from './cell.ts'
import { copyBytes } from './entry.ts'
import {
  CHILD_AT,
  cellAtOf,
  cellSizeOf,
  even,
  INNER_STRIDE,
  MEASURES_AT,
  measuresOf,
  type Page,
  PREFIX_AT,
  suffixSizeOf,
  tailSizeOf,
  valueCodeOf,
} from './page.ts'
import { PAGE_WORDS } from './pages.ts'

const spare = new Int32Array(PAGE_WORDS)
const spareBytes = new Uint8Array(spare.buffer)

/** An empty page; its stamp stays as it is. */
export function format(page: Page, level: number, prefix: Uint8Array): void {
  const { words, word } = page
  words[word] = level << 16
  words[word + 2] = PAGE_BYTES << 16
  words[word + PREFIX_AT] = prefix.length
  copyBytes(prefix, 0, prefix.length, page.bytes, page.prefixAt)
  page.look()
}

/** Between slots and cells. */
function roomOf(page: Page): number {
  return page.byte + page.top - 4 * page.slotAt(page.count)
}

/** What the page would take if it were packed. */
export function usedBytes(page: Page): number {
  return PAGE_BYTES - roomOf(page) - page.garbage
}

function setCells(page: Page, top: number, garbage: number): void {
  page.words[page.word + 2] = (top << 16) | garbage
}

/** Takes the cell's place at the top, and writes it there. */
function writeCell(page: Page, cell: Cell, tail: number, size: number): number {
  const top = page.top - size
  setCells(page, top, page.garbage)
  const at = page.byte + top
  const { key } = cell
  if (tail > 0) copyBytes(key.bytes, key.at + key.size - tail, tail, page.bytes, at)
  copyBytes(cell.bytes, cell.at, cell.size, page.bytes, at + tail)
  return top
}

/** False: its key does not begin with the prefix, or the page is full. */
export function insert(page: Page, index: number, cell: Cell): boolean {
  if (!page.hasPrefixOf(cell.key)) return false
  const skip = page.prefixSize
  const suffix = cell.key.size - skip
  const tail = tailSizeOf(suffix)
  const size = even(tail + cell.size)
  const wanted = size + 4 * page.stride
  if (roomOf(page) < wanted) {
    if (roomOf(page) + page.garbage < wanted) return false
    compact(page)
  }
  openSlot(page, index)
  const slot = page.slotAt(index)
  cell.key.aim(skip)
  page.words[slot] = cell.key.head0
  page.words[slot + 1] = cell.key.head1
  const at = writeCell(page, cell, tail, size)
  page.words[slot + MEASURES_AT] = measuresOf(at, suffix, cell.code)
  if (page.stride === INNER_STRIDE) page.words[slot + CHILD_AT] = cell.child
  return true
}

/** By a loop: the engine's own move takes several times as long in shared memory. */
function openSlot(page: Page, index: number): void {
  const { words, stride } = page
  const from = page.slotAt(index)
  for (let at = page.slotAt(page.count) - 1; at >= from; at--) {
    words[at + stride] = words[at] as number
  }
  words[page.word] = (words[page.word] as number) + 1
}

/** The slot goes, and its cell is garbage. */
export function removeSlot(page: Page, index: number): void {
  const { words, stride } = page
  addGarbage(page, cellSizeOf(page.measures(index)))
  const end = page.slotAt(page.count)
  for (let at = page.slotAt(index + 1); at < end; at++) words[at - stride] = words[at] as number
  words[page.word] = (words[page.word] as number) - 1
}

/** The first slot of an inner page has no key: nothing is left of its child. */
export function dropFirstKey(page: Page): void {
  addGarbage(page, cellSizeOf(page.measures(0)))
  page.words[page.slotAt(0) + MEASURES_AT] = 0
}

function addGarbage(page: Page, size: number): void {
  setCells(page, page.top, page.garbage + size)
}

export function setChild(page: Page, index: number, id: number): void {
  page.words[page.slotAt(index) + CHILD_AT] = id
}

/** The cell has the same key. False: the page is full. */
export function replace(page: Page, index: number, cell: Cell): boolean {
  const measures = page.measures(index)
  const suffix = suffixSizeOf(measures)
  const tail = tailSizeOf(suffix)
  const size = even(tail + cell.size)
  const oldSize = cellSizeOf(measures)
  if (size > oldSize) return replaceElsewhere(page, index, cell)
  copyBytes(cell.bytes, cell.at, cell.size, page.bytes, page.dataAt(index))
  const at = cellAtOf(measures)
  page.words[page.slotAt(index) + MEASURES_AT] = measuresOf(at, suffix, cell.code)
  if (size < oldSize) addGarbage(page, oldSize - size)
  return true
}

function replaceElsewhere(page: Page, index: number, cell: Cell): boolean {
  const measures = page.measures(index)
  const suffix = suffixSizeOf(measures)
  const tail = tailSizeOf(suffix)
  const size = even(tail + cell.size)
  const oldSize = cellSizeOf(measures)
  if (roomOf(page) + page.garbage + oldSize < size) return false
  addGarbage(page, oldSize)
  // Without a cell until it has the new one: all of it comes from the cell.
  page.words[page.slotAt(index) + MEASURES_AT] = 0
  if (roomOf(page) < size) compact(page)
  const at = writeCell(page, cell, tail, size)
  page.words[page.slotAt(index) + MEASURES_AT] = measuresOf(at, suffix, cell.code)
  return true
}

/** Cells move together, so that garbage becomes room. */
function compact(page: Page): void {
  const { words, bytes, word, byte } = page
  spare.set(words.subarray(word, word + PAGE_WORDS))
  let top = PAGE_BYTES
  for (let i = 0; i < page.count; i++) {
    const slot = page.slotAt(i) + MEASURES_AT
    const measures = words[slot] as number
    const size = cellSizeOf(measures)
    top -= size
    copyBytes(spareBytes, cellAtOf(measures), size, bytes, byte + top)
    words[slot] = measuresOf(top, suffixSizeOf(measures), valueCodeOf(measures))
  }
  setCells(page, top, 0)
}
