/**
 * A file that was read: its tree, and the way from an offset or a path back to line and column.
 * Bytes in, a document or findings out; nothing else ever comes out, whatever the bytes are.
 */

import type { Finding, Path, Remark } from '../finding.ts'
import { shownPath } from '../finding.ts'
import { parseJson } from './json.ts'
import { type Json, jsonOf, type Node, type Parsed, type Trouble } from './node.ts'
import { decodedText, type SourceText } from './text.ts'
import { parseToml } from './toml.ts'
import {
  type Environment,
  filled,
  isFromVariable,
  isTelling,
  type Variable,
  variablesBelow,
  withoutValues,
} from './variables.ts'
import { parseYaml } from './yaml.ts'

export const languages = ['yaml', 'json', 'toml'] as const
export type Language = (typeof languages)[number]

const parsers: Readonly<Record<Language, (text: string) => Parsed>> = {
  yaml: parseYaml,
  json: parseJson,
  toml: parseToml,
}

const endings: ReadonlyMap<string, Language> = new Map([
  ['yaml', 'yaml'],
  ['yml', 'yaml'],
  ['json', 'json'],
  ['toml', 'toml'],
])

/** By the ending of the file's name. */
export function languageOf(file: string): Language | undefined {
  return endings.get(file.slice(file.lastIndexOf('.') + 1).toLowerCase())
}

export interface FileText {
  /** As findings shall call it. */
  readonly file: string
  readonly language: Language
  readonly bytes: Uint8Array
  readonly environment: Environment
}

export type Reading =
  | { readonly document: Document; readonly findings?: never }
  | { readonly findings: readonly Finding[]; readonly document?: never }

/** A default stands in the file for all to see. */
const isHidden = (variable: Variable): boolean =>
  isTelling(variable) && !variable.written.includes(variable.value)

export class Document {
  readonly file: string
  readonly source: SourceText
  readonly root: Node
  /** Those that are kept out of findings. */
  readonly #hidden: readonly Variable[]

  constructor(file: string, source: SourceText, root: Node) {
    this.file = file
    this.source = source
    this.root = root
    this.#hidden = variablesBelow(root).filter(isHidden)
  }

  finding(remark: Remark): Finding {
    const { message, suggestion, ...finding } = findingAt(this.file, this.source, remark)
    const hint = suggestion && { suggestion: withoutValues(suggestion, this.#hidden) }
    return { ...finding, message: withoutValues(message, this.#hidden), ...hint }
  }

  /** The whole as it was written: variables by their names, never by their values. */
  shown(): Json {
    return jsonOf(this.root, text => (isFromVariable(text) ? text.written : text.value))
  }
}

export function readDocument({ file, language, bytes, environment }: FileText): Reading {
  const decoded = decodedText(bytes)
  if (decoded.trouble !== undefined) {
    const { source, ...trouble } = decoded.trouble
    return { findings: [findingOf(file, source, trouble)] }
  }
  const { source } = decoded
  const parsed = parsers[language](source.text)
  if (parsed.trouble !== undefined) return { findings: [findingOf(file, source, parsed.trouble)] }
  const { root, troubles } = filled(parsed.root, source.text, environment)
  if (troubles.length > 0) return { findings: troubles.map(one => findingOf(file, source, one)) }
  return { document: new Document(file, source, root) }
}

const WHOLE: Path = []

function findingOf(file: string, source: SourceText, trouble: Trouble): Finding {
  return findingAt(file, source, { level: 'error', path: WHOLE, ...trouble })
}

function findingAt(file: string, source: SourceText, remark: Remark): Finding {
  const { level, code, offset, path, message, suggestion } = remark
  const position = source.positionAt(offset)
  const hint = suggestion === undefined ? {} : { suggestion }
  return { level, code, file, ...position, path: shownPath(path), message, ...hint }
}
