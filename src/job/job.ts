/**
 * The face of job files: bytes in, a checked job or findings out. Whatever the bytes are, nothing
 * is thrown and every finding has a place within the file.
 */

import {
  type Document,
  type FileText,
  type Language,
  languageOf,
  readDocument,
} from './document/document.ts'
import type { Finding, Remark } from './finding.ts'
import { type JobPart, jobShape, type TestFilePart, testFileShape } from './format/job.ts'
import { checkTest, type LintedStep, lintedSteps } from './lint/job.ts'
import { Remarks } from './lint/remarks.ts'
import { check } from './shape/check.ts'

export type { FileText, Finding, Language }
export { languageOf }

/** A job that can be compiled: shape, names and windows are right. */
export interface JobSpec {
  readonly name: string
  readonly job: JobPart
  /** Those of the file, with their inputs and windows. */
  readonly steps: readonly LintedStep[]
  readonly document: Document
}

export interface JobReading {
  /** There unless there are errors. */
  readonly spec?: JobSpec
  readonly findings: readonly Finding[]
}

export function readJob(file: FileText): JobReading {
  const { document, findings } = readDocument(file)
  if (document === undefined) return { findings }
  const { value: job, remarks } = check(jobShape, document.root)
  if (job === undefined) return { findings: inOrder(document, remarks) }
  const linted = new Remarks()
  const steps = lintedSteps(job, linted)
  const all = inOrder(document, linted.all)
  if (linted.hasErrors) return { findings: all }
  return { findings: all, spec: { name: job.name.text, job, steps, document } }
}

export interface TestFileReading {
  readonly file?: { readonly part: TestFilePart; readonly document: Document }
  readonly findings: readonly Finding[]
}

/** A file of tests for a job in another file. */
export function readTestFile(file: FileText): TestFileReading {
  const { document, findings } = readDocument(file)
  if (document === undefined) return { findings }
  const { value: part, remarks } = check(testFileShape, document.root)
  if (part === undefined) return { findings: inOrder(document, remarks) }
  return { file: { part, document }, findings: [] }
}

/** What is wrong with those tests, once their job is known. */
export function testFindings(
  { part, document }: NonNullable<TestFileReading['file']>,
  { job }: JobSpec,
): readonly Finding[] {
  const remarks = new Remarks()
  for (const test of part.tests) checkTest(job, test, remarks)
  return inOrder(document, remarks.all)
}

function inOrder(document: Document, remarks: readonly Remark[]): readonly Finding[] {
  return remarks.toSorted((a, b) => a.offset - b.offset).map(remark => document.finding(remark))
}
