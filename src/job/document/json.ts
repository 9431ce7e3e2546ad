/**
 * JSON to a tree with places: exactly the texts that JSON.parse takes, with all digits. Of a file,
 * without its doubts (two equal keys, numbers that become infinite), and with the place of the
 * first mistake. Libraries were looked at: those with places take more than JSON, or blame the
 * wrong place.
 */

import {
  type Entry,
  type MapNode,
  mustAdd,
  mustBeShallow,
  type Node,
  numberNode,
  type Parsed,
  ParseTrouble,
  parsedBy,
  type TextNode,
  textNode,
} from './node.ts'

const SPACE = /[ \t\n\r]*/y
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y
const WORD = /[\p{L}\p{N}_$]+/uy
/** What a string may hold as it stands. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids just these
const PLAIN = /[^"\\\u0000-\u001f]*/y
const HEX = /[0-9a-fA-F]{4}/y

const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])

/** What somebody wrote: whatever is likely to be a slip is a mistake. */
export function parseJson(text: string): Parsed {
  return parsedBy(() => new JsonParser(text, true).document())
}

/** What a program wrote, as JSON.parse reads it: of two equal keys the last counts. */
export function mustParseJson(text: string): Node {
  return new JsonParser(text, false).document()
}

class JsonParser {
  readonly #text: string
  readonly #isFile: boolean
  #at = 0
  #depth = 0

  constructor(text: string, isFile: boolean) {
    this.#text = text
    this.#isFile = isFile
  }

  document(): Node {
    const root = this.#value()
    this.#skip()
    if (this.#at < this.#text.length) this.#fail('the file should end here')
    return root
  }

  #value(): Node {
    this.#skip()
    const start = this.#at
    switch (this.#text[start]) {
      case '{':
        return this.#map(start)
      case '[':
        return this.#list(start)
      case '"':
        return this.#string()
      default:
        return this.#number(start) ?? this.#word(start)
    }
  }

  #map(start: number): MapNode {
    const entries = new Map<string, Entry>()
    this.#items('}', () => {
      this.#skip()
      if (this.#text[this.#at] !== '"') this.#fail('a key in double quotes is expected')
      const key = this.#string()
      this.#skip()
      if (!this.#take(':')) this.#fail('a colon is expected behind the key')
      const entry = { key: { start: key.start, end: key.end }, value: this.#value() }
      if (this.#isFile) mustAdd(entries, key.value, entry)
      else entries.set(key.value, entry)
    })
    return { kind: 'map', entries, start, end: this.#at }
  }

  #list(start: number): Node {
    const items: Node[] = []
    this.#items(']', () => items.push(this.#value()))
    return { kind: 'list', items, start, end: this.#at }
  }

  /** From the opening bracket to the closing one. */
  #items(close: '}' | ']', item: () => void): void {
    if (this.#isFile) mustBeShallow(this.#depth + 1, this.#at)
    this.#depth++
    this.#at++
    this.#skip()
    if (!this.#take(close)) {
      for (;;) {
        item()
        this.#skip()
        if (this.#take(close)) break
        if (!this.#take(',')) this.#fail(`a comma or ${close} is expected`)
        this.#skip()
        if (this.#text[this.#at] === close) this.#fail(`no comma stands before ${close} in JSON`)
      }
    }
    this.#depth--
  }

  #string(): TextNode {
    const start = this.#at++
    let value = this.#matched(PLAIN)
    while (!this.#take('"')) {
      if (this.#at >= this.#text.length) this.#fail('the text does not end', start)
      if (this.#text[this.#at] !== '\\') this.#fail('a control character must be escaped')
      value += this.#escape() + this.#matched(PLAIN)
    }
    return textNode({ start, end: this.#at }, value, 'escaped')
  }

  #escape(): string {
    const start = this.#at
    const letter = this.#text[start + 1] ?? ''
    this.#at += 2
    const plain = escapes.get(letter)
    if (plain !== undefined) return plain
    const code = letter === 'u' ? this.#matched(HEX) : ''
    if (code === '') this.#fail('this escape is not known to JSON', start)
    return String.fromCharCode(Number.parseInt(code, 16))
  }

  #number(start: number): Node | undefined {
    NUMBER.lastIndex = start
    const match = NUMBER.exec(this.#text)
    if (match === null) return undefined
    this.#at = NUMBER.lastIndex
    const [digits, fraction, exponent] = match
    const isWhole = fraction === undefined && exponent === undefined
    const value = isWhole && digits !== '-0' ? BigInt(digits) : Number(digits)
    if (this.#isFile && (value === Infinity || value === -Infinity)) {
      this.#fail('this number is too large', start)
    }
    return numberNode({ start, end: this.#at }, value, match[0])
  }

  #word(start: number): Node {
    const word = this.#matched(WORD)
    const span = { start, end: this.#at }
    if (word === 'null') return { kind: 'null', ...span }
    if (word === 'true' || word === 'false')
      return { kind: 'flag', value: word === 'true', ...span }
    if (word !== '') this.#fail(`texts stand in double quotes: "${word}"`, start)
    if (start >= this.#text.length) this.#fail('the file ends where a value is expected', start)
    return this.#fail('a value is expected', start)
  }

  #skip(): void {
    this.#matched(SPACE)
  }

  #matched(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)?.[0] ?? ''
    this.#at += match.length
    return match
  }

  #take(sign: string): boolean {
    const isThere = this.#text[this.#at] === sign
    if (isThere) this.#at++
    return isThere
  }

  #fail(message: string, offset = this.#at): never {
    throw new ParseTrouble({ code: 'syntax', offset, message })
  }
}
