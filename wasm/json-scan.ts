/**
 * Reads records of JSON of one known shape, sixteen bytes at a time: the kernel of
 * src/connectors/formats/json/batch-scan.ts, in AssemblyScript, which lays its memory out and knows
 * what columns are. A record is accepted only if every byte of it is of the shape's literals or of
 * a sound value, and the last one is the record's; of all others nothing is said, however sound
 * they are: texts with escapes or letters beyond ASCII, objects and arrays are for TypeScript.
 *
 * Bytes behind a record are looked at, and never believed. Behind the last record are thirty-two
 * that are zero. Address 0 stands for no place.
 */

/** What the caller writes at the beginning of memory, four bytes each. */
const ORIGIN: usize = 0
const FROM: usize = 4
const TO: usize = 8
const STARTS: usize = 12
const ENDS: usize = 16
const MARKS: usize = 20
const TEXT_MAX: usize = 24
const DIGITS_MAX: usize = 28
const NUMBER_MAX: usize = 32

/** Of a shape, for each slot: its literal, how long that is, its kind, and two columns for it. */
const STEP_BYTES: usize = 20
const LENGTH: usize = 4
const KIND: usize = 8
const FIRST: usize = 12
const SECOND: usize = 16

/** Kinds of slots; 0 is one that nobody wants. SPAN is any value: only its place is told. */
const NUMBER: i32 = 1
const TEXT: i32 = 2
const SPAN: i32 = 3

const QUOTE: u32 = 0x22
const PLUS: u32 = 0x2b
const MINUS: u32 = 0x2d
const POINT: u32 = 0x2e
const ZERO: u32 = 0x30
const EXPONENT: u32 = 0x65
const SMALL: u32 = 0x20

const ZEROS: u64 = 0x3030303030303030
const TOPS: u64 = 0x8080808080808080
/** What a byte from 0 to 9 can be added to without reaching its highest bit. */
const ABOVE: u64 = 0x7676767676767676
const NULL: u32 = 0x6c6c756e
const TRUE: u32 = 0x65757274
const ALSE: u32 = 0x65736c61

/** Marks records that are of this shape, of those that have no mark; how many they are. */
export function scan(program: usize, slots: i32, mark: i32, count: i32): i32 {
  const origin = load<usize>(ORIGIN)
  const from = load<i32>(FROM)
  const to = load<i32>(TO)
  const starts = load<usize>(STARTS)
  const ends = load<usize>(ENDS)
  const marks = load<usize>(MARKS)
  let accepted = 0
  for (let row = 0; row < count; row++) {
    const start = load<i32>(starts + ((row as usize) << 2))
    const end = load<i32>(ends + ((row as usize) << 2))
    if (load<u8>(marks + row) !== 0 || start < from || start > end || end > to) continue
    if (!isOf(program, slots, row, origin + start, origin + end)) continue
    store<u8>(marks + row, mark)
    accepted++
  }
  return accepted
}

function isOf(program: usize, slots: i32, row: i32, start: usize, end: usize): bool {
  let step = program
  let at = start
  for (let slot = 0; slot < slots; slot++) {
    at = behindLiteral(step, at, end)
    if (at !== 0) at = behindValue(step, row, at, end)
    if (at === 0) return false
    step += STEP_BYTES
  }
  return behindLiteral(step, at, end) === end
}

/** A literal stands in memory as pieces of sixteen bytes, each with a mask behind it. */
function behindLiteral(step: usize, start: usize, end: usize): usize {
  const behind = start + load<usize>(step, LENGTH)
  if (behind > end) return 0
  let piece = load<usize>(step)
  for (let at = start; at < behind; at += 16) {
    const other = v128.xor(v128.load(at), v128.load(piece))
    if (v128.any_true(v128.and(other, v128.load(piece, 16)))) return 0
    piece += 32
  }
  return behind
}

function behindValue(step: usize, row: i32, at: usize, end: usize): usize {
  const kind = load<i32>(step, KIND)
  const first: u32 = load<u8>(at)
  if (first === QUOTE) return kind === NUMBER ? 0 : behindText(step, row, at, end)
  if (kind === TEXT) return 0
  const isNumber = first === MINUS || first - ZERO <= 9
  if (kind === NUMBER) return isNumber ? behindWanted(step, row, at) : 0
  const behind = isNumber ? behindNumber(at) : behindWord(at)
  if (kind === SPAN && behind !== 0) tell(step, row, at, behind)
  return behind
}

function tell(step: usize, row: i32, from: usize, to: usize): void {
  const origin = load<usize>(ORIGIN)
  const offset = (row as usize) << 2
  store<i32>(load<usize>(step, FIRST) + offset, from - origin)
  store<i32>(load<usize>(step, SECOND) + offset, to - origin)
}

