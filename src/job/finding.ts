/**
 * What is wrong with a job file, or odd about it: a value with a code, the place in the file, and
 * what to write instead. Made by whoever reads the file, shown by whoever asked.
 */

/** The way to a value from the top of a file: keys of maps, positions in lists. */
export type Path = readonly (string | number)[]

export interface Finding {
  /** An error makes the file useless; a warning is for its author to judge. */
  readonly level: 'error' | 'warning'
  /** Stable: scripts may compare it. */
  readonly code: string
  readonly file: string
  /** From 1; columns count as editors do, in UTF-16 units. */
  readonly line: number
  readonly column: number
  /** `steps[2].aggregate.key`; empty for the file as a whole. */
  readonly path: string
  readonly message: string
  /** What to write instead, where it can be guessed. */
  readonly suggestion?: string
}

/** What a finder says; the document adds the file and turns the offset into line and column. */
export interface Remark {
  readonly level: Finding['level']
  readonly code: string
  /** Where in the text, in UTF-16 units from its beginning. */
  readonly offset: number
  readonly path: Path
  readonly message: string
  readonly suggestion?: string
}

/** As people write it: `sources.events.kafka`, `steps[2]`, `["a b"]`. */
export function shownPath(path: Path): string {
  return path
    .map((part, at) => {
      if (typeof part === 'number') return `[${part}]`
      if (!/^[\w-]+$/.test(part)) return `[${JSON.stringify(part)}]`
      return at === 0 ? part : `.${part}`
    })
    .join('')
}

/** `file:line:column: error code at path: message (write: suggestion)`. */
export function findingText(finding: Finding): string {
  const { level, code, file, line, column, path, message, suggestion } = finding
  const where = path === '' ? '' : ` at ${path}`
  const hint = suggestion === undefined ? '' : ` (write: ${suggestion})`
  return `${file}:${line}:${column}: ${level} ${code}${where}: ${message}${hint}`
}
