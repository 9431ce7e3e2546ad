/** Which Weir this is. The package's own description is the only place that knows. */

import { readFileSync } from 'node:fs'

export interface Version {
  readonly weir: string
  readonly node: string
}

export const versionFormats = ['text', 'json', 'jsonl'] as const
type Format = (typeof versionFormats)[number]

export function readVersion(): Version {
  // As far from the compiled file as from the source.
  const description = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const { version } = JSON.parse(description) as { version: string }
  return { weir: version, node: process.versions.node }
}

export function showVersion(version: Version, format: Format): string {
  if (format === 'text') return `weir ${version.weir} on Node ${version.node}\n`
  return `${JSON.stringify(version, undefined, format === 'json' ? 2 : 0)}\n`
}
