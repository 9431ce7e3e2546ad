/**
 * What a service is: a program that others wrote, built from a public package into the cache, and
 * run on loopback for tests and benchmarks. Each is one file beside this one and a place in
 * `services.ts`; whoever builds, starts and ends them knows nothing of any of them.
 */

export interface Command {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** How the programs of a service are made. */
export interface Recipe {
  /** Of the product, where several services share it; else it is called as the service. */
  readonly name?: string
  /** Tells one product from another: its folder in the cache bears it. */
  readonly edition: string
  /** Programs that must be on the path. */
  readonly needs: readonly string[]
  /** Run one after the other; what they leave in `folder` is the product. */
  commands(folder: string): readonly Command[]
}

/** Where a service finds itself. */
export interface Place {
  /** The product of its recipe. */
  readonly programs: string
  /** As many as it asked for, free a moment ago. */
  readonly ports: readonly number[]
  /** Empty, and its own. */
  readonly data: string
}

/** What there is to run: `before` one after the other, to their end, then all processes. */
export interface Run {
  readonly before?: readonly Command[]
  readonly processes: readonly Command[]
  /** One for each process, and it is up when all answer: ready.ts says to which question. */
  readonly urls: readonly string[]
  /** What users of the service are told. */
  readonly address: string
}

export interface Service {
  readonly name: string
  /** The environment variable that names one which is there already; its value is an address. */
  readonly variable: string
  readonly recipe: Recipe
  readonly ports: number
  run(place: Place): Run
}
