/** What a benchmark consists of. Each is one file, and a place in `bench/main.ts`. */

import type { Case, Contestant } from './contestant.ts'
import type { Finding } from './report.ts'
import type { Judgement, Target } from './target.ts'

export type Say = (text: string) => void

/** Where it may work, and with how much patience. */
export interface Workshop {
  /** Empty at first, gone afterwards. */
  readonly folder: string
  readonly options: BenchOptions
  readonly say: Say
}

export interface BenchOptions {
  readonly rounds: number
  readonly seconds: number
  readonly warmSeconds: number
  readonly heatSeconds: number
  /** A server program of the peer's, instead of the one that is built. */
  readonly peerProgram: string | undefined
  /** Our own processes leave profiles there when they end. */
  readonly profiles: string | undefined
}

/** Something measured that is no load between contestants. */
export interface Trial {
  readonly name: string
  run(workshop: Workshop): Promise<Finding & { readonly judgements: readonly Judgement[] }>
}

export interface Bench {
  readonly name: string
  readonly about: string
  readonly cases: readonly Case[]
  readonly sizeBytes: number
  /**
   * The first is ours: ratios are those of the first to the second. Loaded when they are wanted:
   * they bring clients of whatever they measure.
   */
  contestants(workshop: Workshop): Promise<readonly Contestant[]>
  readonly targets: readonly Target[]
  trials(): Promise<readonly Trial[]>
  /** What runs for all of its trials is ended. */
  close?(): Promise<void>
}
