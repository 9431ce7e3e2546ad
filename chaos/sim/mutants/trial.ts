/**
 * A process of its own in which one patched simulator plays seed after seed, each exactly as in any
 * campaign, until a checker objects. It says on its output what it does, line by line, and at once,
 * so that the seed in which a run hangs is known.
 */

import { writeSync } from 'node:fs'
import { drawScenario } from '../run/draw.ts'
import { run } from '../run/run.ts'
import type { TrialLine } from './trial-line.ts'

const STDOUT = 1

const say = (line: TrialLine): void => {
  writeSync(STDOUT, `${JSON.stringify(line)}\n`)
}

function play(seeds: readonly number[]): void {
  for (const seed of seeds) {
    say({ kind: 'begins', seed })
    const { failure } = run(drawScenario(seed))
    if (failure !== undefined) {
      say({ kind: 'failed', seed, ...failure })
      return
    }
  }
  say({ kind: 'ended' })
}

const [from = 0, count = 0] = process.argv.slice(2).map(Number)
play(Array.from({ length: count }, (_, i) => from + i))
