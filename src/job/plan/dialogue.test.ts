/**
 * The scripts of testdata: a job, below it how its plan is explained, or what is wrong with it.
 * `@steps` puts the text between a source `events` and sinks `out` and `more`. Sentences about SQL
 * itself are left out: they are told by src/sql.
 */

import { read } from '../testing/jobs.ts'
import { type Case, runScripts } from '../testing/script.ts'
import { compileJob } from './compile.ts'
import { jobCompiler } from './compiler.ts'
import { explanationOf } from './explanation.ts'
import { explanationText } from './explanation-text.ts'

const around = (steps: string) => `name: small
sources:
  events:
    log: { topic: events }
    schema: { user: text, page: text, ms: double, n: bigint, tags: array<text>, ts: timestamptz }
    time: { field: ts, lag: 1s }
steps:
${steps.trimEnd()}
sinks:
  out: { memory: {} }
  more: { memory: {} }
`

function answer({ directive, input }: Case): string {
  const { spec, findings } = read(directive === 'steps' ? around(input) : input)
  if (spec === undefined) return findings.map(({ message }) => `not read: ${message}`).join('\n')
  const compiler = jobCompiler()
  const { plan, schemas, findings: wrong } = compileJob(spec, compiler)
  if (plan === undefined) {
    return wrong
      .map(({ line, column, code, path, message, suggestion }) => {
        const said = code.startsWith('sql-') ? '' : `: ${message}`
        const hint = suggestion === undefined ? '' : ` (write: ${suggestion})`
        return `${line}:${column} ${code} at ${path}${said}${hint}`
      })
      .join('\n')
  }
  return explanationText(explanationOf({ spec, plan, schemas, compiler }))
}

runScripts(new URL('./testdata/', import.meta.url), answer)
