/**
 * A tree against a shape: the checked value, or remarks with places. Checks everything that it
 * can, so that a file is mended in one round; a part that is wrong is left out of the value, and
 * the value of a file with errors is not used.
 */

import { jsonOf, type MapNode, type Node, type TextNode } from '../document/node.ts'
import type { Path, Remark } from '../finding.ts'
import { nearest } from './nearest.ts'
import { flagOf, meantFlag, numberOf, scalarText } from './scalar.ts'
import type { Checked, Field, Fields, Placed, Shape, ShapeOf, TextRule, Tree } from './shape.ts'
import {
  DURATION as DURATION_FORM,
  DURATION_MS_MAX,
  durationMs,
  durationText,
  SIZE_BYTES_MAX,
  SIZE as SIZE_FORM,
  sizeBytes,
  suggestedDuration,
  suggestedSize,
} from './units.ts'
import { described, keysOf, quoted, shown, shownNumber } from './wording.ts'

/** Nobody reads more; a file of another kind has thousands. */
export const REMARKS_MAX = 50

export interface Checking<T> {
  /** Only there when nothing is wrong. */
  readonly value?: T
  readonly remarks: readonly Remark[]
}

export function check<S extends Shape>(shape: S, root: Node): Checking<Checked<S>> {
  const checker = new Checker()
  const value = checker.value(shape, root, [])
  const { remarks } = checker
  return remarks.length > 0 ? { remarks } : { remarks, value: value as Checked<S> }
}

/** A node with the way to it. */
interface Spot {
  readonly node: Node
  readonly path: Path
}

interface Fault {
  readonly code: string
  readonly message: string
  readonly suggestion?: string | undefined
  readonly offset?: number
}

/** What is written as a number with a unit. */
interface Measure {
  readonly words: string
  readonly form: RegExp
  readonly tooMuch: string
  /** Undefined: not of the form, or too much. */
  readonly read: (text: string) => number | undefined
  readonly suggest: (text: string) => string | undefined
}

interface Least {
  readonly min: number
  readonly tooLittle: string
}

const DURATION: Measure = {
  words: 'a duration such as 5s, 250ms or 1h30m',
  form: DURATION_FORM,
  tooMuch: `too long; ${durationText(DURATION_MS_MAX)} is the most`,
  read: durationMs,
  suggest: suggestedDuration,
}
const SIZE: Measure = {
  words: 'a size such as 64MiB',
  form: SIZE_FORM,
  tooMuch: `too large; ${SIZE_BYTES_MAX / 2 ** 40}TiB is the most`,
  read: sizeBytes,
  suggest: suggestedSize,
}

class Checker {
  readonly remarks: Remark[] = []

  value(shape: Shape, node: Node, path: Path): unknown {
    const spot = { node, path }
    switch (shape.kind) {
      case 'text':
        return this.#text(shape, spot)
      case 'written':
        return this.#written(shape, spot)
      case 'number':
        return this.#number(shape, spot)
      case 'duration':
        return this.#duration(shape, spot)
      case 'size':
        return this.#size(shape, spot)
      case 'flag':
        return this.#flag(spot)
      case 'json':
        return this.#json(shape, spot)
      case 'list':
        return this.#list(shape, spot)
      case 'map':
        return this.#map(shape, spot)
      case 'object':
        return this.#object(shape, spot)
      case 'tagged':
        return this.#tagged(shape, spot)
      case 'either':
        return this.#either(shape, spot)
      case 'refused':
        return this.#fault(spot, { code: 'not-supported', message: shape.sentence })
    }
  }

