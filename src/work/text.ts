/**
 * A job as `meta` keeps it: the file as it was submitted, and what its variables stood for on the
 * node that took it. So every node reads the same, whatever its own environment says.
 */

import { WeirError } from '../base/errors.ts'
import type { Environment } from '../job/document/variables.ts'
import { type FileText, type Language, languageOf } from '../job/job.ts'

/** A file as it was sent. */
export interface SentFile {
  /** Its ending says the language; without one, a `{` in front says JSON, and all else YAML. */
  readonly name: string
  /** Instead of the name in the file. */
  readonly as?: string
  readonly bytes: Uint8Array
}

/** The file of a job, and what the job is called if not as it says. */
export interface JobText {
  readonly file: FileText
  readonly as: string | undefined
}

interface Kept {
  readonly file: string
  readonly language: Language
  readonly text: string
  readonly variables: Environment
  readonly as?: string | undefined
}

const NAMES = /\$\{([A-Za-z_]\w*)/g

export function textOf({ name, bytes, as }: SentFile, environment: Environment): JobText {
  const text = new TextDecoder().decode(bytes)
  const language = languageOf(name) ?? (text.trimStart().startsWith('{') ? 'json' : 'yaml')
  const names = new Set([...text.matchAll(NAMES)].map(([, variable = '']) => variable))
  const known = [...names].flatMap(variable => {
    const value = Object.hasOwn(environment, variable) ? environment[variable] : undefined
    return value === undefined ? [] : [[variable, value] as const]
  })
  return { file: { file: name, language, bytes, environment: Object.fromEntries(known) }, as }
}

export function keptText({ file: source, as }: JobText): string {
  const { file, language, bytes, environment } = source
  const text = new TextDecoder().decode(bytes)
  return JSON.stringify({ file, language, text, variables: environment, as } satisfies Kept)
}

/** Throws a WeirError where the text is of another version of this program. */
export function textIn(text: string): JobText {
  const { file, language, text: source, variables, as } = mustParse(text)
  const bytes = new TextEncoder().encode(source)
  return { file: { file, language, bytes, environment: variables }, as }
}

/** As it was submitted, for people. */
export const shownText = (text: string): string => mustParse(text).text

function mustParse(text: string): Kept {
  try {
    return JSON.parse(text) as Kept
  } catch (error) {
    const why = (error as Error).message
    throw new WeirError('job-unreadable', `the cluster keeps a job as no node reads it: ${why}`)
  }
}
