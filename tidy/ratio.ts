/**
 * Lines of tests for each line of source, for each folder of `src` that exists.
 *
 * Tests are `*.test.ts`, dialogues under `testdata/`, and what only tests use (`testing/`,
 * `dialogue/`); and the suites of the doors, for the folder of the body that touches the world. The
 * simulator is not counted, though it is the better half of the proof: it would make the number
 * meaningless for every folder.
 */

import type { Finding } from './finding.ts'
import { doorSuites, ratioElsewhere, ratios } from './limits.ts'
import { lineCount } from './size.ts'
import { isSource, isTest } from './source.ts'

export interface FileText {
  readonly path: string
  readonly text: string
}

export interface Ratio {
  readonly folder: string
  readonly tests: number
  readonly sources: number
  readonly wanted: number
}

/** The folder of src whose real bodies this suite asks. */
function askedBy(path: string): string | undefined {
  return Object.entries(doorSuites).find(([suite]) => path.startsWith(suite))?.[1]
}

const isDialogue = (path: string) => /\/testdata\/.*\.txt$/.test(path)

export function testRatios(files: readonly FileText[]): readonly Ratio[] {
  const lines = new Map<string, { tests: number; sources: number }>()
  for (const { path, text } of files) {
    const asked = askedBy(path)
    const folder = asked ?? /^src\/([^/]+)\//.exec(path)?.[1]
    if (folder === undefined || !(isSource(path) || isDialogue(path))) continue
    const sum = lines.get(folder) ?? { tests: 0, sources: 0 }
    sum[asked !== undefined || isTest(path) ? 'tests' : 'sources'] += lineCount(text)
    lines.set(folder, sum)
  }
  return [...lines].map(([folder, sum]) => {
    const wanted = ratios[folder] ?? ratioElsewhere
    return { folder: `src/${folder}/`, ...sum, wanted }
  })
}

export function testRatio(files: readonly FileText[]): readonly Finding[] {
  return testRatios(files).flatMap(({ folder, tests, sources, wanted }) => {
    if (tests >= wanted * sources) return []
    const message = `${tests} lines of tests for ${sources} of source; ${wanted} for one are wanted`
    return [{ path: folder, line: 1, rule: 'test-ratio', message }]
  })
}
