/**
 * What a rule hands back. A rule is a pure function of text: it opens no file and prints nothing.
 */

import type { Source } from './source.ts'

export interface Finding {
  readonly path: string
  /** From 1; 1 too where the whole file is meant. */
  readonly line: number
  readonly rule: string
  readonly message: string
}

export type FileRule = (source: Source) => readonly Finding[]
export type TreeRule = (tree: readonly Source[]) => readonly Finding[]

/** One line a finding, in the form that editors and terminals make into a link. */
export function shown(finding: Finding): string {
  return `${finding.path}:${finding.line} ${finding.rule}: ${finding.message}`
}
