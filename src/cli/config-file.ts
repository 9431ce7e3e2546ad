/**
 * The configuration file of `weir node`: the same names as the flags, in YAML (JSON is YAML too).
 * Pure: text in, values or the place of what is wrong out. `${NAME:default}` is taken from the
 * environment.
 */

import { isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml'

/** What a flag says too, and what only a file can. */
export interface FileValues {
  readonly id?: string
  readonly listen?: string
  readonly advertise?: string
  readonly http?: string
  readonly join?: readonly string[]
  readonly data?: string
  readonly bootstrap?: boolean
  readonly groups?: number
  readonly zone?: string
  readonly log?: string
  readonly insecure?: boolean
  readonly logLevel?: string
  readonly tlsCa?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  /** Where a node is dialled instead of where it says it is: a proxy for each pair. */
  readonly dial?: Readonly<Record<string, string>>
}

export type FileAnswer =
  | { readonly values: FileValues; readonly trouble?: never }
  /** `line:column: sentence`. */
  | { readonly trouble: string; readonly values?: never }

type Kind = 'text' | 'flag' | 'number' | 'list' | 'table'

const keys: Readonly<Record<string, readonly [field: keyof FileValues, kind: Kind]>> = {
  id: ['id', 'text'],
  listen: ['listen', 'text'],
  advertise: ['advertise', 'text'],
  http: ['http', 'text'],
  join: ['join', 'list'],
  data: ['data', 'text'],
  bootstrap: ['bootstrap', 'flag'],
  groups: ['groups', 'number'],
  zone: ['zone', 'text'],
  log: ['log', 'text'],
  insecure: ['insecure', 'flag'],
  'log-level': ['logLevel', 'text'],
  'tls-ca': ['tlsCa', 'text'],
  'tls-cert': ['tlsCert', 'text'],
  'tls-key': ['tlsKey', 'text'],
  dial: ['dial', 'table'],
}

const wanted: Readonly<Record<Kind, string>> = {
  text: 'a text',
  flag: 'true or false',
  number: 'a whole number',
  list: 'a list of texts, or one text with commas',
  table: 'NODE: HOST:PORT, one a line',
}

export function readConfig(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): FileAnswer {
  const counter = new LineCounter()
  const filled = interpolated(text, environment)
  const document = parseDocument(filled, { lineCounter: counter, prettyErrors: false })
  const at = (offset: number, sentence: string): FileAnswer => {
    const { line, col } = counter.linePos(offset)
    return { trouble: `${line}:${col}: ${sentence}` }
  }
  const [error] = document.errors
  if (error !== undefined) return at(error.pos[0], error.message)
  const { contents } = document
  if (contents === null) return { values: {} }
  if (!isMap(contents)) return at(0, 'NAME: VALUE is expected, one a line')
  const values: Record<string, unknown> = {}
  for (const { key, value } of contents.items) {
    const name = isScalar(key) ? String(key.value) : ''
    const offset = (key as Node).range?.[0] ?? 0
    const known = Object.hasOwn(keys, name) ? keys[name] : undefined
    if (known === undefined) return at(offset, unknownKey(name))
    const [field, kind] = known
    const read = readValue((value as Node | null)?.toJS(document), kind)
    if (read === undefined) return at(offset, `${name} is to be ${wanted[kind]}`)
    values[field] = read
  }
  return { values: values as FileValues }
}

function interpolated(text: string, environment: Readonly<Record<string, string | undefined>>) {
  return text.replace(/\$\{(\w+)(?::([^}]*))?\}/g, (whole, name: string, fallback?: string) => {
    return environment[name] ?? fallback ?? whole
  })
}

function unknownKey(name: string): string {
  const near = Object.keys(keys).find(key => distanceIsSmall(key, name))
  const guess = near === undefined ? '' : `; did you mean ${near}?`
  return `${name} is not known${guess}`
}

/** One letter wrong, missing, too many, or two in the wrong order. */
function distanceIsSmall(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false
  let from = 0
  while (from < a.length && a[from] === b[from]) from++
  const rests = [
    [a.slice(from + 1), b.slice(from + 1)],
    [a.slice(from), b.slice(from + 1)],
    [a.slice(from + 1), b.slice(from)],
  ]
  const isSwapped = a[from] === b[from + 1] && a[from + 1] === b[from]
  return rests.some(([x, y]) => x === y) || (isSwapped && a.slice(from + 2) === b.slice(from + 2))
}

function readValue(value: unknown, kind: Kind): unknown {
  switch (kind) {
    case 'text':
      return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
    case 'flag':
      return typeof value === 'boolean' ? value : undefined
    case 'number':
      return Number.isSafeInteger(value) ? value : undefined
    case 'list':
      return typeof value === 'string' ? splitList(value) : textsIn(value)
    case 'table':
      return tableOf(value)
  }
}

export function splitList(text: string): readonly string[] {
  return text
    .split(',')
    .map(one => one.trim())
    .filter(one => one !== '')
}

function textsIn(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined
  return value.every(one => typeof one === 'string') ? (value as string[]) : undefined
}

function tableOf(value: unknown): Readonly<Record<string, string>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return Object.values(value).every(one => typeof one === 'string')
    ? (value as Record<string, string>)
    : undefined
}
