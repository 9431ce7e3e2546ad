/**
 * What a benchmark compares: clusters of several processes that take the same load. Everything that
 * is measured comes out in the same figures, whoever it was measured on.
 */

/** What is asked of a contestant: the point of a benchmark's grid. */
export interface Case {
  /** Requests on their way at any moment. */
  readonly outstanding: number
  /** Raft groups that they are spread over; who knows no groups takes all in his one. */
  readonly groups: number
}

export interface Load extends Case {
  readonly warmSeconds: number
  readonly seconds: number
  readonly sizeBytes: number
}

/** Of the measured time alone. */
export interface Figures {
  readonly done: number
  readonly failed: number
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  /** Processor time, system and user, of each process that serves. */
  readonly cpuSeconds: readonly number[]
  readonly clientCpuSeconds: number
}

export interface Contestant {
  readonly name: string
  /** Serves, with an empty past; answers which version it is. */
  start(groups: number): Promise<string>
  load(load: Load): Promise<Figures>
  stop(): Promise<void>
}

export const perSecond = ({ done, seconds }: Figures): number => done / seconds

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0)

export const perCpuSecond = ({ done, cpuSeconds }: Figures): number => done / sum(cpuSeconds)

export const cpuSecondsPer100k = ({ done, cpuSeconds }: Figures): number =>
  (sum(cpuSeconds) / done) * 100_000
