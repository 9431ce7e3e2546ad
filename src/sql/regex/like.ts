/**
 * LIKE: `%` stands for any characters, `_` for one, and a character behind the escape for itself. A
 * character is a code point. The time is linear in the text whatever text and pattern are: short
 * literal pieces are found by the engine's own search, all others bit by bit at once (Shift-And).
 */

/** Characters of a pattern. */
export const LIKE_PATTERN_MAX = 1000
/** Pieces up to this are found by `indexOf`, which may look at each place this many times. */
const SHORT_PIECE = 32
const WORD_BITS = 32
/** Any one character. */
const ONE = -1

/** What stands between two `%`: code points and `ONE`. */
type Piece = readonly number[]

export interface Like {
  matches(text: string): boolean
}

export interface LikeOptions {
  /** One character, or none for no escapes. */
  readonly escape: string
  readonly ignoresCase: boolean
}

/** Why there is no such pattern. */
export type LikeTrouble = 'too-long' | 'escape-at-end' | 'escape-not-one'

export const isLike = (made: Like | LikeTrouble): made is Like => typeof made !== 'string'

export function likeOf(pattern: string, options: LikeOptions): Like | LikeTrouble {
  if (pattern.length > LIKE_PATTERN_MAX) return 'too-long'
  if ([...options.escape].length > 1) return 'escape-not-one'
  const pieces = piecesOf(pattern, options)
  if (pieces === undefined) return 'escape-at-end'
  const isLiteral = !options.ignoresCase && pieces.every(isShortLiteral)
  return isLiteral ? literalLike(pieces.map(textOf)) : wildLike(pieces, options.ignoresCase)
}

const isShortLiteral = (piece: Piece): boolean =>
  piece.length <= SHORT_PIECE && !piece.includes(ONE)

const textOf = (piece: Piece): string => String.fromCodePoint(...piece)

function piecesOf(pattern: string, options: LikeOptions): readonly Piece[] | undefined {
  const pieces: number[][] = [[]]
  let isEscaped = false
  for (const character of pattern) {
    const last = pieces.at(-1) as number[]
    if (isEscaped || !(character === options.escape || character === '%' || character === '_')) {
      last.push(folded(character, options.ignoresCase))
      isEscaped = false
    } else if (character === options.escape) isEscaped = true
    else if (character === '%') pieces.push([])
    else last.push(ONE)
  }
  return isEscaped ? undefined : pieces
}

/** The code point of a character, or of its small form where that is one character too. */
function folded(character: string, ignoresCase: boolean): number {
  const point = character.codePointAt(0) as number
  if (!ignoresCase) return point
  const small = character.toLowerCase()
  const smallPoint = small.codePointAt(0) as number
  return small.length === (smallPoint > 0xffff ? 2 : 1) ? smallPoint : point
}

function literalLike(pieces: readonly string[]): Like {
  const first = pieces[0] as string
  const last = pieces.at(-1) as string
  if (pieces.length === 1) return { matches: text => text === first }
  const middle = pieces.slice(1, -1).filter(piece => piece !== '')
  return {
    matches(text) {
      const end = text.length - last.length
      if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false
      let at = first.length
      for (const piece of middle) {
        const found = text.indexOf(piece, at)
        if (found < 0) return false
        at = found + piece.length
      }
      return at <= end
    },
  }
}

function wildLike(pieces: readonly Piece[], ignoresCase: boolean): Like {
  const first = pieces[0] as Piece
  const last = pieces.at(-1) as Piece
  const middle = pieces.slice(1, -1).filter(piece => piece.length > 0)
  const searches = middle.map(piece => new Search(piece))
  return {
    matches(text) {
      const points = pointsOf(text, ignoresCase)
      if (!standsAt(first, points, 0)) return false
      if (pieces.length === 1) return points.length === first.length
      const end = points.length - last.length
      if (end < first.length || !standsAt(last, points, end)) return false
      let at = first.length
      for (const search of searches) {
        at = search.endOfFirst(points, at, end)
        if (at < 0) return false
      }
      return true
    },
  }
}

function pointsOf(text: string, ignoresCase: boolean): readonly number[] {
  const points: number[] = []
  for (const character of text) points.push(folded(character, ignoresCase))
  return points
}

function standsAt(piece: Piece, points: readonly number[], at: number): boolean {
  if (at < 0 || at + piece.length > points.length) return false
  return piece.every((point, i) => point === ONE || point === points[at + i])
}

/** Finds a piece by following all its beginnings at once, a bit for each. */
class Search {
  readonly #words: number
  readonly #lastBit: number
  /** For a character, the places of the piece where it may stand. */
  readonly #places = new Map<number, Int32Array>()
  readonly #anywhere: Int32Array
  readonly #state: Int32Array

  constructor(piece: Piece) {
    this.#words = Math.ceil(piece.length / WORD_BITS)
    this.#lastBit = 1 << ((piece.length - 1) % WORD_BITS)
    this.#anywhere = new Int32Array(this.#words)
    this.#state = new Int32Array(this.#words)
    for (const [i, point] of piece.entries()) if (point === ONE) setBit(this.#anywhere, i)
    for (const point of piece) this.#places.set(point, this.#anywhere.slice())
    for (const [i, point] of piece.entries()) setBit(this.#places.get(point) as Int32Array, i)
  }

  /** Where the first one from `start` on ends, which is not behind `end`; -1 if there is none. */
  endOfFirst(points: readonly number[], start: number, end: number): number {
    this.#state.fill(0)
    for (let at = start; at < end; at++) {
      if (this.#step(points[at] as number)) return at + 1
    }
    return -1
  }

  #step(point: number): boolean {
    const places = this.#places.get(point) ?? this.#anywhere
    let carry = 1
    let word = 0
    for (let i = 0; i < this.#words; i++) {
      const before = this.#state[i] as number
      word = ((before << 1) | carry) & (places[i] as number)
      this.#state[i] = word
      carry = before >>> (WORD_BITS - 1)
    }
    return (word & this.#lastBit) !== 0
  }
}

function setBit(words: Int32Array, bit: number): void {
  const word = Math.floor(bit / WORD_BITS)
  words[word] = (words[word] as number) | (1 << (bit % WORD_BITS))
}
