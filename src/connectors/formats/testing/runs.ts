/** Test support: how many cases a fuzz test tries. `WEIR_FUZZ_RUNS=100000` is for a long night. */

const RUNS = 2000

export const fuzzRuns = (): number => Number(process.env['WEIR_FUZZ_RUNS'] ?? RUNS)
