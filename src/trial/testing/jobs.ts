/** Jobs for tests of trials: some steps between a source `events` and sinks `out` and `more`. */

import { findingText } from '../../job/finding.ts'
import { readJob } from '../../job/job.ts'
import { compileJob } from '../../job/plan/compile.ts'
import { jobCompiler } from '../../job/plan/compiler.ts'
import { Trial } from '../trial.ts'

export interface JobOptions {
  /** Below the sinks. */
  readonly rest?: string
  /** Below the source `events`. */
  readonly sources?: string
  readonly time?: string
}

const TIME = '{ field: ts, lag: 1s }'

export function jobText(steps: string, options: JobOptions = {}): string {
  const { rest = '', sources = '', time = TIME } = options
  return `name: tried
sources:
  events:
    log: { topic: events }
    schema: { user: text, n: bigint, price: "decimal(10, 2)", tags: array<text>, ts: timestamptz }
    time: ${time}
${sources}steps:
${steps.replace(/^\n/, '').trimEnd()}
sinks:
  out: { memory: {} }
  more: { memory: {} }
${rest}`
}

export function compiled(text: string) {
  const bytes = new TextEncoder().encode(text)
  const { spec, findings } = readJob({ file: 'j', language: 'yaml', bytes, environment: {} })
  if (spec === undefined) throw new Error(findings.map(findingText).join('\n'))
  const { plan, schemas, findings: wrong } = compileJob(spec, jobCompiler())
  if (plan === undefined) throw new Error(wrong.map(findingText).join('\n'))
  return { spec, plan, schemas, compiler: jobCompiler() }
}

export function trialOf(steps: string, options: JobOptions = {}): Trial {
  const { plan, compiler } = compiled(jobText(steps, options))
  return new Trial(plan, compiler, 0)
}

/** `00:01:05` of the first day of 2026. */
export const at = (clock: string): string => `2026-01-01T${clock}Z`