  #text({ choices, rule }: ShapeOf<'text'>, spot: Spot): string | undefined {
    const node = this.#textNode(spot)
    if (node === undefined) return undefined
    const { value } = node
    if (choices !== undefined && !choices.includes(value)) {
      const message = `${shown(node)} is none of ${choices.join(', ')}`
      return this.#fault(spot, { code: 'bad-value', message, suggestion: nearest(value, choices) })
    }
    return this.#obeys(rule, node, spot) ? value : undefined
  }

  #written({ rule }: ShapeOf<'written'>, spot: Spot): unknown {
    const node = this.#textNode(spot)
    if (node === undefined || !this.#obeys(rule, node, spot)) return undefined
    if (node.value.trim() === '') {
      return this.#fault(spot, {
        code: 'bad-value',
        message: 'a text is expected, this one is empty',
      })
    }
    return { text: node.value, node, ...placed(spot) }
  }

  #obeys(rule: TextRule | undefined, node: TextNode, spot: Spot): boolean {
    if (rule === undefined || rule.pattern.test(node.value)) return true
    this.#fault(spot, { code: 'bad-value', message: `${shown(node)} is not ${rule.words}` })
    return false
  }

  #textNode(spot: Spot): TextNode | undefined {
    const { node } = spot
    if (node.kind === 'text') return node
    if (node.kind === 'number') return this.#mismatch(spot, 'a text', shown(node))
    const suggestion = node.kind === 'flag' ? quoted(String(node.value)) : undefined
    return this.#mismatch(spot, 'a text', suggestion)
  }

  #number({ min, max, whole }: ShapeOf<'number'>, spot: Spot): number | undefined {
    const value = numberOf(spot.node)
    const wanted = `a${whole ? ' whole' : ''} number from ${min} to ${max}`
    if (value === undefined) return this.#mismatch(spot, wanted)
    if (value >= min && value <= max && (!whole || Number.isInteger(value))) return value
    return this.#fault(spot, {
      code: 'bad-value',
      message: `${shownNumber(spot.node)} is not ${wanted}`,
    })
  }

  #duration({ minMs }: ShapeOf<'duration'>, spot: Spot): number | undefined {
    const tooLittle = `too short; ${minMs}ms is the least`
    return this.#measure(DURATION, { min: minMs, tooLittle }, spot)
  }

  #size({ minBytes }: ShapeOf<'size'>, spot: Spot): number | undefined {
    const tooLittle = `too small; ${minBytes}B is the least`
    return this.#measure(SIZE, { min: minBytes, tooLittle }, spot)
  }

  #measure(measure: Measure, { min, tooLittle }: Least, spot: Spot) {
    const { words, form, tooMuch, read, suggest } = measure
    const { node } = spot
    const text = scalarText(node)
    if (text === undefined) return this.#mismatch(spot, words)
    const value = read(text)
    if (value !== undefined && value >= min) return value
    if (value !== undefined) {
      return this.#fault(spot, { code: 'bad-value', message: `${shown(node)} is ${tooLittle}` })
    }
    const isTooMuch = form.test(text)
    const message = `${shown(node)} is ${isTooMuch ? tooMuch : `not ${words}`}`
    const suggestion = isTooMuch ? undefined : suggest(text)
    return this.#fault(spot, { code: 'bad-value', message, suggestion })
  }

  #flag(spot: Spot): boolean | undefined {
    const value = flagOf(spot.node)
    if (value !== undefined) return value
    return this.#mismatch(spot, 'true or false', meantFlag(spot.node))
  }

  #json({ map }: ShapeOf<'json'>, spot: Spot): Tree | undefined {
    if (map && spot.node.kind !== 'map') return this.#mismatch(spot, 'keys with values')
    return { json: jsonOf(spot.node), node: spot.node, ...placed(spot) }
  }

  #list({ of, min, max }: ShapeOf<'list'>, spot: Spot): readonly unknown[] | undefined {
    const { node, path } = spot
    if (node.kind !== 'list') return this.#mismatch(spot, 'a list')
    const { length } = node.items
    if (length < min || length > max) {
      const bound = length < min ? `at least ${min}` : `at most ${max}`
      const message = `the list has ${length} items; ${bound} are wanted`
      return this.#fault(spot, { code: 'bad-value', message })
    }
    return node.items.map((item, at) => this.value(of, item, [...path, at]))
  }

  #map(
    { of, key, min, advice }: ShapeOf<'map'>,
    spot: Spot,
  ): ReadonlyMap<string, unknown> | undefined {
    const { node, path } = spot
    if (node.kind !== 'map') return this.#mismatch(spot, 'keys with values')
    if (node.entries.size < min) {
      return this.#fault(spot, { code: 'bad-value', message: 'at least one is wanted here' })
    }
    const values = new Map<string, unknown>()
    for (const [name, entry] of node.entries) {
      const inner = [...path, name]
      if (!key.pattern.test(name)) {
        const message = `${quoted(name)} is not ${key.words}`
        const suggestion = advice?.(name, entry.value)
        const fault = { code: 'bad-key', message, suggestion, offset: entry.key.start }
        this.#fault({ node, path: inner }, fault)
      }
      values.set(name, this.value(of, entry.value, inner))
    }
    return values
  }

  #object({ fields }: ShapeOf<'object'>, spot: Spot): unknown {
    const { node } = spot
    if (node.kind !== 'map') return this.#mismatch(spot, keysOf(fields))
    const values = this.#fields(fields, node, spot)
    for (const name of node.entries.keys()) {
      if (!Object.hasOwn(fields, name)) this.#unknownKey(name, spot, Object.keys(fields))
    }
    return { ...values, ...placed(spot) }
  }

  #tagged({ common, tags, what }: ShapeOf<'tagged'>, spot: Spot): unknown {
    const { node, path } = spot
    if (node.kind !== 'map') return this.#mismatch(spot, `${what}: ${keysOf(tags)}`)
    const values = this.#fields(common, node, spot)
    const found: string[] = []
    for (const name of node.entries.keys()) {
      if (Object.hasOwn(tags, name)) found.push(name)
      else if (!Object.hasOwn(common, name)) {
        this.#unknownKey(name, spot, Object.keys({ ...common, ...tags }))
      }
    }
    const [kind, second] = found
    const [entry, field] = [node.entries.get(kind ?? ''), tags[kind ?? '']]
    if (entry === undefined || field === undefined || kind === undefined) {
      const isTold = [...node.entries.keys()].some(name => !Object.hasOwn(common, name))
      const message = `${what} is wanted: ${keysOf(tags)}`
      return isTold ? undefined : this.#fault(spot, { code: 'missing-key', message })
    }
    if (second !== undefined) return this.#twoTags(what, [kind, second], spot)
    const body = this.value(field.shape, entry.value, [...path, kind])
    return { ...values, kind, body, ...placed(spot) }
  }

  #twoTags(what: string, [first, second]: readonly [string, string], spot: Spot): undefined {
    const offset = keyStart(spot.node, second)
    const message = `${first} and ${second} exclude each other: one is ${what}`
    return this.#fault(spot, { code: 'bad-value', message, offset })
  }

  #either({ shapes, words }: ShapeOf<'either'>, spot: Spot): unknown {
    const fitting = shapes.find(shape => admits(shape, spot.node))
    if (fitting === undefined) {
      const isWritten = spot.node.kind === 'number' && shapes.some(one => one.kind === 'written')
      return this.#mismatch(spot, words, isWritten ? shown(spot.node) : undefined)
    }
    return this.value(fitting, spot.node, spot.path)
  }

  #fields(fields: Fields, node: MapNode, spot: Spot): Record<string, unknown> {
    const values: Record<string, unknown> = {}
    for (const [name, field] of Object.entries(fields)) {
      const value = this.#field(name, field, { node, path: spot.path })
      if (value !== undefined) values[name] = value
    }
    return values
  }

  #field(name: string, field: Field, { node, path }: { node: MapNode; path: Path }): unknown {
    const entry = node.entries.get(name)
    if (entry !== undefined) {
      if (field.shape.kind !== 'refused') {
        return this.value(field.shape, entry.value, [...path, name])
      }
      const { sentence: message } = field.shape
      const fault = { code: 'not-supported', message, offset: entry.key.start }
      return this.#fault({ node, path: [...path, name] }, fault)
    }
    if (!field.isRequired) return undefined
    const message = `${name} is missing: ${field.about}`
    return this.#fault({ node, path }, { code: 'missing-key', message })
  }

  #unknownKey(name: string, { node, path }: Spot, known: readonly string[]): void {
    const message = `${quoted(name)} is not known here; known are ${known.join(', ')}`
    const fault = { code: 'unknown-key', message, suggestion: nearest(name, known) }
    this.#fault({ node, path: [...path, name] }, { ...fault, offset: keyStart(node, name) })
  }

  #mismatch(spot: Spot, wanted: string, suggestion?: string): undefined {
    const message = `${wanted} is expected, this is ${described(spot.node)}`
    return this.#fault(spot, { code: 'wrong-type', message, suggestion })
  }

  #fault({ node, path }: Spot, { code, message, suggestion, offset }: Fault): undefined {
    if (this.remarks.length >= REMARKS_MAX) return undefined
    const hint = suggestion === undefined ? {} : { suggestion }
    const remark = { code, message, path, offset: offset ?? node.start }
    this.remarks.push({ level: 'error', ...remark, ...hint })
    return undefined
  }
}

function placed({ node: { start, end }, path }: Spot): Placed {
  return { at: { path, start, end } }
}

function keyStart(node: Node, name: string): number {
  const entry = node.kind === 'map' ? node.entries.get(name) : undefined
  return entry?.key.start ?? node.start
}

const nodeKinds: Readonly<Record<Shape['kind'], readonly Node['kind'][]>> = {
  text: ['text'],
  written: ['text'],
  number: ['number'],
  duration: ['text'],
  size: ['text'],
  flag: ['flag'],
  json: ['map'],
  list: ['list'],
  map: ['map'],
  object: ['map'],
  tagged: ['map'],
  either: [],
  refused: [],
}

const admits = (shape: Shape, node: Node) => nodeKinds[shape.kind].includes(node.kind)
