/**
 * Test support: how many cases a fuzz test tries: as many as it usually does, times `WEIR_FUZZ`.
 * `npm run fuzz` says 50 times, so that two thousand become a hundred thousand.
 */

const factor = () => Number(process.env['WEIR_FUZZ'] ?? 1)

export function fuzzRuns(usual: number): number {
  return Math.ceil(usual * factor())
}

const USUAL_LIMIT_MS = 60_000
const LIMIT_MS_A_RUN = 1000

/**
 * For a test that has so many cases; it only ends what hangs. One that is synchronous is judged by
 * it when it has ended, right or wrong: so it is far beyond what a busy machine takes.
 */
export function fuzzLimit(usual: number): { readonly timeout: number } {
  return { timeout: USUAL_LIMIT_MS + fuzzRuns(usual) * LIMIT_MS_A_RUN }
}