function behindText(step: usize, row: i32, at: usize, end: usize): usize {
  const close = closeOf(at + 1, end)
  if (close === 0) return 0
  const kind = load<i32>(step, KIND)
  if (kind === TEXT) tell(step, row, at + 1, close)
  else if (kind === SPAN) tell(step, row, at, close + 1)
  return close + 1
}

/** Signed, bytes above 0x7f are below those of a space as well. */
function closeOf(start: usize, end: usize): usize {
  for (let at = start; at < end; at += 16) {
    const bytes = v128.load(at)
    const special = v128.or(i8x16.eq(bytes, i8x16.splat(0x22)), i8x16.eq(bytes, i8x16.splat(0x5c)))
    const bits = i8x16.bitmask(v128.or(special, i8x16.lt_s(bytes, i8x16.splat(0x20))))
    if (bits === 0) continue
    const close = at + ctz(bits)
    const isPlain = (load<u8>(close) as u32) === QUOTE && close - start <= load<usize>(TEXT_MAX)
    return isPlain ? close : 0
  }
  return 0
}

function behindDigits(start: usize): usize {
  let at = start
  while (true) {
    const eight = load<u64>(at) ^ ZEROS
    const odd = ((eight + ABOVE) | eight) & TOPS
    if (odd !== 0) return at + ((ctz(odd) >> 3) as usize)
    at += 8
  }
}

/** As JSON has it: a zero stands alone. */
function behindWhole(at: usize): usize {
  return (load<u8>(at) as u32) === ZERO ? at + 1 : behindDigits(at)
}

function behindNumber(start: usize): usize {
  const begin = (load<u8>(start) as u32) === MINUS ? start + 1 : start
  let at = behindWhole(begin)
  if (at === begin) return 0
  if ((load<u8>(at) as u32) === POINT) {
    const digits = at + 1
    at = behindDigits(digits)
    if (at === digits) return 0
  }
  if (((load<u8>(at) as u32) | SMALL) === EXPONENT) {
    const sign: u32 = load<u8>(at, 1)
    const digits = sign === PLUS || sign === MINUS ? at + 2 : at + 1
    at = behindDigits(digits)
    if (at === digits) return 0
  }
  return at - start <= load<usize>(NUMBER_MAX) ? at : 0
}

/** A number of few digits and no exponent: its digits, and how many stand behind the point. */
function behindWanted(step: usize, row: i32, start: usize): usize {
  const isNegative = (load<u8>(start) as u32) === MINUS
  const begin = isNegative ? start + 1 : start
  const point = behindWhole(begin)
  const hasPoint = (load<u8>(point) as u32) === POINT
  const behind = hasPoint ? behindDigits(point + 1) : point
  const places: i32 = hasPoint ? behind - point - 1 : -1
  const count: i32 = hasPoint ? behind - begin - 1 : behind - begin
  if (point === begin || places === 0 || count > load<i32>(DIGITS_MAX)) return 0
  if (((load<u8>(behind) as u32) | SMALL) === EXPONENT) return 0
  let value = digitsOf(begin, point, 0)
  if (hasPoint) value = digitsOf(point + 1, behind, value)
  if (value === 0 && (isNegative || hasPoint)) return 0
  const number = isNegative ? -(value as f64) : (value as f64)
  store<f64>(load<usize>(step, FIRST) + ((row as usize) << 3), number)
  store<i32>(load<usize>(step, SECOND) + ((row as usize) << 2), places)
  return behind
}

function digitsOf(start: usize, end: usize, before: i64): i64 {
  let value = before
  let at = start
  for (; at + 8 <= end; at += 8) value = value * 100000000 + eightDigits(at)
  for (; at < end; at++) value = value * 10 + ((load<u8>(at) as i64) - 48)
  return value
}

/** Pairs, then fours, then all eight, of which each byte holds one. */
function eightDigits(at: usize): i64 {
  const eight = load<u64>(at) ^ ZEROS
  const pairs = eight * 10 + (eight >> 8)
  const low = (pairs & 0x000000ff000000ff) * 0x000f424000000064
  const high = ((pairs >> 16) & 0x000000ff000000ff) * 0x0000271000000001
  return ((low + high) >> 32) as i64
}

function behindWord(at: usize): usize {
  const word = load<u32>(at)
  if (word === NULL || word === TRUE) return at + 4
  const isFalse = (load<u8>(at) as u32) === 0x66 && load<u32>(at, 1) === ALSE
  return isFalse ? at + 5 : 0
}
