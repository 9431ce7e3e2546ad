/**
 * Every number that the tidy test knows. Numbers serve the reader; where one fights him, change it
 * here and say why beside it. *Aims* are printed, *stops* fail the test.
 */

export const aims = { fileLines: 120, functionLines: 8 } as const

export const stops = {
  fileLines: 400,
  functionLines: 70,
  parameters: 5,
  folderSources: 24,
  lineColumns: 100,
} as const

/**
 * Lines of tests for each line of source, by folder of `src`; every other folder has
 * `ratioElsewhere`.
 */
export const ratios: Readonly<Record<string, number>> = {
  raft: 2,
  checkpoint: 2,
  // It joins parts that have their own tests; what is joined is tried whole, over a real log.
  work: 0.8,
}
export const ratioElsewhere = 1.2
/** Suites that a real body must pass, and the folder that has it. */
export const doorSuites: Readonly<Record<string, string>> = {
  'chaos/sim/contract/log/': 'connectors',
  'chaos/sim/contract/stream-log.ts': 'connectors',
  // Random scripts, which the embedded log plays in the unit tests; not their own tests.
  'chaos/sim/log-scripts/account.ts': 'connectors',
  'chaos/sim/log-scripts/asking.ts': 'connectors',
  'chaos/sim/log-scripts/draw.ts': 'connectors',
  'chaos/sim/log-scripts/play.ts': 'connectors',
  'chaos/sim/log-scripts/script.ts': 'connectors',
}
