/** How many cases a fuzz test tries: few by default, `WEIR_FUZZ_RUNS=100000` for a long night. */

export function fuzzRuns(usual: number): number {
  return Number(process.env['WEIR_FUZZ_RUNS'] ?? usual)
}
