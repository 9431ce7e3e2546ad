/** Each trial once, small, on a real broker: all outputs are seen, and there is what to judge. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { choiceOf, runBench } from '../frame/run.ts'
import { publish } from '../publish.ts'

/** Others have their turns with the broker first, and it may have to be fetched. */
const PATIENCE_MS = 20 * 60_000

const options = {
  rounds: 1,
  seconds: 0.5,
  warmSeconds: 0.1,
  heatSeconds: 0.4,
  peerProgram: undefined,
  profiles: undefined,
}

test('every trial ends, with a figure for each of its targets', {
  timeout: PATIENCE_MS,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'))
  try {
    const place = { folder, choice: choiceOf([]), say: () => {} }
    const { findings, judgements } = await runBench(publish, options, place)
    expect(findings.map(({ lines }) => lines.length)).toEqual(findings.map(() => 3))
    expect(judgements.length).toBeGreaterThan(0)
    for (const { outcome } of judgements) expect(outcome).not.toBe('not measured')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
