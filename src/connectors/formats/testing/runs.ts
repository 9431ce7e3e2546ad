/** Test support: how many cases a fuzz test tries. `WEIR_FUZZ_RUNS=100000` is for a long night. */

const RUNS = 2000

export const fuzzRuns = (): number => Number(process.env['WEIR_FUZZ_RUNS'] ?? RUNS)

const USUAL_LIMIT_MS = 60_000
const LIMIT_MS_A_RUN = 10

/** For the test that has so many cases; it only ends what hangs. */
export const fuzzLimit = () => ({ timeout: USUAL_LIMIT_MS + fuzzRuns() * LIMIT_MS_A_RUN })
