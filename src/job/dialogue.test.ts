/**
 * The scripts of testdata: a job file, below it what is said about it. They are the documentation
 * of the errors. `@steps` puts the text between a source `events` and a sink `out`, `@source` makes
 * it a source, `@json` and `@toml` name another language. testing/script.ts says how to write the
 * answers anew.
 */

import type { Language } from './document/document.ts'
import { findingText } from './finding.ts'
import { jobAround, read } from './testing/jobs.ts'
import { type Case, runScripts } from './testing/script.ts'

const around = (source: string) => `name: small
sources:
  events:
${source.trimEnd()}
steps: [{ to: out }]
sinks: { out: { memory: {} } }
`

function textOf({ directive, input }: Case): readonly [string, Language] {
  if (directive === 'steps') return [jobAround(input), 'yaml']
  if (directive === 'source') return [around(input), 'yaml']
  return [input, directive === 'json' || directive === 'toml' ? directive : 'yaml']
}

runScripts(new URL('./testdata/', import.meta.url), one => {
  const { findings, spec } = read(...textOf(one))
  if (findings.length === 0) return `sound: ${spec?.steps.map(({ id }) => id).join(', ')}`
  return findings.map(finding => findingText(finding).replace(/^job\.\w+:/, '')).join('\n')
})
