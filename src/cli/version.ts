/** Which Weir this is. The package's own description is the only place that knows. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../io/package-root.ts'
import { type Format, showJson } from './output.ts'

export interface Version {
  readonly weir: string
  readonly node: string
}

export function readVersion(): Version {
  const description = readFileSync(join(packageRoot(), 'package.json'), 'utf8')
  const { version } = JSON.parse(description) as { version: string }
  return { weir: version, node: process.versions.node }
}

export function showVersion(version: Version, format: Format): string {
  if (format === 'text') return `weir ${version.weir} on Node ${version.node}\n`
  return showJson(version, format)
}
