/**
 * What a file may hold, as data. From one shape come the checker (check.ts), the published JSON
 * Schema (json-schema.ts) and the type of the checked value, so that the three cannot disagree.
 */

import type { Json, Node, TextNode } from '../document/node.ts'
import type { Path } from '../finding.ts'

/** Where a value stands. */
export interface Place {
  readonly path: Path
  readonly start: number
  readonly end: number
}

/** A text that later steps may find fault with: an expression, or a name that means something. */
export interface Written {
  readonly text: string
  readonly at: Place
  /** Finds the place of each of its characters: see document/written.ts. */
  readonly node: TextNode
}

/** A part with its place, for remarks about it as a whole. */
export interface Placed {
  readonly at: Place
}

declare const checked: unique symbol

interface Of<out T> {
  /** Nothing is there: carries the type of what a checked value is. */
  readonly [checked]?: T
}

export interface TextRule {
  /** The whole text. */
  readonly pattern: RegExp
  /** What it is to be, in words: `a name: letters, digits, ..`. */
  readonly words: string
}

/** What to write in place of a key that is none, beside this value. */
export type KeyAdvice = (key: string, value: Node) => string | undefined

/** What a Written text is to be: columns and expressions are SQL, the others are names. */
export type Meaning = 'expression' | 'reference' | 'name' | 'column'

type ShapeData =
  | { readonly kind: 'text'; readonly choices?: readonly string[]; readonly rule?: TextRule }
  | { readonly kind: 'written'; readonly meaning: Meaning; readonly rule?: TextRule }
  | { readonly kind: 'number'; readonly min: number; readonly max: number; readonly whole: boolean }
  | { readonly kind: 'duration'; readonly minMs: number }
  | { readonly kind: 'size'; readonly minBytes: number }
  | { readonly kind: 'flag' }
  | { readonly kind: 'json'; readonly map: boolean }
  | { readonly kind: 'list'; readonly of: Shape; readonly min: number; readonly max: number }
  | {
      readonly kind: 'map'
      readonly of: Shape
      readonly key: TextRule
      readonly min: number
      readonly advice?: KeyAdvice
    }
  | { readonly kind: 'object'; readonly fields: Fields }
  | { readonly kind: 'tagged'; readonly common: Fields; readonly tags: Tags; readonly what: string }
  | { readonly kind: 'either'; readonly shapes: readonly Shape[]; readonly words: string }
  | { readonly kind: 'refused'; readonly sentence: string }

export type Shape<T = unknown> = ShapeData & Of<T>
export type ShapeOf<K extends ShapeData['kind']> = Extract<ShapeData, { kind: K }>

export interface Field<T = unknown, R extends boolean = boolean> {
  readonly shape: Shape<T>
  readonly isRequired: R
  /** A sentence for the editor. */
  readonly about: string
}

export type Fields = Readonly<Record<string, Field>>

/** One of several: the key says which. */
export type Tags = Readonly<Record<string, Field>>

/** The type of what a shape lets through. */
export type Checked<S> = S extends Of<infer T> ? T : never

type Flat<T> = { readonly [K in keyof T]: T[K] }
type FieldType<F> = F extends Field<infer T> ? T : never
type RequiredKeys<F extends Fields> = {
  [K in keyof F]: F[K]['isRequired'] extends true ? K : never
}[keyof F]

export type ObjectOf<F extends Fields> = Flat<
  { [K in RequiredKeys<F>]: FieldType<F[K]> } & {
    [K in Exclude<keyof F, RequiredKeys<F>>]?: FieldType<F[K]>
  } & Placed
>

/** The common fields, which of the tags it is, and what stands under it. */
export type TaggedOf<F extends Fields, T extends Tags> = {
  [K in keyof T & string]: FieldType<T[K]> extends never
    ? never
    : Flat<ObjectOf<F> & { readonly kind: K; readonly body: FieldType<T[K]> }>
}[keyof T & string]

export function required<T>(shape: Shape<T>, about: string): Field<T, true> {
  return { shape, about, isRequired: true }
}

export function optional<T>(shape: Shape<T>, about: string): Field<T, false> {
  return { shape, about, isRequired: false }
}

export function text(rule?: TextRule): Shape<string> {
  return rule === undefined ? { kind: 'text' } : { kind: 'text', rule }
}

export function choice<const C extends readonly string[]>(choices: C): Shape<C[number]> {
  return { kind: 'text', choices }
}

export function written(meaning: Meaning, rule?: TextRule): Shape<Written> {
  return rule === undefined ? { kind: 'written', meaning } : { kind: 'written', meaning, rule }
}

export function integer(min: number, max: number): Shape<number> {
  return { kind: 'number', min, max, whole: true }
}

export function number(min: number, max: number): Shape<number> {
  return { kind: 'number', min, max, whole: false }
}

/** In milliseconds. */
export function duration(minMs = 1): Shape<number> {
  return { kind: 'duration', minMs }
}

export function size(minBytes: number): Shape<number> {
  return { kind: 'size', minBytes }
}

export function flag(): Shape<boolean> {
  return { kind: 'flag' }
}

/** A tree that stands for itself, with its places: a record of a test, say. */
export interface Tree extends Placed {
  readonly json: Json
  readonly node: Node
}

/** With `map`, keys and values. */
export function json({ map }: { readonly map: boolean }): Shape<Tree> {
  return { kind: 'json', map }
}

export function list<T>(of: Shape<T>, min = 0, max = 10_000): Shape<readonly T[]> {
  return { kind: 'list', of, min, max }
}

/** Keys are the author's own. */
export function map<T>(
  of: Shape<T>,
  key: TextRule,
  min = 0,
  advice?: KeyAdvice,
): Shape<ReadonlyMap<string, T>> {
  return { kind: 'map', of, key, min, ...(advice && { advice }) }
}

export function object<F extends Fields>(fields: F): Shape<ObjectOf<F>> {
  return { kind: 'object', fields }
}

/** `what` names the choice: `a kind of window`. */
export function tagged<F extends Fields, T extends Tags>(
  what: string,
  common: F,
  tags: T,
): Shape<TaggedOf<F, T>> {
  return { kind: 'tagged', what, common, tags }
}

/** The first that takes a node of that kind; `words` say what all of them are. */
export function either<S extends readonly Shape[]>(
  words: string,
  ...shapes: S
): Shape<Checked<S[number]>> {
  return { kind: 'either', words, shapes }
}

/** A key that is known and cannot be used yet. */
export function refused(sentence: string): Field<never, false> {
  return { shape: { kind: 'refused', sentence }, about: sentence, isRequired: false }
}
