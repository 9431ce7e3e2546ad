/** Test support: how many cases a fuzz test tries; `WEIR_FUZZ_RUNS=100000` is for a long night. */

export const fuzzRuns = (usual: number): number => Number(process.env['WEIR_FUZZ_RUNS'] ?? usual)
